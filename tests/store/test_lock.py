"""One writer: in this process, in another, and after one was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import environment, kb
from hashing import HashEncoder
from shelf import ENCODER, MODEL, document, ingest, quiet, save, text_of, write

from kb.errors import Busy
from kb.ports import Vectors
from kb.store import documents
from kb.store.arrival import IntakeOptions
from kb.store.check import check
from kb.store.deleting import delete_document
from kb.store.embedding import correct
from kb.store.intake import take_in
from kb.store.layout import Layout
from kb.store.lock import writer_lock
from kb.store.store import Store

HOLDER = """
import sys
from pathlib import Path
from kb.store.layout import Layout
from kb.store.lock import writer_lock
with writer_lock(Layout(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_writer(layout: Layout) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(layout.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == "held\n"
        yield child
        child.stdin.close()
        child.wait(10)


def test_a_second_writer_in_this_process_is_told_to_wait(layout: Layout) -> None:
    said = r"another kb process is writing to .*index: wait until"
    with writer_lock(layout), pytest.raises(Busy, match=said), writer_lock(layout):
        pass
    with writer_lock(layout):
        pass


def test_a_second_writer_in_another_process_is_told_to_wait(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.store.lock.TURN_SECONDS", 0.2)
    save(store, document("/a.txt", text_of("甲")))
    (path,) = write(tmp_path / "docs", a=text_of("乙"))
    with another_writer(store.layout):
        with pytest.raises(Busy, match="another kb process is writing"):
            ingest(store, path)
        with pytest.raises(Busy):
            correct(store, ENCODER, document("/a.txt", "").id, {"kind": "意见"})
        assert store.snapshot().generation == store.generation(), "reading goes on"
    assert ingest(store, path).ingested == 1


def test_the_command_line_says_so_in_one_line(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "indexes" / "main")
    (path,) = write(tmp_path / "docs", a=text_of("乙"))
    env = {"KB_MODEL_KIND": "remote", "KB_MODEL_NAME": "x", "KB_MODEL_URL": "http://127.0.0.1:9/v1"}
    with another_writer(layout):
        ended = kb("ingest", path, "--json", home=tmp_path, env=env)
    assert (ended.code, ended.out) == (1, "")
    assert "another kb process is writing" in ended.complaint


def test_the_lock_of_a_killed_writer_is_free(layout: Layout) -> None:
    with another_writer(layout) as child:
        os.kill(child.pid, signal.SIGKILL)
        child.wait(10)
        with writer_lock(layout):
            pass


def test_a_patient_writer_waits(layout: Layout) -> None:
    entered = threading.Event()

    def later() -> None:
        with writer_lock(layout, wait_seconds=20):
            entered.set()

    with writer_lock(layout):
        thread = threading.Thread(target=later)
        thread.start()
        assert not entered.wait(0.3)
    assert entered.wait(20)
    thread.join()


def test_a_turn_comes_between_the_steps_of_a_long_run(store: Store, layout: Layout, tmp_path: Path) -> None:
    """A run keeps other runs out, but not a correction; while a step is done, that waits."""
    save(store, document("/a.txt", text_of("甲")))
    (path,) = write(tmp_path / "docs", a=text_of("乙"))
    other = Store.open(layout)
    with store.running():
        with pytest.raises(Busy):
            ingest(other, path)
        with pytest.raises(Busy), other.exclusive():
            pass
        kept = correct(other, ENCODER, document("/a.txt", "").id, {"kind": "意见"})
        assert kept.kind == "意见"
        with store.turn():
            with store.turn():  # within what this thread holds
                pass
            thread = threading.Thread(
                target=correct, args=(other, ENCODER, document("/a.txt", "").id, {"kind": "办法"})
            )
            thread.start()
            thread.join(0.3)
            assert thread.is_alive()
        thread.join(20)
    assert not thread.is_alive()
    other.close()


def test_what_others_do_during_a_run_is_kept(store: Store, layout: Layout, tmp_path: Path) -> None:
    """Corrections, deletions and moves made while a file is read and embedded are not written over."""
    one, two, three = write(tmp_path / "docs", a=text_of("甲"), b=text_of("乙"), c=text_of("丙"))
    ingest(store, one, two, three)
    ids = {name: document(str(path), "").id for name, path in (("a", one), ("b", two), ("c", three))}
    other, done = Store.open(layout), []

    class Meddling(HashEncoder):
        """Somebody edits while the first file is embedded."""

        def passages(self, texts: Sequence[str]) -> Vectors:
            if not done:
                done.append(True)
                for id in ids.values():
                    correct(other, ENCODER, id, {"kind": "意见", "title": f"改过的{id}"})
                delete_document(other, ids["c"])
            return super().passages(texts)

    for path in (one, two, three):
        more = "\n又及：另有安排，请各街道按季度报送经费使用情况。\n"
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    take_in(store, Meddling(), MODEL, [tmp_path / "docs"], IntakeOptions(), quiet)
    assert done
    with store.reading() as connection:
        kept = {name: documents.get_document(connection, ids[name]) for name in ("a", "b")}
    for document_ in kept.values():
        assert document_.kind == "意见"
        assert document_.title.startswith("改过的")
        assert "又及" in document_.text
    assert check(store).ok, check(store).problems
    other.close()
