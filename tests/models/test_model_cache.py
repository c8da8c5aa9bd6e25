from __future__ import annotations

import errno
import json
import multiprocessing
import os
import time
from pathlib import Path

import pytest

from kb.errors import ModelError
from kb.models.cache import cached

FILES = {"graph": b"g" * 5000, "pieces": b"p" * 300}


class Builder:
    """Makes FILES and counts how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> dict[str, bytes]:
        self.calls += 1
        return dict(FILES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "encoder-1"
    assert cached(folder, Builder()) == FILES
    return folder


def test_it_is_built_once(folder: Path) -> None:
    build = Builder()
    assert cached(folder, build) == FILES
    assert build.calls == 0


def test_nothing_temporary_stays(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} <= {"graph", "pieces", "manifest.json", ".lock"}


def test_the_manifest_gives_size_and_digest(folder: Path) -> None:
    size, digest = json.loads((folder / "manifest.json").read_text())["graph"]
    assert size == 5000
    assert len(digest) == 64


def cut(folder: Path) -> None:
    os.truncate(folder / "graph", 4000)


def flip(folder: Path) -> None:
    (folder / "graph").write_bytes(b"g" * 4999 + b"h")


def lose(folder: Path) -> None:
    (folder / "pieces").unlink()


def unlist(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def garble(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"{\xff")


def empty(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"")


def swap_kind(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(b"[1, 2]")


@pytest.mark.parametrize("damage", [cut, flip, lose, unlist, garble, empty, swap_kind])
def test_damage_is_seen_and_built_again(folder: Path, damage: object) -> None:
    damage(folder)  # type: ignore[operator]
    build = Builder()
    assert cached(folder, build) == FILES
    assert build.calls == 1
    assert cached(folder, build) == FILES
    assert build.calls == 1


def test_a_manifest_that_lists_nothing_is_damage(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}")
    assert cached(folder, Builder()) == FILES


def test_a_build_that_fails_leaves_nothing_that_counts(tmp_path: Path) -> None:
    def fail() -> dict[str, bytes]:
        raise ModelError("no weights")

    with pytest.raises(ModelError, match="no weights"):
        cached(tmp_path / "encoder", fail)
    assert cached(tmp_path / "encoder", Builder()) == FILES


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match=r"file.encoder"):
        cached(tmp_path / "file" / "encoder", Builder())


def test_a_full_disk_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("kb.models.cache.os.fsync", full)
    with pytest.raises(ModelError, match=r"encoder: No space left"):
        cached(tmp_path / "encoder", Builder())
    assert {path.name for path in (tmp_path / "encoder").iterdir()} <= {".lock"}


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / "graph.tmp").write_bytes(b"half")
    assert cached(tmp_path, Builder()) == FILES
    assert not (tmp_path / "graph.tmp").exists()


def _open(folder: Path, builds: Path) -> None:
    def build() -> dict[str, bytes]:
        (builds / str(os.getpid())).touch()
        time.sleep(0.3)
        return dict(FILES)

    assert cached(folder, build) == FILES


def test_processes_that_start_together_build_once(tmp_path: Path) -> None:
    builds = tmp_path / "builds"
    builds.mkdir()
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_open, args=(tmp_path / "encoder", builds)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert len(list(builds.iterdir())) == 1
