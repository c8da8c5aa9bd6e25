"""Another model in the settings: all is embedded again while the one before answers, then they swap."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hashing import HashEncoder, embeddings_server

from kb.config import ModelSettings, Settings
from kb.errors import ModelError
from kb.library import Library
from kb.ports import Embedder
from kb.store.manifest import read_manifest
from kb.store.snapshot import Snapshot
from kb.types import Answer, Question

QUESTION = Question("社区食堂的专项资金", mode="dense")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Enough passages for two batches of an encoder."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(40):
        lines = [
            f"第{number}个街道的社区食堂由区财政安排专项资金{number}万元，第{line}项用于厨房改造。" * 6
            for line in range(9)
        ]
        (docs / f"{number}.txt").write_text("\n".join(lines), encoding="utf-8")
    return docs


@contextmanager
def library(home: Path, model: ModelSettings) -> Iterator[Library]:
    with Library.open(Settings(home=home, model=model)) as opened:
        yield opened


def assert_sound(opened: Library, answer: Answer) -> None:
    assert answer.hits
    for hit in answer.hits:
        text = opened.document(hit.citation.doc_id).text
        assert text[hit.citation.start : hit.citation.end] == hit.citation.quote


class Gate:
    """Holds a server's answers back from the second batch of passages on, until it is opened."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.reached = threading.Event()
        self.batches = 0
        self.questions = 0

    def __call__(self, texts: list[str]) -> None:
        if len(texts) == 1:
            self.questions += 1
            return
        self.batches += 1
        if self.batches > 1:
            self.reached.set()
            assert self.open.wait(60)


class Asking(threading.Thread):
    """Asks the same question again and again, and remembers what went wrong."""

    def __init__(self, opened: Library) -> None:
        super().__init__()
        self.opened, self.ended, self.wrong, self.asked = opened, threading.Event(), [], 0

    def run(self) -> None:
        try:
            while not self.ended.is_set():
                # A new question each time: answers of the encoder are remembered.
                text = f"{QUESTION.text}第{self.asked}项"
                assert_sound(self.opened, self.opened.search(Question(text, mode="dense")))
                self.asked += 1
        except BaseException as error:  # noqa: BLE001 - told to the test
            self.wrong.append(error)


@pytest.mark.slow
def test_search_goes_on_with_the_old_model_until_the_new_one_takes_over(tmp_path: Path, folder: Path) -> None:
    gate, first_questions = Gate(), []
    old, new = HashEncoder("old", 48), HashEncoder("new", 80)
    with embeddings_server(old, first_questions.append) as one, embeddings_server(new, gate) as two:
        with library(tmp_path, one) as before:
            assert before.ingest([folder]).ingested == 40
            wanted = before.search(QUESTION)
        with library(tmp_path, two) as after, library(tmp_path, two) as reader:
            ingesting = threading.Thread(target=after.ingest, args=([folder],))
            ingesting.start()
            assert gate.reached.wait(60)
            first_questions.clear()
            assert [hit.hit for hit in reader.search(QUESTION).hits] == [hit.hit for hit in wanted.hits]
            assert first_questions == [[QUESTION.text]], "the question went to the old model"
            assert gate.questions == 0
            asking = Asking(reader)
            asking.start()
            gate.open.set()
            ingesting.join(120)
            assert not ingesting.is_alive()
            assert_sound(reader, reader.search(QUESTION))
            asking.ended.set()
            asking.join()
            assert not asking.wrong
            assert asking.asked > 0
            first_questions.clear()
            assert_sound(reader, reader.search(Question("换了一个问题", mode="dense")))
            assert first_questions == [], "the new model answers"
            assert reader.check().ok
    manifest = read_manifest(tmp_path / "indexes" / "main" / "vectors")
    assert manifest is not None
    assert manifest.model == "remote/new"


@pytest.mark.slow
def test_a_change_that_was_cut_off_goes_on_later(tmp_path: Path, folder: Path) -> None:
    with embeddings_server(HashEncoder("old")) as one:
        with library(tmp_path, one) as before:
            before.ingest([folder])
        with library(tmp_path, one) as before:
            wanted = before.search(QUESTION)
        asked: list[int] = []
        new = embeddings_server(HashEncoder("new", 80), lambda texts: asked.append(len(texts)))
        with new as two, library(tmp_path, two) as after:
            progress: list[tuple[str, int, int]] = []

            def stop(stage: str, done: int, total: int, _: str) -> None:
                progress.append((stage, done, total))
                raise KeyboardInterrupt

            with pytest.raises(KeyboardInterrupt):
                after.ingest([folder], progress=stop)
            assert progress[0][0] == "embed model"
            assert [hit.hit for hit in after.search(QUESTION).hits] == [hit.hit for hit in wanted.hits]
            total, done = progress[0][2], progress[0][1]
            asked.clear()
            assert after.ingest([folder]).unchanged == 40
            assert 0 < sum(asked) == total - done, "what was embedded is not embedded again"
            assert after.check().ok


def test_the_server_moved_and_nothing_is_embedded_again(tmp_path: Path, folder: Path) -> None:
    asked: list[list[str]] = []
    with embeddings_server(HashEncoder("same")) as one, library(tmp_path, one) as before:
        before.ingest([folder / "1.txt"])
        wanted = before.search(QUESTION)
    with embeddings_server(HashEncoder("same"), asked.append) as two:
        with library(tmp_path, two) as moved:
            assert [hit.hit for hit in moved.search(QUESTION).hits] == [hit.hit for hit in wanted.hits]
            assert moved.ingest([folder / "1.txt"]).unchanged == 1
        assert [len(texts) for texts in asked] == [1], "only the question"


def test_a_search_that_began_before_the_swap_ends_with_its_own_model(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The snapshot and the encoder of one search belong together, whatever happens between the two."""
    with (
        embeddings_server(HashEncoder("old", 48)) as one,
        embeddings_server(HashEncoder("new", 80)) as two,
        library(tmp_path, one) as before,
        library(tmp_path, two) as after,
    ):
        before.ingest([folder / "1.txt"])
        before.search(QUESTION)
        swapped = threading.Event()
        unhurried = Library._embedder_of

        def slow(self: Library, snapshot: Snapshot) -> Embedder:
            if self is before and not swapped.is_set():
                after.ingest([folder / "1.txt"])
                swapped.set()
            return unhurried(self, snapshot)

        monkeypatch.setattr(Library, "_embedder_of", slow)
        assert_sound(before, before.search(QUESTION))
        assert swapped.is_set()
        assert_sound(before, before.search(QUESTION))


def test_an_encoder_that_is_another_one_now_is_not_asked(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade the same settings may mean other weights; their vectors must not be mixed."""
    with embeddings_server(HashEncoder("same")) as one, library(tmp_path, one) as opened:
        opened.ingest([folder / "1.txt"])
        monkeypatch.setattr("kb.models.remote.RemoteEncoder.name", "remote/later-weights")
        with pytest.raises(ModelError, match="run `kb ingest`"):
            opened.search(QUESTION)
        assert opened.search(Question("社区食堂", mode="lexical")).hits


def test_an_encoder_that_cannot_be_reached_is_named(tmp_path: Path, folder: Path) -> None:
    with embeddings_server(HashEncoder("same")) as one, library(tmp_path, one) as opened:
        opened.ingest([folder / "1.txt"])
    gone = one.model_copy(update={"url": "http://127.0.0.1:9/v1"})
    with library(tmp_path, gone) as opened:
        assert opened.search(Question("社区食堂", mode="lexical")).hits
        assert opened.check().ok
