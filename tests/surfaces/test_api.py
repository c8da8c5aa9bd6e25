from __future__ import annotations

import hashlib
import json
import re
from itertools import pairwise
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kb.library import Library

QUESTION = "其他区是怎么解决社区办公用房经费的"


def problem(answer: Any) -> dict[str, Any]:  # noqa: ANN401 (httpx's Response goes by two names)
    body: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"] == "about:blank"
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    assert body["instance"].startswith("/api/v1")
    return body


def test_search_gives_the_objects_of_the_command_line(client: TestClient) -> None:
    body = client.get("/api/v1/search", params={"q": QUESTION, "top_k": 5}).json()
    assert set(body) == {
        "query", "language", "hits", "coverage", "notes", "understood", "filters", "facets",
    }  # fmt: skip
    assert body["language"] == "zh"
    assert len(body["hits"]) == 5
    assert [hit["rank"] for hit in body["hits"]] == [1, 2, 3, 4, 5]
    assert body["coverage"]["found"] is True
    hit = body["hits"][0]
    assert isinstance(hit["chunk_id"], str)
    assert hit["chunk_id"].isdigit()
    assert hit["confidence"] in ("high", "medium", "low")
    assert hit["why"] is None
    assert hit["text"] == hit["citation"]["quote"]
    for mark in hit["marks"]:
        assert 0 <= mark["start"] < mark["end"] <= len(hit["text"])


@pytest.mark.parametrize("question", [QUESTION, "how did other districts fund community offices"])
def test_every_citation_is_the_words_of_its_document(client: TestClient, question: str) -> None:
    for hit in client.get("/api/v1/search", params={"q": question, "top_k": 20}).json()["hits"]:
        citation = hit["citation"]
        shown = client.get(f"/api/v1/documents/{citation['doc_id']}").json()
        quote = shown["text"][citation["start"] : citation["end"]]
        assert quote == citation["quote"]
        assert hashlib.sha256(quote.encode()).hexdigest() == citation["quote_sha256"]
        assert citation["reference"]
        assert citation["title"] == shown["title"]
        assert citation["version"] == shown["metadata"]["version"]


def test_the_body_asks_what_the_address_asks(client: TestClient) -> None:
    by_address = client.get(
        "/api/v1/search", params={"q": QUESTION, "kind": ["办法", "通知"], "explain": "true", "per_region": 1}
    )
    by_body = client.post(
        "/api/v1/search", json={"q": QUESTION, "kind": ["办法", "通知"], "explain": True, "per_region": 1}
    )
    assert by_address.json() == by_body.json()
    hits = by_body.json()["hits"]
    assert hits
    assert {hit["kind"] for hit in hits} <= {"办法", "通知"}
    assert hits[0]["why"]["lexical_weight"] > 0


def test_the_body_takes_a_question_of_ten_thousand_characters(client: TestClient) -> None:
    long = "社区办公用房经费怎么解决" * 833
    assert client.post("/api/v1/search", json={"q": long[:10_000]}).status_code == 200
    body = problem(client.post("/api/v1/search", json={"q": long + "再多一些字"}))
    assert body["errors"][0]["at"] == "body.q"


