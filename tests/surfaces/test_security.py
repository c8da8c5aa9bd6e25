from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from kb.surfaces.security import host_name

EVERYWHERE = [
    "/",
    "/search?q=经费",
    "/documents",
    "/compare",
    "/static/app.css",
    "/api/v1/health",
    "/nowhere",
    "/api/v1/nowhere",
]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/search?q=经费", "/documents", "/compare?topic=经费", "/nowhere"])
def test_pages_need_nothing_from_elsewhere_and_nothing_inline(client: TestClient, path: str) -> None:
    html = client.get(path).text
    assert "http://" not in html.replace("http://127.0.0.1", "")
    assert "https://" not in html
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick=" not in html
    assert html.count("<script") == html.count('<script src="/static/')


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:8765", "10.0.0.3"]
)
def test_another_name_in_the_host_header_is_refused(client: TestClient, host: str) -> None:
    for path in ("/", "/api/v1/documents"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 421
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8765", "localhost:1", "LOCALHOST", "[::1]:8765", "[::1]"]
)
def test_names_of_this_machine_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/api/v1/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "none", "origin": "https://evil.example"},
    ],
)
def test_a_write_from_another_site_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/v1/search", json={"q": "经费"}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["detail"] == "a write from another site was refused"


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1"}])
def test_a_write_from_here_or_from_a_program_is_accepted(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/api/v1/search", json={"q": "经费"}, headers=headers).status_code == 200


def test_reading_from_another_site_is_only_a_link(client: TestClient) -> None:
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_pages_are_not_kept_and_static_files_are_found(client: TestClient) -> None:
    assert client.get("/").headers["cache-control"] == "no-store"
    assert client.get("/static/app.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../pyproject.toml",
        "/static/%2e%2e/templates/base.html",
        "/static//etc/passwd",
        "/static/app.css%00",
    ],
)
def test_static_files_stay_in_their_folder(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (400, 404)


def test_host_names() -> None:
    assert host_name("LocalHost:80") == "localhost"
    assert host_name("[::1]:80") == "[::1]"
    assert host_name("") == ""
