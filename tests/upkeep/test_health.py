"""How the index stands is told as it is; repairs and backups are jobs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from small_shelf import named

from kb.config import load_settings
from kb.errors import NotFound
from kb.library import Library
from kb.store.layout import Layout
from kb.store.restoring import restore_backup
from kb.surfaces.app import create_app
from kb.surfaces.health_shapes import amount
from kb.surfaces.job_process import Worker


@pytest.fixture
def client(shelf: Library) -> Iterator[TestClient]:
    with TestClient(create_app(shelf), base_url="http://127.0.0.1") as opened:
        yield opened


def work(library: Library) -> None:
    """Does every job there is, as the process beside the server does."""
    with library.jobs.doing():
        worker = Worker(library, threading.Event())
        while (job := library.jobs.claim()) is not None:
            worker._do(job)


def test_what_is_told_is_what_is_there(shelf: Library) -> None:
    bad = shelf.settings.home / "资料" / "坏.pdf"
    bad.write_bytes(b"%PDF-1.4 nothing")
    shelf.ingest([shelf.settings.home / "资料"])
    now = shelf.upkeep.health()
    cards = shelf.cards()
    assert (now.documents, now.passages) == (len(cards), sum(card.chunks for card in cards))
    assert now.generation == shelf.generation()
    assert (now.model, now.dim) == ("hash", 48)
    assert [(one.name, one.sound) for one in now.indexes] == [("words", True), ("vectors", True)]
    assert now.indexes[0].behind == 0
    assert min(now.truth_bytes, now.free_bytes, *(one.bytes for one in now.indexes)) > 0
    assert [failure.source for failure in now.failures] == [str(bad)]
    assert now.last_run is not None
    assert (now.last_run.failed, now.last_run.unchanged) == (1, 2)


def test_damage_and_wrong_rules_are_something_to_do(client: TestClient, shelf: Library) -> None:
    assert client.get("/api/v1/indexes").json()["todo"] == []
    assert "一切正常" in client.get("/library/health").text
    Layout(shelf.settings.index_folder).lexical.joinpath("manifest.json").write_text("x", encoding="utf-8")
    folder = shelf.settings.home / "rules"
    folder.mkdir()
    (folder / "spun.toml").write_text("pair = 3\n", encoding="utf-8")
    told = client.get("/api/v1/indexes").json()
    assert told["todo"] == ["repair", "rules"]
    assert "rules/spun.toml" in told["rules_problem"]
    checked = client.post("/api/v1/indexes/check").json()
    assert not checked["ok"]
    assert any(line.startswith("own rules: rules/spun.toml") for line in checked["problems"])
    assert "rules/spun.toml" in client.post("/library/health/check").text
    (folder / "spun.toml").unlink()
    job = client.post("/api/v1/indexes/repair")
    assert job.status_code == 202
    work(shelf)
    assert client.get(f"/api/v1/jobs/{job.json()['id']}").json()["state"] == "done"
    assert client.get("/api/v1/indexes").json()["todo"] == []
    assert client.post("/api/v1/indexes/check").json() == {"ok": True, "problems": [], "repaired": []}


def test_a_backup_is_begun_fetched_restored_and_deleted(
    client: TestClient, shelf: Library, tmp_path: Path
) -> None:
    begun = client.post("/library/health", data={"do": "backup"}, follow_redirects=False)
    assert begun.headers["location"].startswith("/library/jobs/")
    work(shelf)
    (kept,) = client.get("/api/v1/backups").json()["backups"]
    answer = client.get(f"/api/v1/backups/{kept['name']}")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert client.get(f"/library/backups/{kept['name']}").content == answer.content
    file = tmp_path / "fetched.kbz"
    file.write_bytes(answer.content)
    new = tmp_path / "new"
    new.mkdir()
    index = Layout(load_settings(new, environ={}).index_folder)
    assert restore_backup(index, new, file, replace=False).documents == 2
    assert kept["name"] in client.get("/library/health").text
    for name in ("..%2Fkb.toml", "20261122-101500.kbz", "x.kbz"):
        assert client.get(f"/api/v1/backups/{name}").status_code == 404
    with pytest.raises(NotFound):
        shelf.upkeep.backups.path("../resources.kbz")
    assert client.delete(f"/api/v1/backups/{kept['name']}").json() == {"backups": []}
    assert client.post("/library/health", data={"do": "dance"}).status_code == 422


def test_all_files_are_read_again_as_a_job_after_rules_changed(client: TestClient, shelf: Library) -> None:
    rules = "[[line]]\nname = \"小编\"\npattern = '本网小编.*'\n"
    shelf.upkeep.rules.save("cleaning", rules, who="小禾")
    job = client.post("/api/v1/indexes/reprocess").json()
    assert job["total"] == 2
    work(shelf)
    assert client.get(f"/api/v1/jobs/{job['id']}").json()["done"] == 2
    assert "小编" not in shelf.document(named(shelf, "甲.txt")).text


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (3 * 2**30, "3.0 GB")]
)
def test_bytes_are_said_in_the_unit_that_fits(size: int, said: str) -> None:
    assert amount(size) == said
