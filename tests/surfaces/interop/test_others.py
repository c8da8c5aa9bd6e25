"""Requests as Open WebUI, FastGPT and a browser send them."""

from __future__ import annotations

from urllib.parse import urlsplit
from xml.etree import ElementTree

from fastapi.testclient import TestClient

from kb.library import Library

SPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


def test_open_webui_gets_a_bare_array_whose_links_open_the_passage(client: TestClient) -> None:
    found = client.post("/openwebui/search", json={"query": "社区工作经费", "count": 4}).json()
    assert len(found) == 4
    for result in found:
        assert set(result) == {"link", "title", "snippet"}
        parts = urlsplit(result["link"])
        assert parts.scheme == "http"
        assert 'id="cite"' in client.get(f"{parts.path}?{parts.query}").text
    assert client.post("/openwebui/search", json={"query": " ", "count": 4}).json() == []
    assert client.post("/openwebui/search", json={"query": "x", "count": 0}).status_code == 422


def test_fastgpt_lists_and_reads_our_documents(client: TestClient, library: Library) -> None:
    listed = client.post("/fastgpt/v1/file/list", json={"parentId": None, "searchKey": ""}).json()
    assert listed["success"] is True
    assert {file["id"] for file in listed["data"]} == {card.id for card in library.cards()}
    first = listed["data"][0]
    assert {"id", "parentId", "name", "type", "updateTime", "createTime"} <= set(first)
    assert first["type"] == "file"
    content = client.get("/fastgpt/v1/file/content", params={"id": first["id"]}).json()["data"]
    assert content == {"title": first["name"], "content": library.document(first["id"]).text}
    url = client.get("/fastgpt/v1/file/read", params={"id": first["id"]}).json()["data"]["url"]
    assert client.get(urlsplit(url).path).status_code == 200
    assert client.get("/fastgpt/v1/file/detail", params={"id": first["id"]}).json()["data"] == first


def test_fastgpt_narrows_by_words_and_has_no_folders(client: TestClient) -> None:
    def listed(**body: str | None) -> list[dict[str, str]]:
        found: list[dict[str, str]] = client.post("/fastgpt/v1/file/list", json=body).json()["data"]
        return found

    some = listed(parentId=None, searchKey="经费")
    assert some
    assert all("经费" in file["name"] for file in some)
    assert listed(parentId="folder", searchKey="") == []
    gone = client.get("/fastgpt/v1/file/content", params={"id": "none"})
    assert gone.status_code == 404
    assert gone.json()["success"] is False


def test_a_browser_is_told_how_to_search(client: TestClient) -> None:
    page = client.get("/").text
    assert '<link rel="search" type="application/opensearchdescription+xml" href="/opensearch.xml"' in page
    answer = client.get("/opensearch.xml", headers={"host": "127.0.0.1:8765"})
    assert answer.headers["content-type"].startswith("application/opensearchdescription+xml")
    root = ElementTree.fromstring(answer.text)
    name = root.findtext(f"{SPACE}ShortName")
    assert name
    assert len(name) <= 16
    templates = {url.get("type"): url.get("template") for url in root.findall(f"{SPACE}Url")}
    assert templates["text/html"] == "http://127.0.0.1:8765/search?q={searchTerms}"
