"""Replacing a file: whole or not at all, whatever fails and whenever."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from shelf import by_source, document, found_by_vectors, save, text_of, truth_ids

from kb.errors import StorageFull, StoreError
from kb.store.check import check
from kb.store.layout import Layout, replacing, sweep
from kb.store.store import Store

ERRORS = (errno.ENOSPC, errno.EIO)


class Faults:
    """Lets calls through until the n-th one, which fails with `code`; n = 0 only counts."""

    def __init__(self, code: int, nth: int) -> None:
        self.code, self.nth, self.calls = code, nth, 0

    def around(self, call: Callable[..., Any], kind: type[Exception]) -> Callable[..., Any]:
        def faulty(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - stands for calls of any kind
            self.calls += 1
            if self.calls == self.nth:
                raise OSError(self.code, os.strerror(self.code)) if kind is OSError else kind("write error")
            return call(*args, **named)

        return faulty


@contextmanager
def faults(code: int = errno.EIO, nth: int = 0) -> Iterator[Faults]:
    """Every call by which the derived files reach the disk may fail: write, fsync, rename."""
    made = Faults(code, nth)
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in ((os, "replace"), (os, "fsync"), (Path, "write_text"), (np, "save")):
            patch.setattr(owner, name, made.around(getattr(owner, name), OSError))
        # FAISS tells of every failure in the same way
        patch.setattr(faiss, "write_index", made.around(faiss.write_index, RuntimeError))
        yield made


def write(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("code", ERRORS)
def test_a_failed_write_leaves_the_old_file(tmp_path: Path, code: int) -> None:
    path = tmp_path / "file"
    write(path, "old")
    with faults() as counted:
        write(path, "old")
    assert counted.calls >= 4, "write, fsync of the file, rename, fsync of the folder"
    for nth in range(1, counted.calls + 1):
        with faults(code, nth), pytest.raises(StorageFull if code == errno.ENOSPC else StoreError):
            write(path, "new")
        renamed = nth == counted.calls  # only the folder's fsync failed
        assert path.read_text(encoding="utf-8") == ("new" if renamed else "old")
        assert [entry.name for entry in tmp_path.iterdir()] == ["file"], "no remnant"
        write(path, "old")


def test_an_error_of_the_writer_leaves_the_old_file(tmp_path: Path) -> None:
    write(tmp_path / "file", "old")

    def half() -> None:
        with replacing(tmp_path / "file") as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert (tmp_path / "file").read_text(encoding="utf-8") == "old"


def test_the_message_names_the_file_and_what_to_do(tmp_path: Path) -> None:
    with faults(errno.ENOSPC, 1), pytest.raises(StorageFull, match=r"disk is full: .*file .*free some space"):
        write(tmp_path / "file", "new")
    with pytest.raises(StoreError, match=r"missing/file cannot be used: No such file"):
        write(tmp_path / "missing" / "file", "new")


def test_two_threads_may_replace_the_same_file(tmp_path: Path) -> None:
    start, failed = threading.Barrier(2), []

    def work(text: str) -> None:
        try:
            start.wait()
            for _ in range(200):
                write(tmp_path / "file", text)
        except StoreError as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(text * 1000,)) for text in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert set((tmp_path / "file").read_text(encoding="utf-8")) in ({"a"}, {"b"})


def test_sweeping_keeps_only_what_is_named(tmp_path: Path) -> None:
    for name in ("g1", "g2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / "manifest.json").touch()
    (tmp_path / "g1.faiss.77-1.tmp").touch()
    sweep(tmp_path, frozenset({"g2", "manifest.json"}))
    assert {entry.name for entry in tmp_path.iterdir()} == {"g2", "manifest.json"}


@pytest.mark.slow
@pytest.mark.parametrize("code", ERRORS)
def test_a_store_outlives_a_failure_at_every_step_of_a_change(
    tmp_path: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever write, fsync or rename fails, the truth answers, and a later run mends the indexes."""
    monkeypatch.setattr("kb.store.derived._REWRITE_ABOVE", 0)  # so that the vectors are written again
    first = Store.open(Layout(tmp_path / "first"))
    save(first, document("/a.txt", text_of("甲")))
    first.bring_up()
    first.close()

    def change(store: Store) -> None:
        save(store, document("/a.txt", text_of("乙", 5)))
        store.bring_up()

    with faults() as counted:
        changed = Store.open(Layout(Path(shutil.copytree(tmp_path / "first", tmp_path / "counted"))))
        change(changed)
    wanted = truth_ids(changed)
    changed.close()
    assert counted.calls >= 10
    for nth in range(1, counted.calls + 1):
        folder = tmp_path / f"nth{nth}"
        shutil.copytree(tmp_path / "first", folder)
        store = Store.open(Layout(folder))
        with faults(code, nth):
            if code == errno.ENOSPC:
                with pytest.raises(StorageFull):
                    change(store)
            else:
                with suppress(StoreError):  # a file that does not take bytes is made again at once
                    change(store)
        store.close()
        again = Store.open(Layout(folder))
        assert all("behind" in problem for problem in check(again).problems), nth
        snapshot = again.snapshot()
        assert truth_ids(again) == wanted == set(found_by_vectors(snapshot, "乙")), nth
        assert snapshot.lexical_generation == snapshot.generation, nth
        again.bring_up()
        assert check(again).ok, nth
        assert by_source(again).keys() == {"a.txt"}
        again.close()
        shutil.rmtree(folder)