@pytest.mark.parametrize(
    ("params", "at"),
    [
        ({}, "query.q"),
        ({"q": ""}, "query.q"),
        ({"q": "x", "top_k": 0}, "query.top_k"),
        ({"q": "x", "top_k": 101}, "query.top_k"),
        ({"q": "x", "year": "20x1"}, "query.year"),
        ({"q": "x", "year": "2024-2019"}, "query.year"),
        ({"q": "x", "mode": "magic"}, "query.mode"),
        ({"q": "x", "wrong": "1"}, "query.wrong"),
        ({"q": "x", "region": ["区"] * 51}, "query.region"),
    ],
)
def test_what_is_wrong_with_a_request_is_named(client: TestClient, params: dict[str, Any], at: str) -> None:
    answer = client.get("/api/v1/search", params=params)
    assert answer.status_code == 422
    assert problem(answer)["errors"][0]["at"] == at


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", '{"q": 1}', '{"q": "x", "explain": 0}', '{"q": "\\ud800"}', '{"q": "x", "top_k": 1e99}'],
)
def test_a_broken_body_is_a_problem(client: TestClient, body: str) -> None:
    answer = client.post("/api/v1/search", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert problem(answer)["errors"]


def test_a_blank_question_is_the_librarys_problem(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": " \u3000 "})
    assert answer.status_code == 422
    problem(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/documents/none-such", 404),
        ("GET", "/api/v1/documents/%00", 404),
        ("GET", "/api/v1/documents/..%2f..%2fetc", 404),
        ("GET", "/api/v1/documents/none-such/citation?start=0&end=3", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/documents/", 404),
        ("GET", "/api/v1/compare/export?topic=经费&format=draft&propose=true", 422),
        ("DELETE", "/api/v1/documents/none-such/metadata/colour", 422),
        ("DELETE", "/api/v1/documents", 405),
        ("PUT", "/api/v1/search", 405),
        ("GET", "/api/v1/compare?lens=没有这个视角&topic=经费", 422),
        ("GET", "/api/v1/compare?column=没有这个地方", 422),
        ("GET", "/api/v1/compare/export?format=exe", 422),
        ("GET", f"/api/v1/documents/{'x' * 300}", 422),
    ],
)
def test_every_error_is_a_problem(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    problem(answer)


@pytest.mark.parametrize(
    ("path", "methods"), [("/api/v1/search", "GET, POST"), ("/api/v1/health", "GET"), ("/documents", "GET")]
)
def test_a_wrong_method_is_told_the_right_ones(client: TestClient, path: str, methods: str) -> None:
    assert client.delete(path).headers["allow"] == methods


def test_an_error_of_our_own_tells_nothing(client: TestClient, library: Library, monkeypatch: Any) -> None:  # noqa: ANN401
    def broken(*_: object) -> None:
        raise RuntimeError("secret path /etc/kb")

    monkeypatch.setattr(type(library), "search", broken)
    answer = client.get("/api/v1/search", params={"q": "经费"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    problem(answer)
    page = client.get("/search", params={"q": "经费"})
    assert page.status_code == 500
    assert "secret" not in page.text
    assert page.headers["content-security-policy"]


def test_documents_come_a_page_at_a_time(client: TestClient, library: Library) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        body = client.get("/api/v1/documents", params={"limit": 7, "cursor": cursor}).json()
        assert body["total"] == len(library.cards())
        assert len(body["documents"]) <= 7
        seen += [document["id"] for document in body["documents"]]
        cursor = body["next"]
    assert seen == sorted(card.id for card in library.cards())
    assert {
        "id",
        "source",
        "title",
        "region",
        "issuer",
        "issued",
        "number",
        "kind",
        "flags",
        "chunks",
    } <= set(body["documents"][0])


def test_documents_are_filtered_like_a_search(client: TestClient) -> None:
    flagged = client.get("/api/v1/documents", params={"flag": "suspect_figure"}).json()["documents"]
    assert flagged
    for document in flagged:
        names = {flag["name"] for flag in document["flags"]}
        assert "suspect_figure" in names
        assert set(document["flags"][0]) == {"name", "evidence", "start", "end"}


def test_a_document_shows_its_text_sections_and_what_was_removed(
    client: TestClient, library: Library
) -> None:
    for card in library.cards():
        shown = client.get(f"/api/v1/documents/{card.id}").json()
        assert set(shown) == {
            "id",
            "title",
            "text",
            "sections",
            "removed",
            "restored",
            "metadata",
            "flags",
            "family",
        }
        sections = shown["sections"]
        assert sections[0]["start"] == 0
        assert sections[-1]["end"] == len(shown["text"])
        assert all(a["end"] == b["start"] for a, b in pairwise(sections))
        assert shown["metadata"]["source"] == card.source


def test_an_unchanged_answer_is_not_sent_again(client: TestClient, library: Library) -> None:
    for path in (
        f"/api/v1/documents/{library.cards()[0].id}",
        "/api/v1/documents",
        f"/api/v1/search?q={QUESTION}",
    ):
        first = client.get(path)
        tag = first.headers["etag"]
        assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = client.get(path, headers={"if-none-match": known})
            assert again.status_code == 304
            assert again.content == b""
        assert client.get(path, headers={"if-none-match": '"other"'}).json() == first.json()


def test_a_span_can_be_cited_and_checked(client: TestClient, library: Library) -> None:
    document = library.document(library.cards()[0].id)
    cited = client.get(f"/api/v1/documents/{document.id}/citation", params={"start": 5, "end": 25}).json()
    assert cited["quote"] == document.text[5:25]
    outside = client.get(f"/api/v1/documents/{document.id}/citation", params={"start": 5, "end": 10**9})
    assert outside.status_code == 422
    items = [
        {"doc_id": document.id, "quote": cited["quote"], "start": 5},
        {"doc_id": document.id, "quote": cited["quote"], "start": 6},
        {"doc_id": document.id, "quote": "这句话哪里也没有写过。"},
        {"doc_id": "gone", "quote": cited["quote"]},
    ]
    checked = client.post("/api/v1/citations/check", json={"citations": items}).json()
    assert (checked["intact"], checked["moved"], checked["source_removed"]) == (1, 1, 2)
    assert [item["state"] for item in checked["items"]] == [
        "intact",
        "moved",
        "source_removed",
        "source_removed",
    ]


def test_metadata_is_set_by_hand(client: TestClient, library: Library) -> None:
    card = library.cards()[1]
    set_to = client.patch(f"/api/v1/documents/{card.id}", json={"origin": "区政府网站"})
    assert set_to.json()["metadata"]["origin"] == "区政府网站"
    assert client.get(f"/api/v1/documents/{card.id}").json() == set_to.json()
    assert client.patch(f"/api/v1/documents/{card.id}", json={"origin": card.origin}).status_code == 200
    for body in ({"issued": "去年"}, {"text": "x"}, {"title": "x" * 501}, {"title": None, "id": "y"}):
        problem(client.patch(f"/api/v1/documents/{card.id}", json=body))
    assert client.patch("/api/v1/documents/none", json={"title": "x"}).status_code == 404


def test_a_body_that_is_too_large_is_not_read(client: TestClient) -> None:
    piece = b"x" * 1024 * 1024
    for content in (piece * 5, (piece for _ in range(5))):  # with its length told, and without
        answer = client.post("/api/v1/search", content=content, headers={"content-type": "application/json"})
        assert answer.status_code == 413
        assert problem(answer)["title"] == "Request Entity Too Large"


def test_lenses_and_health(client: TestClient, library: Library) -> None:
    lenses = client.get("/api/v1/lenses").json()["lenses"]
    assert lenses[0]["key"] == "default"
    assert len(lenses[0]["dimensions"]) == 8
    health = client.get("/api/v1/health").json()
    assert health["status"] == "ok"
    assert health["documents"] == len(library.cards())
    assert health["generation"] == library.generation()


def test_openapi_is_typed(client: TestClient) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    for operation in operations:
        assert operation["description"]
        assert "application/problem+json" in operation["responses"]["422"]["content"]
    assert all(path.startswith("/api/v1/") for path in schema["paths"])
    hit = schema["components"]["schemas"]["HitOut"]["properties"]
    assert hit["chunk_id"]["type"] == "string"
    assert "HTTPValidationError" not in json.dumps(schema)
