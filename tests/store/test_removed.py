"""What was removed is in no answer from then on: at once, before the word index follows, and after a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from commands import ROOT
from shelf import document, found_by_vectors, save, text_of, truth_ids

import kb.store.store
from kb.config import load_settings
from kb.errors import NotFound
from kb.library import Library
from kb.store.layout import Layout
from kb.store.snapshot import Snapshot, load_snapshot
from kb.store.store import Store
from kb.types import Answer, Question, SimilarTo

_REMOVE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from kb.store.layout import Layout
from kb.store.store import Store
store = Store.open(Layout(Path(sys.argv[1])))
with store.exclusive():
    print(store.remove(sys.argv[2:]), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def _answers(library: Library, title: str, words: str) -> list[Answer]:
    asked = [Question(title, top_k=50, mode=mode) for mode in ("hybrid", "lexical", "dense")]
    asked += [Question(f"“{words}”", top_k=50), Question(words, top_k=50, per_region=1)]
    return [library.search(question) for question in asked]


def _shown(answers: list[Answer]) -> set[str]:
    hits = {hit.citation.doc_id for answer in answers for hit in answer.hits}
    beside = {card.id for answer in answers for hit in answer.hits for card in hit.relatives}
    return hits | beside | {card.id for answer in answers for card in answer.matched}


def test_a_removed_document_is_gone_although_its_remover_was_killed(own_home: Path) -> None:
    """For a process that had the library open, and for one that opens it afterwards."""
    settings = load_settings(own_home, environ={})
    with Library.open(settings) as library:
        gone, stays = sorted(library.cards(), key=lambda card: -card.chunks)[:2]
        text = library.document(gone.id).text
        words = max(text.split("。"), key=len).strip()[:24]
        assert gone.id in _shown(_answers(library, gone.title, words))
        command = [sys.executable, "-c", _REMOVE_AND_DIE, str(settings.index_folder), gone.source]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        assert (done.returncode, done.stdout) == (-signal.SIGKILL, "1\n"), done.stderr
        for _ in range(3):
            answers = _answers(library, gone.title, words)
            assert gone.id not in _shown(answers)
            assert all(answer.coverage.documents <= len(library.cards()) for answer in answers)
        assert gone.id not in {card.id for card in library.cards()}
        with pytest.raises(NotFound):
            library.similar(SimilarTo(gone.id, 0, 20))
        like = library.similar(SimilarTo(stays.id, 0, 60, top_k=50))
        assert gone.id not in _shown([like])
    with Library.open(settings) as library:
        assert gone.id not in _shown(_answers(library, gone.title, words))
        assert library.check().ok, "the word index followed"


def _found_by_words(snapshot: Snapshot) -> int:
    return 0 if snapshot.passages is None else len(snapshot.passages)


def test_a_reader_drops_what_has_gone_before_the_words_follow(store: Store, layout: Layout) -> None:
    save(store, document("/a.txt", text_of("食堂"), title="甲"))
    save(store, document("/b.txt", text_of("网格"), title="乙"))
    store.bring_up()
    reader = Store.open(layout)
    every = _found_by_words(reader.snapshot())
    store.remove(["/a.txt"])  # the writer is gone before the word index followed
    with store.exclusive():  # nobody can bring it up
        snapshot = reader.snapshot()
        assert {card.title for card in snapshot.cards.values()} == {"乙"}
        assert set(snapshot.columns.keys) == set(snapshot.cards)
        assert set(found_by_vectors(snapshot, "食堂")) == truth_ids(store)
        assert snapshot.lexical_generation < snapshot.generation
        assert reader.snapshot().cards is snapshot.cards, "nothing is read again while the words are behind"
    reader.snapshot()
    reader._background.wait()
    followed = reader.snapshot()
    assert followed.lexical_generation == followed.generation
    assert 0 < _found_by_words(followed) < every
    reader.close()


@pytest.mark.parametrize("removed", [True, False])
def test_who_asks_while_the_view_is_renewed_waits_only_for_a_removal(
    store: Store, layout: Layout, monkeypatch: pytest.MonkeyPatch, removed: bool
) -> None:
    save(store, document("/a.txt", text_of("食堂"), title="甲"))
    save(store, document("/b.txt", text_of("网格"), title="乙"))
    store.bring_up()
    reader = Store.open(layout)
    reader.snapshot()
    if removed:
        store.remove(["/a.txt"])
    else:
        save(store, document("/c.txt", text_of("共建"), title="丙"))
    store.bring_up()
    begun, may_go_on = threading.Event(), threading.Event()

    def slow(*given: object) -> Snapshot:
        begun.set()
        assert may_go_on.wait(30)
        return load_snapshot(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(kb.store.store, "load_snapshot", slow)
    first, second = _Asking(reader), _Asking(reader)
    first.start()
    assert begun.wait(30)
    second.start()
    if removed:
        assert not second.done.wait(0.2), "it would answer with what has gone"
    else:
        assert second.done.wait(30), "the view before is as good as the answer of a moment ago"
        assert second.titles == {"甲", "乙"}
    may_go_on.set()
    assert first.done.wait(30)
    assert second.done.wait(30)
    assert first.titles == ({"乙"} if removed else {"甲", "乙", "丙"})
    assert not removed or second.titles == {"乙"}
    for one in (first, second):
        one.join()
    reader.close()


class _Asking(threading.Thread):
    """Asks a store for its present state."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self.done = threading.Event()
        self.titles: set[str] = set()

    def run(self) -> None:
        self.titles = {card.title for card in self._store.snapshot().cards.values()}
        self.done.set()
