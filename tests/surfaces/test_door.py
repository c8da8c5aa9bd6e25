"""Nobody unknown gets past the door, and everybody gets as far as their role goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from guarding import BASE, PASSWORD, SAFE, Guarded, flat, guarded, routes, token_of

from kb.config import load_settings
from kb.library import Library
from kb.surfaces.app import create_app

# Who is not known may ask for these: nothing of the library is in them.
OPEN = {"/login", "/opensearch.xml", "/api/v1/health", "/static", "/static/swagger"}
# Asked with POST, because a question may be long or a contract says so; they change nothing.
READING = {
    "/api/v1/search",
    "/api/v1/citations/check",
    "/dify/retrieval",
    "/fastgpt/v1/file/list",
    "/openwebui/search",
    "/mcp",
    "/mcp/",
    "/login",
    "/logout",
}
OWN = ("/api/v1/me/", "/account")  # what everybody may change: their own password and logins


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("guarded")
    with Library.open(load_settings(folder, environ={})) as opened:
        yield opened


@pytest.fixture(scope="module")
def place(empty: Library) -> Guarded:
    return guarded(empty, rui="reader", ed="editor", ad="admin")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Library]:
    with Library.open(load_settings(tmp_path, environ={})) as opened:
        yield opened


def test_the_routes_are_all_seen(place: Guarded) -> None:
    seen = {path for path, _ in routes(place.app)}
    assert {"/", "/documents/1", "/api/v1/search", "/api/v1/openapi.json", "/mcp", "/baskets/1"} <= seen
    assert len(seen) > 30


def test_who_is_not_known_gets_nowhere(place: Guarded) -> None:
    nobody = place.nobody()
    for path, methods in routes(place.app):
        for method in methods:
            answer = nobody.request(method, path)
            if path in OPEN:
                assert answer.status_code != 401, path
            elif answer.status_code == 303:
                assert answer.headers["location"].startswith("/login"), path
            else:
                assert answer.status_code in (401, 403), (method, path, answer.status_code)
    for path in ("/nowhere", "/api/v1/nowhere", "//", "/static/../documents", "/login/", "/API/v1/search"):
        assert nobody.get(path).status_code in (303, 401, 404), path


def test_what_changes_something_needs_an_editor_or_admin(place: Guarded) -> None:
    """Holds every route, also one that somebody adds later: a reader's writes are 403."""
    reader, editor = place.person("rui"), place.person("ed")
    for path, methods in routes(place.app):
        if path in READING or path.startswith(OWN):
            continue
        for method in methods - SAFE:
            assert reader.request(method, path).status_code == 403, (method, path)
            assert editor.request(method, path).status_code != 401, (method, path)


def test_every_route_of_ours_names_a_role(place: Guarded) -> None:
    """Beside the door: a route that is mounted elsewhere keeps its guard."""
    for route in flat(place.app.routes):
        if isinstance(route, APIRoute) and route.path not in OPEN | {"/logout"}:
            called = set(names(route.dependant))
            assert called & {"reader", "editor", "overseer", "admin", "steward"}, route.path


def names(dependant: Dependant) -> Iterator[str]:
    """What a route depends on, directly or not."""
    for inner in dependant.dependencies:
        yield getattr(inner.call, "__name__", "")
        yield from names(inner)


def test_without_accounts_whoever_sits_here_may_do_everything(own: Library) -> None:
    client = TestClient(create_app(own), base_url=BASE)
    assert client.get("/documents").status_code == 200
    assert client.post("/api/v1/baskets", json={"name": "篮"}).status_code == 201
    assert client.get("/api/v1/health").json()["documents"] == 0


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_a_proxy_does_not_make_everybody_a_local_user(own: Library, header: str) -> None:
    client = TestClient(create_app(own), base_url=BASE, follow_redirects=False)
    assert client.get("/api/v1/documents", headers={header: "127.0.0.1"}).status_code == 401
    assert client.get("/api/v1/documents").status_code == 200


def test_an_address_elsewhere_is_no_local_user(own: Library) -> None:
    client = TestClient(create_app(own), base_url=BASE, client=("10.1.2.3", 5000), follow_redirects=False)
    assert client.get("/api/v1/documents").status_code == 401
    others = TestClient(create_app(own, None, trusting=False), base_url="http://kb.example")
    assert others.get("/api/v1/documents").status_code == 401


def test_the_first_account_closes_a_running_server(own: Library) -> None:
    app = create_app(own)
    client = TestClient(app, base_url=BASE, follow_redirects=False)
    assert client.get("/documents").status_code == 200
    own.accounts.add("li", PASSWORD, "admin")
    app.middleware_stack = None  # a second later: what was believed is looked at again
    assert client.get("/documents").headers["location"] == "/login?next=%2Fdocuments"


def test_logging_in_and_out(place: Guarded) -> None:
    client = place.nobody()
    page = client.get("/documents?q=1")
    assert page.headers["location"] == "/login?next=%2Fdocuments%3Fq%3D1"
    assert 'value="/documents?q=1"' in client.get(page.headers["location"]).text
    wrong = client.post("/login", data={"name": "rui", "password": "wrong password"})
    assert wrong.status_code == 422
    assert "set-cookie" not in wrong.headers
    right = client.post("/login", data={"name": "rui", "password": PASSWORD, "next": "/documents?q=1"})
    assert (right.status_code, right.headers["location"]) == (303, "/documents?q=1")
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    page = client.get("/documents?lang=en")
    assert "Log out" in page.text
    assert client.post("/logout").status_code == 403  # without the form's token
    assert client.post("/logout", data={"_token": token_of(client)}).status_code == 303
    assert client.get("/documents").status_code == 303


