from __future__ import annotations

import html
from urllib.parse import unquote

from fastapi.testclient import TestClient


def test_what_was_understood_is_said_and_can_be_taken_back(client: TestClient) -> None:
    question = "2019-2022年投入100万元以上的社区阵地"
    body = client.get("/api/v1/search", params={"q": question}).json()
    assert body["understood"]["years"] == [2019, 2022]
    assert body["understood"]["amounts"] == [{"quantity": "money", "low": 1e6, "high": None}]
    assert body["filters"]["year"] == [2019, 2022]
    assert body["understood"]["said"][0] == "年份 2019–2022"
    literal = client.get("/api/v1/search", params={"q": question, "literal": True}).json()
    assert (literal["understood"]["years"], literal["understood"]["amounts"]) == ([], [])
    page = html.unescape(client.get("/search", params={"q": question}).text)
    assert "理解为：<b>年份 2019–2022</b><b>金额 ≥ 1\u202f000\u202f000 元</b>" in page
    assert f"/search?q={question}&literal=1" in unquote(page)
    english = client.get("/search", params={"q": question, "lang": "en"}).text
    assert "years 2019–2022" in english
    client.cookies.clear()


def test_counts_obey_the_other_filters_and_not_their_own(client: TestClient) -> None:
    asked = {"q": "社区经费"}
    free = client.get("/api/v1/search", params=asked).json()["facets"]
    assert free["regions"]
    assert sum(item["count"] for item in free["kinds"]) <= free["documents"]
    region = free["regions"][0]
    chosen = client.get("/api/v1/search", params={**asked, "region": region["value"]}).json()["facets"]
    assert chosen["documents"] == region["count"]
    assert {one["value"]: one["count"] for one in chosen["regions"]} == {
        one["value"]: one["count"] for one in free["regions"]
    }
    assert sum(item["count"] for item in chosen["kinds"]) <= region["count"]


def test_a_phrase_that_stands_nowhere_can_be_asked_without_its_marks(client: TestClient) -> None:
    page = client.get("/search", params={"q": "“社区火星基地”怎么建"}).text
    assert "没有一段含有“社区火星基地”" in page
    assert "去掉引号再问：社区火星基地 怎么建" in page
    assert 'id="hit-1"' not in page


def test_regions_are_a_tree(client: TestClient) -> None:
    regions = client.get("/api/v1/search", params={"q": "社区经费"}).json()["facets"]["regions"]
    seen: set[str] = set()
    for item in regions:
        parent = item["value"].rpartition("/")[0]
        assert not parent or parent in seen
        seen.add(item["value"])


def test_a_region_that_is_not_there_is_said(client: TestClient) -> None:
    body = client.get("/api/v1/search", params={"q": "社区经费", "region": "火星区"}).json()
    assert body["understood"]["places"] == [{"name": "火星区", "places": []}]
    assert "资料中没有来自“火星区”的材料" in body["understood"]["said"]
    assert "资料中没有来自“火星区”的材料" in client.get("/search?q=社区经费&region=火星区").text


def test_similar_passages_on_the_api_and_the_page(client: TestClient) -> None:
    hit = client.get("/api/v1/search", params={"q": "社区办公用房"}).json()["hits"][0]
    span = {"start": hit["citation"]["start"], "end": hit["citation"]["end"]}
    body = client.get(f"/api/v1/documents/{hit['doc_id']}/similar", params={**span, "top_k": 3}).json()
    assert 0 < len(body["hits"]) <= 3
    assert all(one["doc_id"] != hit["doc_id"] for one in body["hits"])
    page = client.get(f"/documents/{hit['doc_id']}/similar", params=span)
    assert page.status_code == 200
    assert 'id="hit-1"' in page.text
    assert "可信度" not in page.text
    assert f"/documents/{hit['doc_id']}/similar?start=" in client.get("/search?q=社区办公用房").text
    missing = client.get("/api/v1/documents/nobody/similar", params=span)
    assert missing.status_code == 404


def test_issuers_and_absent_warnings_are_filters(client: TestClient) -> None:
    free = client.get("/api/v1/search", params={"q": "社区经费", "top_k": 50}).json()
    issuer = free["facets"]["issuers"][0]["value"]
    only = client.get("/api/v1/search", params={"q": "社区经费", "issuer": issuer}).json()
    assert only["hits"]
    assert all(issuer in hit["issuer"] for hit in only["hits"])
    assert f'name="issuer" value="{html.escape(issuer)}"' in client.get("/search?q=社区经费").text
    clean = client.get("/api/v1/search", params={"q": "社区经费", "not_flag": "spun_text"}).json()
    assert clean["filters"]["not_flag"] == ["spun_text"]
    assert clean["coverage"]["documents"] < free["coverage"]["documents"]
