from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from kb.library import Library


def test_a_comparison_is_verbatim_or_says_not_mentioned(client: TestClient) -> None:
    body = client.get("/api/v1/compare", params={"topic": "社区办公用房经费", "best": 3}).json()
    assert set(body) == {"topic", "lens", "dimensions", "columns", "coverage"}
    assert 1 <= len(body["columns"]) <= 3
    states = [cell["state"] for column in body["columns"] for cell in column["cells"]]
    assert states.count("found") == body["coverage"]["found"] > 0
    assert states.count("not_mentioned") == body["coverage"]["not_mentioned"]
    for column in body["columns"]:
        assert [cell["dimension"] for cell in column["cells"]] == body["dimensions"]
        texts = {
            d["id"]: client.get(f"/api/v1/documents/{d['id']}").json()["text"] for d in column["documents"]
        }
        for cell in column["cells"]:
            assert bool(cell["citations"]) == (cell["state"] != "not_mentioned")
            for citation in cell["citations"]:
                assert texts[citation["doc_id"]][citation["start"] : citation["end"]] == citation["quote"]
            for figure in cell["figures"]:
                assert texts[figure["doc_id"]][figure["start"] : figure["end"]] == figure["quote"]


def test_a_comparison_of_named_documents_keeps_their_order(client: TestClient, library: Library) -> None:
    ids = [card.id for card in library.cards()[:2]][::-1]
    params = {
        "topic": "经费",
        "by": "document",
        "column": ids,
        "ask": "由谁出资建设办公用房",
        "sort": "经费保障",
    }
    body = client.get("/api/v1/compare", params=params).json()
    assert {d["id"] for column in body["columns"] for d in column["documents"]} == set(ids)
    assert body["dimensions"][-1] == "由谁出资建设办公用房"


@pytest.mark.parametrize(("kind", "start"), [("docx", b"PK"), ("xlsx", b"PK"), ("md", b""), ("csv", b"")])
def test_a_comparison_can_be_taken_along(client: TestClient, kind: str, start: bytes) -> None:
    answer = client.get("/api/v1/compare/export", params={"topic": "社区经费", "best": 2, "format": kind})
    assert answer.status_code == 200
    assert answer.content.startswith(start)
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith(f'attachment; filename="comparison.{kind}"; filename*=UTF-8')
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