def test_over_https_the_cookie_is_secure(place: Guarded) -> None:
    client = TestClient(place.app, base_url="https://127.0.0.1", follow_redirects=False)
    cookie = client.post("/login", data={"name": "rui", "password": PASSWORD}).headers["set-cookie"]
    assert cookie.startswith("__Host-kb=")
    assert "Secure" in cookie
    assert client.get("/documents").status_code == 200


def test_a_login_gets_a_new_id_and_the_old_one_ends(place: Guarded) -> None:
    client = place.person("rui")
    planted = client.cookies["kb_login"]
    client.post(
        "/login", data={"name": "rui", "password": PASSWORD}, headers={"x-csrf-token": token_of(client)}
    )
    assert client.cookies["kb_login"] != planted
    other = place.nobody()
    other.cookies.set("kb_login", planted)
    assert other.get("/documents").status_code == 303


@pytest.mark.parametrize(
    "following", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1"]
)
def test_logging_in_leads_nowhere_else(place: Guarded, following: str) -> None:
    answer = place.nobody().post("/login", data={"name": "rui", "password": PASSWORD, "next": following})
    assert answer.headers["location"] == "/"


def test_wrong_passwords_have_to_wait(own: Library) -> None:
    place = guarded(own, li="reader", wang="reader")
    client = place.nobody()
    for _ in range(5):
        assert client.post("/login", data={"name": "li", "password": "wrong password"}).status_code == 422
    late = client.post("/login", data={"name": "li", "password": PASSWORD})
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0
    assert client.post("/login", data={"name": "wang", "password": PASSWORD}).status_code == 303
    elsewhere = TestClient(place.app, base_url=BASE, client=("127.0.0.2", 5), follow_redirects=False)
    assert elsewhere.post("/login", data={"name": "li", "password": PASSWORD}).status_code == 303


def test_a_form_of_a_login_needs_its_token(place: Guarded) -> None:
    client = place.person("ed")
    token = client.headers.pop("x-csrf-token")
    other = token_of(place.person("ad"))
    send = {"name": "表单"}
    assert client.post("/baskets", data=send).status_code == 403
    assert client.post("/baskets", data=send | {"_token": other}).status_code == 403
    assert client.post("/baskets", data=send | {"_token": token[:-1] + "é"}).status_code == 403
    assert client.post("/api/v1/baskets", json=send).status_code == 403
    assert client.post("/baskets", data=send | {"_token": token}).status_code == 303
    assert client.post(f"/baskets/add?_token={token}", files={"f": b"x"}).status_code != 403
    assert client.get("/api/v1/baskets").json()["baskets"][0]["name"] == "表单"


def test_every_form_that_changes_something_carries_the_token(place: Guarded) -> None:
    client = place.person("ed")
    client.post("/baskets", data={"name": "形"})
    pages = ["/", "/documents", "/baskets", "/baskets/形", "/compare", "/search?q=经费"]
    forms = [
        form
        for page in pages
        for form in re.findall(r'<form[^>]*method="post".*?</form>', client.get(page).text, re.S)
    ]
    assert len(forms) > 5
    token = token_of(client)
    assert all(f'name="_token" value="{token}"' in form or f"_token={token}" in form for form in forms)


def test_a_reader_is_shown_no_way_to_change_anything(place: Guarded) -> None:
    place.person("ed").post("/baskets", data={"name": "看"})
    client = place.person("rui")
    for page in ("/", "/documents", "/baskets/看"):
        forms = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', client.get(page).text)
        assert set(forms) <= {"/logout"}


def test_keys_open_the_api_as_far_as_their_role_goes(place: Guarded) -> None:
    accounts = place.library.accounts
    reading, secret = accounts.add_key("看", "reader")
    _, writing = accounts.add_key("写", "editor")
    program = place.program(secret)
    assert program.get("/api/v1/documents").status_code == 200
    assert program.post("/api/v1/search", json={"q": "经费"}).status_code == 200
    assert program.post("/api/v1/baskets", json={"name": "钥"}).status_code == 403
    assert place.program(writing).post("/api/v1/baskets", json={"name": "钥"}).status_code == 201
    accounts.revoke_key(reading.id)
    refused = program.get("/api/v1/documents")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.headers["content-type"] == "application/problem+json"
    assert secret not in refused.text


def test_tools_are_told_in_the_shapes_that_they_read(place: Guarded) -> None:
    nobody = place.program("kb_00000000_wrong")
    dify = nobody.post("/dify/retrieval")
    assert (dify.status_code, dify.json()["error_code"]) == (403, 1002)
    fastgpt = nobody.post("/fastgpt/v1/file/list", json={})
    assert (fastgpt.status_code, fastgpt.json()["success"]) == (401, False)
    assert nobody.post("/mcp", json={}).status_code == 401
    assert nobody.post("/openwebui/search", json={"query": "a"}).status_code == 401


def test_health_tells_strangers_nothing_of_the_library(place: Guarded) -> None:
    told = place.nobody().get("/api/v1/health").json()
    assert told["status"] == "ok"
    assert told["documents"] is told["regions"] is told["generation"] is None
