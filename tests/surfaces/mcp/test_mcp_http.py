"""/mcp of a real `kb serve`, asked by the SDK's client; and its guard."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest
from asking_mcp import QUESTION, ask, everything
from fastapi.testclient import TestClient
from mcp import Client
from serving import get, served

from kb.library import Library

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def port(home: Path) -> Iterator[int]:
    with served(home) as number:
        yield number


def post(port: int, body: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        given = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("POST", "/mcp", body, given)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.slow
def test_the_whole_of_it_over_http(port: int, library: Library) -> None:
    home = f"http://127.0.0.1:{port}/documents/"

    async def talk() -> None:
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            await everything(client, library, home)

    anyio.run(talk)


@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
def test_an_older_client_is_answered_and_links_open_the_passage(port: int, path: str) -> None:
    async def talk() -> str:
        async with Client(f"http://127.0.0.1:{port}{path}", mode="legacy") as client:
            assert client.protocol_version < "2026"
            found = await ask(client, "kb_search", query=QUESTION, top_k=1)
            url = found["passages"][0]["url"]
            assert isinstance(url, str)
            return url

    parts = urlsplit(anyio.run(talk))
    status, page = get(port, f"{parts.path}?{parts.query}")
    assert status == 200
    assert 'id="cite"' in page


def test_the_guard_stands_before_it(port: int) -> None:
    body = json.dumps(LIST)
    assert post(port, body)[0] == 200
    assert post(port, body, Host="evil.example")[0] == 421
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{port + 1}"):
        assert post(port, body, Origin=origin)[0] == 403
    assert post(port, body, Origin=f"http://127.0.0.1:{port}")[0] == 200
    assert post(port, body, Sec_Fetch_Site="cross-site")[0] == 403
    assert post(port, "x" * (4 * 1024 * 1024 + 1))[0] == 413


@pytest.mark.parametrize("body", ["", "{", "[]", "7", '{"jsonrpc":"2.0","id":1,"method":"nothing"}'])
def test_what_is_no_request_is_an_error_of_the_protocol(port: int, body: str) -> None:
    status, said = post(port, body)
    assert status in (200, 400, 404)
    assert "error" in json.loads(said)
    assert "Traceback" not in said


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_other_methods_are_refused_as_a_problem(client: TestClient, method: str) -> None:
    for path in ("/mcp", "/mcp/"):
        answer = client.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"
