"""What readers answer from while a writer works, and after one was cut off."""

from __future__ import annotations

import threading

import pytest
from shelf import ENCODER, document, found_by_vectors, save, text_of, truth_ids

from kb.errors import StoreError
from kb.ports import Clause, Phrase
from kb.store.check import check
from kb.store.layout import Layout
from kb.store.snapshot import Snapshot
from kb.store.store import Store


def found_by_words(snapshot: Snapshot, topic: str) -> set[int]:
    assert snapshot.passages is not None
    clause = Clause((Phrase("bigrams", (topic[:2],)),))
    return {scored.id for scored in snapshot.passages.search([clause], 1000)}


def titles(snapshot: Snapshot) -> set[str]:
    return {card.title for card in snapshot.cards.values()}


def test_an_empty_store_answers_nothing(store: Store) -> None:
    snapshot = store.snapshot()
    assert (snapshot.generation, snapshot.model, snapshot.cards) == (0, None, {})
    assert (snapshot.vectors, snapshot.passages, snapshot.lexical_generation) == (None, None, 0)
    assert check(store).ok


def test_an_old_snapshot_keeps_answering_while_a_writer_commits(store: Store, layout: Layout) -> None:
    save(store, document("/a.txt", text_of("食堂"), title="甲"))
    store.bring_up()
    reader = Store.open(layout)
    old = reader.snapshot()
    before = truth_ids(store)
    for number in range(4):
        save(store, document("/a.txt", text_of(f"网格{number}"), title="甲"))
        save(store, document(f"/{number}.txt", text_of("食堂", number + 1), title=f"乙{number}"))
        store.bring_up()
        assert titles(old) == {"甲"}
        assert set(found_by_vectors(old, "食堂")) == before
        assert found_by_words(old, "食堂") >= before, "what was committed later may be seen, nothing is lost"
    new = reader.snapshot()
    assert new.generation == new.lexical_generation == store.generation()
    assert set(found_by_vectors(new, "食堂")) == truth_ids(store)
    assert found_by_words(new, "食堂") == truth_ids(store) - found_by_words(new, "网格")
    reader.close()


def test_a_snapshot_is_reused_until_something_changes(store: Store) -> None:
    save(store, document("/a.txt", text_of("食堂")))
    store.bring_up()
    first = store.snapshot()
    assert store.snapshot() is first
    save(store, document("/b.txt", text_of("网格")))
    assert store.snapshot() is not first


def test_what_a_killed_writer_left_behind_is_brought_up_by_a_reader(store: Store, layout: Layout) -> None:
    save(store, document("/a.txt", text_of("食堂")))
    store.bring_up()
    save(store, document("/b.txt", text_of("网格")))
    store.remove(["/a.txt"])  # and the writer is gone before the word index followed
    reader = Store.open(layout)
    assert check(reader).problems == ("word index: behind the truth; run `kb check --repair`",)
    snapshot = reader.snapshot()
    assert snapshot.lexical_generation == snapshot.generation
    assert found_by_words(snapshot, "网格") == truth_ids(store)
    assert found_by_words(snapshot, "食堂") == set()
    assert check(reader).ok
    reader.close()


def test_before_the_first_index_there_is_nothing_but_being_behind(store: Store) -> None:
    save(store, document("/a.txt", text_of("食堂")))
    problems = check(store).problems
    assert len(problems) == 2
    assert all("behind the truth" in problem for problem in problems)
    assert check(store, repair=True).ok


def test_a_reader_sees_documents_at_once_while_the_writer_holds_on(store: Store, layout: Layout) -> None:
    """The words follow within a second, titles and vectors come from the truth."""
    save(store, document("/a.txt", text_of("食堂"), title="甲"))
    store.bring_up()
    reader = Store.open(layout)
    reader.snapshot()
    with store.exclusive():
        save(store, document("/b.txt", text_of("网格"), title="乙"))
        behind = reader.snapshot()
        assert titles(behind) == {"甲", "乙"}
        assert set(found_by_vectors(behind, "网格")) == truth_ids(store)
        assert found_by_words(behind, "网格") == set()
        store.bring_up()
    assert found_by_words(reader.snapshot(), "网格") != set()
    reader.close()


