"""One test for each class of weakness that programs of this kind have had (CWE numbers), where no other
test has it: uploads are in test_uploads and tests/ingest, forms and roles in test_door, ids of closed
documents in test_collections, headers and hosts in test_security.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from guarding import routes

PACKAGE = Path(__file__).parents[2] / "kb"
SOURCES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def called() -> list[tuple[Path, str, ast.Call]]:
    """Every call in the package, by its dotted name."""
    return [
        (path, ast.unparse(node.func), node)
        for path, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def test_nothing_is_unpickled_or_evaluated() -> None:
    """CWE-502, CWE-95: what others wrote is data."""
    imported = {
        name.name.split(".")[0]
        for tree in SOURCES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert imported.isdisjoint({"pickle", "cPickle", "marshal", "shelve", "dill", "joblib"})
    names = {name for _, name, _ in called()}
    assert names.isdisjoint({"eval", "exec", "pickle.load", "pickle.loads", "yaml.load"})
    assert not [path for path, _, node in called() if "allow_pickle=True" in ast.unparse(node)]


def test_no_shell_is_started() -> None:
    """CWE-78: programs are started with lists of words."""
    for path, name, node in called():
        assert name not in ("os.system", "os.popen", "subprocess.getoutput"), path
        shell = [one.value for one in node.keywords if one.arg == "shell"]
        assert not any(ast.unparse(value) != "False" for value in shell), path


def test_templates_are_our_own_files() -> None:
    """CWE-1336: no words of a user are ever a template, and nothing turns escaping off."""
    for path, name, _ in called():
        assert not name.endswith(("from_string", ".Template")), path
    templates = "".join(
        path.read_text(encoding="utf-8") for path in (PACKAGE.parent / "web" / "templates").glob("*.html")
    )
    assert "|safe" not in templates.replace(" ", "")
    assert "autoescapefalse" not in templates.replace(" ", "")


def test_no_route_fetches_an_address(client: TestClient) -> None:
    """CWE-918: nobody can name an address for the server to ask."""
    schema = client.get("/api/v1/openapi.json").json()
    names = set(re.findall(r'"name": ?"([^"]+)"', client.get("/api/v1/openapi.json").text))
    fields = {
        field for one in schema["components"]["schemas"].values() for field in one.get("properties", {})
    }
    asked = {name for name in names if "url" in name.lower() or "uri" in name.lower()}
    assert asked == set()
    assert not {field for field in fields if field in ("url", "uri", "callback", "webhook")} or all(
        "In" not in name
        for name, one in schema["components"]["schemas"].items()
        if {"url", "uri", "callback", "webhook"} & set(one.get("properties", {}))
    )


def test_no_key_or_password_is_written_into_the_program() -> None:
    """CWE-798: there is no account, key or token until somebody makes one."""
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.fullmatch(r"kb_[0-9a-f]{8}_.{20,}|\$argon2.*", node.value), path


@pytest.mark.parametrize(
    "name", ["../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "..\\..\\x"]
)
def test_no_name_in_an_address_becomes_a_path(client: TestClient, name: str) -> None:
    """CWE-22: ids, names of baskets, lenses, rules and backups lead to no other file."""
    for path, methods in routes(client.app, dict.fromkeys(("doc_id", "name", "id", "key", "kind"), name)):  # type: ignore[arg-type]
        if "etc" in path or ".." in path:
            for method in methods & {"GET", "DELETE"}:
                answer = client.request(method, path, params={"id": name, "start": 0, "end": 1})
                assert "root:" not in answer.text, (method, path)
                assert answer.status_code < 500, (method, path, answer.status_code)


@pytest.mark.parametrize(
    "words", ["' OR 1=1 --", "x' UNION SELECT password FROM accounts --", '"; DROP TABLE documents; --']
)
def test_words_are_no_statements(client: TestClient, words: str) -> None:
    """CWE-89: questions, filters, names and cursors are values."""
    before = client.get("/api/v1/documents").json()["total"]
    for params in ({"region": words}, {"issuer": words}, {"cursor": words}, {"document": words}):
        answer = client.get("/api/v1/documents", params=params)
        assert answer.status_code in (200, 422)
        assert "argon2" not in answer.text
    assert client.get("/api/v1/search", params={"q": words}).status_code == 200
    assert client.get(f"/api/v1/documents/{words.replace('/', '')}").status_code == 404
    assert client.get("/api/v1/documents").json()["total"] == before


def test_what_others_wrote_is_shown_as_words(client: TestClient) -> None:
    """CWE-79: titles, passages, notes and names of baskets, on every page that shows them."""
    hostile = "敌意<script>alert(1)<"
    client.post("/baskets", data={"name": "危险篮"})
    hit = client.get("/api/v1/search", params={"q": "社区工作经费36万元"}).json()["hits"][0]["citation"]
    span = f"{hit['doc_id']}:{hit['start']}-{hit['end']}"
    client.post("/baskets/add", data={"span": span, "basket": "危险篮", "label": hostile})
    for path in ("/documents", f"/documents/{hit['doc_id']}", "/search?q=社区工作经费", "/baskets/危险篮"):
        html = client.get(path).text
        assert "<script>alert" not in html, path
        assert "<img src=x" not in html, path
        assert "<svg/onload" not in html, path
    client.post("/baskets/危险篮", data={"do": "delete", "revision": ""})


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "\\/evil.example"]
)
def test_no_address_leads_elsewhere(client: TestClient, back: str) -> None:
    """CWE-601: where one is sent back to is a page of this server."""
    hit = client.get("/api/v1/search", params={"q": "经费"}).json()["hits"][0]["citation"]
    sent = {"span": f"{hit['doc_id']}:{hit['start']}-{hit['end']}", "back": back, "basket": "回"}
    answer = client.post("/baskets/add", data=sent, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/baskets/")
    client.post("/baskets/回", data={"do": "delete", "revision": ""})


def test_errors_tell_nothing_of_the_inside(client: TestClient) -> None:
    """CWE-209: no stack, no path of the program, no statement."""
    for path in ("/api/v1/documents/x", "/nowhere", "/api/v1/search?q=", "/compare?topic=" + "长" * 1200):
        text = client.get(path).text
        for inside in ("Traceback", "site-packages", "sqlalchemy", "SELECT ", str(PACKAGE)):
            assert inside not in text, (path, inside)
