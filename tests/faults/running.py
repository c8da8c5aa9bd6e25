"""An ingest in a process of its own that can be watched and ended; and what must hold afterwards."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from commands import SAMPLES, command, environment

from kb.config import ModelSettings, load_settings
from kb.library import Library
from kb.types import Filters, Question

GENERATED = 40


def variables(model: ModelSettings) -> dict[str, str]:
    """The environment that chooses a model."""
    return {"KB_MODEL_KIND": model.kind, "KB_MODEL_NAME": model.name, "KB_MODEL_URL": model.url}


def secret(name: str) -> str:
    """A word that stands in one generated file only."""
    return "".join(chr(0x4E00 + random.Random(f"{name}{i}").randrange(0x4000)) for i in range(6))


def generated_text(name: str, edition: int = 0) -> str:
    """An article of several passages; its `secret` is in the middle."""
    lines = [
        f"{number}、{name}的第{number}项工作（第{edition}版）：区财政安排{number * 7 + edition}万元，"
        f"由街道统一使用，社区居民代表每季度评议一次，结果在公示栏公开。" * 3
        for number in range(1, 7)
    ]
    lines.insert(3, f"本项工作的代号是{secret(name)}，由{name}专班负责，实行台账管理和销号制度。")
    return f"{name}工作情况\n" + "\n".join(lines) + "\n"


def fill(folder: Path) -> None:
    """The samples and some generated files, so that a run lasts."""
    shutil.copytree(SAMPLES, folder)
    for number in range(GENERATED):
        (folder / f"生成{number:02}.txt").write_text(generated_text(f"生成{number:02}"), encoding="utf-8")


@dataclass(frozen=True)
class Kept:
    """A document as the truth has it."""

    source: str
    version: str


@dataclass(frozen=True)
class Truth:
    """What the truth holds at one moment."""

    documents: dict[str, Kept]  # by their ids
    generation: int


NOTHING = Truth({}, 0)


def committed(home: Path) -> Truth | None:
    """What the truth holds now, read past the program; None when it cannot be read just now."""
    path = home / "indexes" / "main" / "truth.sqlite3"
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.2)) as truth:
            rows = truth.execute("SELECT id, source, version FROM documents").fetchall()
            (generation,) = truth.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
    except sqlite3.Error:
        return None
    return Truth({id: Kept(source, version) for id, source, version in rows}, int(generation))


class Run:
    """A running `kb ingest`."""

    def __init__(self, home: Path, env: dict[str, str], *words: str | Path) -> None:
        self.home, self.words = home, words
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command("ingest", *words, "--json", "--home", home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(env),
            cwd=home,
        )

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def children(self) -> list[int]:
        try:
            return [
                int(pid)
                for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
                .read_text()
                .split()
            ]
        except OSError:
            return []

    def end(self, signal: int) -> str:
        """Sends the signal, waits, and gives what was said on standard error."""
        self.process.send_signal(signal)
        _, err = self.process.communicate(timeout=60)
        return err.decode()

    def finish(self) -> str:
        out, err = self.process.communicate(timeout=180)
        assert self.process.returncode == 0, err.decode()
        return out.decode()


@contextmanager
def ingest(home: Path, env: dict[str, str], *words: str | Path) -> Iterator[Run]:
    run = Run(home, env, *words)
    try:
        yield run
    finally:
        if run.running:
            run.process.kill()
        run.process.communicate()


def derived_is_being_written(home: Path) -> bool:
    """Whether an index file is there that no manifest names yet."""
    index = home / "indexes" / "main"
    return (
        any(index.glob("*/*.tmp"))
        or any(index.glob("lexical/*/*/.tmp*"))
        or any(not any(folder.glob("*/meta.json")) for folder in index.glob("lexical/g*"))
    )


def gone(pids: list[int], seconds: float) -> bool:
    """Whether all these processes end within the time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(_alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def problems_of(home: Path, env: dict[str, str]) -> tuple[str, ...]:
    with Library.open(load_settings(home, environ=env)) as library:
        return library.check().problems


def assert_answers(home: Path, env: dict[str, str], before: dict[str, Kept]) -> None:
    """A fresh reader quotes exactly, and finds a sentence of documents that were committed."""
    with Library.open(load_settings(home, environ=env)) as library:
        for card in library.cards():
            assert library.document(card.id).version == card.version
        for words in ("社区办公用房经费", "代号台账管理"):
            for hit in library.search(Question(words)).hits:
                text = library.document(hit.citation.doc_id).text
                assert text[hit.citation.start : hit.citation.end] == hit.citation.quote
        for id, kept in list(before.items())[-3:]:
            name = Path(kept.source).stem
            if not name.startswith("生成"):
                continue
            answer = library.search(Question(f"代号{secret(name)}", mode="lexical"))
            assert answer.hits[0].citation.doc_id == id, name
            assert secret(name) in answer.hits[0].citation.quote
            dense = Question(f"{name}的代号", mode="dense", filters=Filters(documents=(id,)))
            assert library.search(dense).hits
