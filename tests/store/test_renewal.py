"""The vector index changes its type while everything goes on."""

from __future__ import annotations

import logging
import threading

import pytest
from shelf import ENCODER, document, found_by_vectors, save, text_of, truth_ids

import kb.store.nearest
import kb.store.store
from kb.store.derived import outgrown, renew_vectors
from kb.store.layout import Layout
from kb.store.snapshot import Snapshot
from kb.store.store import Store
from kb.store.vectors import FaissIndex


def lists(snapshot: Snapshot) -> int:
    assert isinstance(snapshot.vectors, FaissIndex)
    return snapshot.vectors.lists


@pytest.fixture
def grown(store: Store, layout: Layout, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store whose vectors have just become too many to be searched exactly."""
    save(store, document("/a.txt", text_of("食堂", 60)))
    store.bring_up()
    assert not outgrown(layout)
    assert lists(store.snapshot()) == 0
    monkeypatch.setattr(kb.store.nearest, "EXACT_BELOW", 20)
    return store


def test_a_writer_goes_on_and_the_index_follows(
    grown: Store, layout: Layout, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The writer does not wait for the new index; every reader has it without a further change."""
    reader = Store.open(layout)
    assert lists(reader.snapshot()) == 0
    may_go_on, renewals = threading.Event(), []

    def renewed(*given: object) -> bool:
        may_go_on.wait(30)
        renewals.append(renew_vectors(*given))  # type: ignore[arg-type]
        return renewals[-1]

    monkeypatch.setattr(kb.store.store, "renew_vectors", renewed)
    caplog.set_level(logging.INFO)
    save(grown, document("/b.txt", text_of("公园", 5)))
    grown.bring_up()
    assert (renewals, lists(grown.snapshot())) == ([], 0), "the writer came back before the index was made"
    assert found_by_vectors(grown.snapshot(), "公园")
    save(grown, document("/c.txt", text_of("图书馆", 5)))  # while the index is made
    may_go_on.set()
    grown._background.wait()
    assert renewals == [True]
    assert "made anew" in caplog.text

    for one in (grown, reader):
        one.snapshot()  # sees the new file, opens it in the background
        one._background.wait()
        assert lists(one.snapshot()) > 0
        assert set(one.snapshot().vectors.documents(sorted(truth_ids(one)))) == truth_ids(one)  # type: ignore[union-attr]
    reader.close()
    assert lists(Store.open(layout).snapshot()) > 0


def test_nothing_is_made_anew_that_fits(store: Store, layout: Layout) -> None:
    save(store, document("/a.txt", text_of("食堂")))
    store.bring_up()
    assert not renew_vectors(store.engine, layout, ENCODER.name)
    assert not renew_vectors(store.engine, layout, "another model")