@pytest.mark.slow
def test_threads_read_while_another_writes(store: Store, layout: Layout) -> None:
    save(store, document("/0.txt", text_of("食堂0"), title="0"))
    store.bring_up()
    reader, done, wrong = Store.open(layout), threading.Event(), []

    def read() -> None:
        try:
            while not done.is_set():
                snapshot = reader.snapshot()
                ids = found_by_vectors(snapshot, "食堂")
                with reader.reading() as connection:
                    chunks = connection.exec_driver_sql(
                        "SELECT id FROM chunks WHERE generation <= ?", (snapshot.generation,)
                    )
                    missing = set(chunks.scalars()) - set(ids)
                if missing or len(ids) != len(set(ids)):
                    wrong.append(missing)
        except Exception as error:  # noqa: BLE001 - told to the test
            wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for number in range(1, 8):
        with store.exclusive(wait_seconds=30):
            save(store, document(f"/{number}.txt", text_of(f"食堂{number}"), title=str(number)))
            store.bring_up()
    done.set()
    for thread in readers:
        thread.join()
    assert not wrong
    assert set(found_by_vectors(reader.snapshot(), "食堂")) == truth_ids(store)
    reader.close()


def test_a_long_run_writes_the_vectors_again_now_and_then(
    store: Store, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(store, document("/a.txt", text_of("食堂")))
    store.bring_up()
    first = sorted(path.name for path in layout.vectors.iterdir())
    save(store, document("/b.txt", text_of("网格")))
    store.bring_up()
    assert sorted(path.name for path in layout.vectors.iterdir()) == first, (
        "readers add a few rows themselves"
    )
    monkeypatch.setattr("kb.store.derived._REWRITE_ABOVE", 0)
    save(store, document("/c.txt", text_of("共建")))
    store.bring_up()
    assert sorted(path.name for path in layout.vectors.iterdir()) == [
        f"g{store.generation()}.faiss",
        f"g{store.generation()}.ids.npy",
        "manifest.json",
    ]
    fresh = Store.open(layout)
    assert set(found_by_vectors(fresh.snapshot(), "共建")) == truth_ids(store)
    fresh.close()


def test_remnants_of_a_killed_writer_are_swept_away(store: Store, layout: Layout) -> None:
    save(store, document("/a.txt", text_of("食堂")))
    store.bring_up()
    (layout.lexical / "g9-0" / "passages").mkdir(parents=True)
    (layout.vectors / "g9.faiss.4711-1.tmp").write_bytes(b"half")
    after = Store.open(layout)
    after.bring_up()
    assert not (layout.lexical / "g9-0").exists()
    assert not (layout.vectors / "g9.faiss.4711-1.tmp").exists()
    after.close()


def test_vectors_that_the_truth_lost_are_told(store: Store) -> None:
    save(store, document("/a.txt", text_of("食堂")))
    store.bring_up()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM embeddings")
    report = check(store, repair=True)
    assert not report.ok
    assert any("have no vector of hash" in problem for problem in report.problems)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE documents SET text = text || '。'", "is not the one that was kept"),
        ('UPDATE chunks SET "end" = 100000 WHERE id = (SELECT max(id) FROM chunks)', "outside its text"),
        ("DELETE FROM chunks WHERE id = (SELECT max(id) FROM chunks)", "lacks 1 passages"),
        ("UPDATE chunks SET doc_key = 99 WHERE id = (SELECT max(id) FROM chunks)", "belongs to no document"),
    ],
)
def test_a_damaged_truth_is_told(store: Store, statement: str, said: str) -> None:
    save(store, document("/a.txt", text_of("食堂")))
    store.bring_up()
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql(statement)
        connection.commit()
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    report = check(store)
    assert not report.ok
    assert any(problem.startswith("truth: ") and said in problem for problem in report.problems)


@pytest.mark.parametrize("first", [1, 3, 12])
def test_wrong_pages_of_the_truth_are_told(store: Store, layout: Layout, first: int) -> None:
    """At the latest by `kb check`; where the tables cannot be read at all, on opening."""
    for number in range(6):
        save(store, document(f"/{number}.txt", text_of(f"食堂{number}", 12)))
    store.bring_up()
    store.close()
    data = bytearray(layout.truth.read_bytes())
    page = int.from_bytes(data[16:18], "big")
    for start in range(first * page, len(data), page):
        data[start : start + 8] = b"\xff" * 8
    layout.truth.write_bytes(data)
    try:
        again = Store.open(layout)
        told = " ".join(check(again).problems)
        again.close()
    except StoreError as error:
        told = str(error)
    assert "truth" in told
    assert "malformed" in told or "Tree" in told or "corrupt" in told


def test_the_encoder_of_these_tests_tells_topics_apart() -> None:
    near = float(ENCODER.query(text_of("食堂")) @ ENCODER.query("食堂的专项资金"))
    far = float(ENCODER.query(text_of("食堂")) @ ENCODER.query("网络安全法"))
    assert near > far
