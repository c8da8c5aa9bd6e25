"""Which files a path stands for."""

import os
from pathlib import Path

import pytest

from kb.ingest.walk import find_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "corpus"
    for name in ("b.txt", "a.docx", "子/c.pdf", "子/更深/d.html"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    return root


def _names(paths: tuple[Path, ...], root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in paths]


def test_files_are_found_in_order_and_once(folder: Path) -> None:
    files, failures = find_files([folder, folder / "子", folder / "b.txt"])
    assert _names(files, folder) == ["a.docx", "b.txt", "子/c.pdf", "子/更深/d.html"]
    assert failures == ()


def test_litter_is_passed_over_in_silence(folder: Path) -> None:
    for name in ("._a.docx", "~$a.docx", ".hidden.txt", "Thumbs.db", "desktop.ini", ".git/config"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x", encoding="utf-8")
    own = folder / "indexes" / "main"
    own.mkdir(parents=True)
    (own / "kb.db").write_text("x", encoding="utf-8")
    files, failures = find_files([folder])
    assert len(files) == 4
    assert failures == ()


def test_a_folder_that_is_only_called_indexes_is_read(folder: Path) -> None:
    (folder / "indexes").mkdir()
    (folder / "indexes" / "目录.txt").write_text("x", encoding="utf-8")
    files, _ = find_files([folder])
    assert "indexes/目录.txt" in _names(files, folder)


def test_links_out_of_the_folder_and_dead_links_are_named(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("x", encoding="utf-8")
    (folder / "out.txt").symlink_to(outside)
    (folder / "outdir").symlink_to(tmp_path)
    (folder / "dead.txt").symlink_to(folder / "missing")
    (folder / "inside.txt").symlink_to(folder / "b.txt")
    (folder / "loop").symlink_to(folder)
    files, failures = find_files([folder])
    assert len(files) == 4
    assert {Path(failure.source).name for failure in failures} == {"out.txt", "outdir", "dead.txt"}
    assert all("link" in failure.reason for failure in failures)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    files, failures = find_files([tmp_path / "none", fifo])
    assert files == ()
    assert [failure.source for failure in failures] == [str(tmp_path / "none"), str(fifo)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_an_unreadable_folder_is_named(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0)
    try:
        files, failures = find_files([folder])
    finally:
        closed.chmod(0o700)
    assert len(files) == 4
    assert [failure.source for failure in failures] == [str(closed)]


def test_an_unreadable_folder_is_named_also_for_root(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def closed(path: Path) -> object:
        if Path(path).name == "子":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", closed)
    files, failures = find_files([folder])
    assert len(files) == 2
    assert "cannot be read (Permission denied)" in failures[0].reason
