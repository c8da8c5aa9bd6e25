"""Files over HTTP: what is acknowledged is kept, what is wrong refused, and a name leads nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from serving import served

from kb.config import load_settings
from kb.errors import Busy
from kb.library import Library
from kb.surfaces import receiving

API = "/api/v1/uploads"
TEXT = "\n".join(
    f"{i}、白沙洲街道为每个社区安排服务群众专项经费{i}0万元，由居民会议决定用途，结果逐笔公开。"
    for i in range(9)
)
FORM = "multipart/form-data; boundary=x"


@pytest.fixture
def library(bare_home: Path) -> Iterator[Library]:
    with Library.open(load_settings(bare_home, environ={})) as opened:
        yield opened


def part(name: str, content: bytes = b"x", field: str = "files") -> tuple[str, tuple[str, bytes]]:
    return field, (name, content)


def left(library: Library) -> list[str]:
    """What lies where uploads are kept."""
    layout = library.originals._layout
    return [
        path.name
        for folder in (layout.uploads, layout.arriving)
        for path in folder.rglob("*")
        if path.is_file()
    ]


def test_from_an_upload_to_what_is_found_and_away_again(bare_home: Path) -> None:
    with served(bare_home) as port, httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as http:
        sent = [
            part("资料/经费 办法.txt", TEXT.encode()),
            part("坏.docx", b"PK\x03\x04"),
            part("同.md", TEXT.encode()),
        ]
        made = http.post(API, files=sent, headers={"Idempotency-Key": "k"})
        assert made.status_code == 202
        place = made.headers["location"]
        with http.stream("GET", f"{place}/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = [line for line in stream.iter_lines() if line.startswith("data: ")]
        events = [json.loads(line.removeprefix("data: ")) for line in lines]
        assert len(events[0]["changed"]) == 3
        assert [event["done"] for event in events] == sorted(event["done"] for event in events)
        assert events[-1]["state"] == "done"
        job = http.get(place).json()
        assert [file["state"] for file in job["files"]] == ["done", "failed", "duplicate"]
        assert "坏.docx" in job["files"][1]["reason"]
        assert (job["failed"], job["duplicates"]) == (1, 1)
        (id,) = job["files"][0]["documents"]
        assert job["files"][2]["documents"] == [id]
        found = http.get("/api/v1/search", params={"q": "白沙洲街道专项经费"}).json()["hits"]
        assert found[0]["citation"]["doc_id"] == id
        (document,) = http.get("/api/v1/documents").json()["documents"]
        assert (document["id"], document["source"]) == (id, "资料/经费 办法.txt")
        shown = http.get(f"/api/v1/documents/{id}").text
        assert str(bare_home) not in json.dumps([job, document, events], ensure_ascii=False) + shown
        original = http.get(f"/api/v1/documents/{id}/original")
        assert original.text == TEXT
        assert original.headers["content-disposition"].startswith("attachment;")
        assert original.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert original.headers["x-content-type-options"] == "nosniff"
        assert original.headers["content-type"] == "application/octet-stream"
        assert http.delete(f"/api/v1/documents/{id}").status_code == 204
        assert http.get(f"/api/v1/documents/{id}/original").status_code == 404
        assert http.get(f"/api/v1/documents/{id}").status_code == 404
        assert http.delete(place).status_code == 204
        assert http.get(f"{place}/events").status_code == 404
        assert not [path for path in (bare_home / "uploads").rglob("*") if path.is_file()]


def test_a_key_is_one_upload(visitor: TestClient, library: Library) -> None:
    first, again = (visitor.post(API, files=[part("甲.txt")], headers={"Idempotency-Key": "k"}) for _ in "12")
    assert first.json() == again.json()
    other = visitor.post(API, files=[part("乙.txt")], headers={"Idempotency-Key": "k"})
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    assert visitor.post(API, files=[part("甲.txt")]).json()["id"] != first.json()["id"]
    assert library.jobs.count() == 2
    assert len(left(library)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "../../../../etc/passwd",
        "/etc/passwd",
        "C:\\Windows\\system32\\x.txt",
        "a/../../b",
        "..",
        "%2e%2e%2fx",
        "<script>alert(1)</script>.html",
        "名" * 900,
        "a\tb.txt",
        "\u202etxt.exe",
        "~",
    ],
)
def test_a_name_is_a_label_and_never_a_path(visitor: TestClient, library: Library, name: str) -> None:
    answer = visitor.post(API, files=[part(name)])
    assert answer.status_code == 202
    label = answer.json()["files"][0]["name"]
    assert label.isprintable()
    assert 0 < len(label) <= 400
    assert not {"", ".", ".."} & set(label.split("/"))
    (kept,) = left(library)
    assert len(kept) == 32
    assert str(library.settings.home) not in answer.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"", FORM, 422),
        (b"--x--\r\n", FORM, 422),
        (b"--x--\r\n", "multipart/form-data", 415),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n', FORM, 422),
        (b'--x\r\nContent-Disposition: form-data; name="a"; filename=""\r\n\r\n\r\n--x--\r\n', FORM, 422),
        (b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\ncut', FORM, 400),
        (b"--y\r\nno form", FORM, 400),
        (b"--x\r\n" + b"A" * 9000 + b": b\r\n\r\n", FORM, 400),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"b" * 70_000 + b"\r\n--x--",
            FORM,
            413,
        ),
    ],
)
def test_what_is_no_form_with_files_is_refused_and_leaves_nothing(
    visitor: TestClient, library: Library, body: bytes, kind: str, status: int
) -> None:
    answer = visitor.post(API, content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert left(library) == []
    assert library.jobs.count() == 0


def test_too_much_is_refused_while_it_comes(
    visitor: TestClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "FILE_BYTES", 10_000)
    monkeypatch.setattr(receiving, "MOST_FILES", 3)
    large = visitor.post(API, files=[part("小.txt"), part("大.txt", b"x" * 10_001)])
    assert large.status_code == 413
    assert "大.txt" in large.json()["detail"]
    many = visitor.post(API, files=[part(f"{i}.txt") for i in range(4)])
    assert many.status_code == 413
    assert visitor.post(API, files=[part("大.txt", b"x" * 10_000)]).status_code == 202
    assert len(left(library)) == 1


def test_a_body_that_says_it_is_too_large_is_not_read(visitor: TestClient, library: Library) -> None:
    headers = {"Content-Type": FORM, "Content-Length": str(600 * 2**20)}
    assert visitor.post(API, content=b"--x--", headers=headers).status_code == 413
    elsewhere = {"Content-Type": FORM, "Content-Length": str(5 * 2**20)}
    assert visitor.post("/api/v1/search", content=b"--x--", headers=elsewhere).status_code == 413
    assert left(library) == []


def test_jobs_are_listed_a_page_at_a_time(visitor: TestClient) -> None:
    ids = [visitor.post(API, files=[part(f"{i}.txt")]).json()["id"] for i in range(5)]
    first = visitor.get("/api/v1/jobs?limit=3").json()
    rest = visitor.get(f"/api/v1/jobs?limit=3&cursor={first['next']}").json()
    assert [job["id"] for job in (*first["jobs"], *rest["jobs"])] == ids[::-1]
    assert (first["total"], rest["next"]) == (5, None)
    same = visitor.get("/api/v1/jobs?limit=3")
    tag = {"If-None-Match": same.headers["etag"]}
    assert visitor.get("/api/v1/jobs?limit=3", headers=tag).status_code == 304
    cancelled = visitor.post(f"/api/v1/jobs/{ids[0]}/cancel").json()
    assert cancelled["state"] == "cancelled"
    assert cancelled["files"][0]["state"] == "cancelled"
    assert visitor.post(f"/api/v1/jobs/{ids[0]}/retry").json()["state"] == "waiting"
    assert visitor.delete(f"/api/v1/jobs/{ids[0]}").status_code == 422
    for path in ("", "/cancel", "/retry"):
        method = "GET" if not path else "POST"
        assert visitor.request(method, f"/api/v1/jobs/nowhere{path}").status_code == 404


def test_an_original_is_given_only_as_it_was_read(
    visitor: TestClient, library: Library, tmp_path: Path
) -> None:
    file = tmp_path / "网页.html"
    file.write_text(f"<html><body><p>{TEXT}</p><script>alert(1)</script></body></html>", encoding="utf-8")
    library.ingest([file])
    (card,) = library.cards()
    page = visitor.get(f"/api/v1/documents/{card.id}/original")
    assert page.content == file.read_bytes()
    assert page.headers["content-type"] == "application/octet-stream"
    file.write_text("another", encoding="utf-8")
    assert visitor.get(f"/api/v1/documents/{card.id}/original").status_code == 422
    file.unlink()
    gone = visitor.get(f"/api/v1/documents/{card.id}/original")
    assert gone.status_code == 404
    assert str(tmp_path) not in gone.text


def test_a_server_does_not_tell_where_its_files_lie(
    visitor: TestClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = library.settings.home
    tries = []

    def busy(*_: object) -> None:
        tries.append(1)
        raise Busy(f"another process holds {home}/indexes/main/truth.sqlite3: wait")

    monkeypatch.setattr(library.jobs, "create", busy)
    answer = visitor.post(API, files=[part("甲.txt")])
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert len(tries) == 3
    assert answer.json()["detail"] == "another process holds indexes/main/truth.sqlite3: wait"


def test_the_files_of_a_job_are_read_again_as_a_new_job(visitor: TestClient, library: Library) -> None:
    sent = visitor.post(API, files=[part("甲.txt", TEXT.encode()), part("乙.txt", b"x")]).json()
    assert visitor.post(f"/api/v1/jobs/{sent['id']}/again").status_code == 422, "it has not ended"
    library.jobs.cancel(sent["id"])
    again = visitor.post(f"/api/v1/jobs/{sent['id']}/again")
    assert again.status_code == 202
    made = again.json()
    assert again.headers["location"] == f"/api/v1/jobs/{made['id']}"
    assert made["id"] != sent["id"]
    assert (made["kind"], [file["name"] for file in made["files"]]) == ("reprocess", ["甲.txt", "乙.txt"])
    library.jobs.cancel(made["id"])
    page = visitor.post(f"/library/jobs/{sent['id']}", data={"do": "again"}, follow_redirects=False)
    assert page.status_code == 303
    assert page.headers["location"].rpartition("/")[2] not in (sent["id"], made["id"])
    assert 'value="again"' in visitor.get(f"/library/jobs/{sent['id']}").text
    whole = library.jobs.create("backup", "local", ())[0]
    library.jobs.cancel(whole.id)
    assert visitor.post(f"/api/v1/jobs/{whole.id}/again").status_code == 422
