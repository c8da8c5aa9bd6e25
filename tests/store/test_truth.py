"""Documents in the truth: what is kept, what a replacement leaves alone, what a person corrected."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest
from hashing import HashEncoder
from shelf import ENCODER, MODEL, document, quiet, save, text_of, truth_ids

from kb.errors import NotFound, StoreError
from kb.ingest.identity import document_id
from kb.ingest.split import split
from kb.store import documents, embeddings
from kb.store.documents import Passage
from kb.store.embedding import correct, switch_model
from kb.store.files import KnownFile
from kb.store.store import Store
from kb.types import Chunk, Document, Fact, Flag, Removed, Section


def generations(store: Store) -> dict[int, int]:
    """The generation of each passage."""
    with store.reading() as connection:
        return {row.id: row.generation for row in connection.exec_driver_sql("SELECT * FROM chunks")}


def kept(store: Store, id: str) -> Document:
    with store.reading() as connection:
        return documents.get_document(connection, id)


def chunks(store: Store, id: str) -> tuple[Chunk, ...]:
    with store.reading() as connection:
        return documents.chunks_of(connection, id)


def vectorless(store: Store, encoder: HashEncoder = ENCODER) -> int:
    with store.reading() as connection:
        return len(embeddings.without_vector(connection, encoder.name, 10_000))


def test_every_field_comes_back(store: Store) -> None:
    text = text_of("办公用房")
    one = replace(
        document("/a/b.docx", text, part=3, title="标题"),
        sections=(Section((), 0, 10, None), Section(("一、基本", "（一）其中"), 10, len(text), 4)),
        issuer="区政府",
        region=("天津市", "河东区"),
        issued="2021-06",
        number="〔2021〕3号",
        kind="意见",
        origin="某网",
        flags=(Flag("spun_text", "效劳", 3, 5), Flag("truncated", "")),
        removed=(Removed("上一页", "pager"),),
        facts=(Fact("region", "天津市/河东区", 0.75, "河东区"),),
    )
    save(store, one)
    assert kept(store, one.id) == one
    assert chunks(store, one.id) == split(one)
    with store.reading() as connection:
        (card,) = documents.all_cards(connection).values()
    assert (card.id, card.version, card.flags) == (one.id, one.version, one.flags)
    assert card.chunks == len(split(one))


def test_an_unknown_id_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        kept(store, "nowhere")


def test_a_replacement_leaves_unchanged_passages_alone(store: Store) -> None:
    text = text_of("食堂", 6)
    save(store, document("/a.txt", text, title="题"))
    before = generations(store)
    changed = text[:-200] + "末段改了。" * 40
    save(store, document("/a.txt", changed, title="题"))
    after = generations(store)
    same = before.keys() & after.keys()
    assert same
    assert {before[id] for id in same} == {after[id] for id in same}
    assert before.keys() - after.keys()
    assert all(after[id] == store.generation() for id in after.keys() - before.keys())
    (now,) = [kept(store, document_id("/a.txt"))]
    assert now.text == changed
    with store.reading() as connection:
        gone = set(embeddings.buried(connection, "chunk", 0, store.generation()))
    assert gone == before.keys() - after.keys()


def test_a_new_title_makes_every_passage_new(store: Store) -> None:
    """The title is part of what is embedded and of what the word index holds."""
    text = text_of("食堂")
    save(store, document("/a.txt", text, title="题"))
    before = generations(store)
    save(store, document("/a.txt", text, title="新题"))
    after = generations(store)
    assert before.keys() == after.keys()
    assert not before.items() & after.items()
    assert vectorless(store) == 0


@pytest.mark.parametrize(
    "after",
    [Section(("一、新", "（一）乙", "1.丙"), 0, 400, 1), Section(("一、旧", "（一）乙", "1.丙"), 0, 400, 2)],
    ids=["outer heading", "page"],
)
def test_a_new_path_or_page_alone_reaches_the_passages(store: Store, after: Section) -> None:
    """Only the two inner headings are embedded, so the key of the vector does not tell."""
    text = text_of("食堂")
    one = replace(
        document("/a.txt", text, title="题"),
        sections=(replace(after, path=("一、旧", "（一）乙", "1.丙"), page=1, end=len(text)),),
    )
    save(store, one)
    other = replace(one, sections=(replace(after, end=len(text)),))
    save(store, other)
    assert chunks(store, one.id) == split(other)
    assert set(generations(store).values()) == {store.generation()}


def test_articles_that_a_file_no_longer_has_go(store: Store) -> None:
    first, second = document("/a.txt", text_of("甲")), document("/a.txt", text_of("乙"), part=1)
    save(store, first, second)
    save(store, first)
    with pytest.raises(NotFound):
        kept(store, second.id)
    assert truth_ids(store) == {chunk.id for chunk in split(first)}


def test_a_failed_transaction_keeps_nothing(store: Store) -> None:
    there = document("/a.txt", text_of("甲"))
    save(store, there)
    before, generation = truth_ids(store), store.generation()
    one = document("/b.txt", text_of("乙"))
    taken = split(there)[:1]
    with pytest.raises(StoreError, match="UNIQUE"):
        store.save(
            KnownFile("/b.txt", "", 0, 0), [(one, split(one)), (replace(one, id="x"), taken)], "hash", {}
        )
    assert (truth_ids(store), store.generation()) == (before, generation)


def test_corrections_survive_a_replacement_and_a_removal(store: Store) -> None:
    one = document("/a.txt", text_of("甲"), title="题")
    save(store, one)
    correct(store, ENCODER, one.id, {"region": "天津市/河东区", "title": "改好的题", "issuer": ""})
    for _ in range(2):
        save(store, document("/a.txt", text_of("甲改"), title="机器的题"))
        now = kept(store, one.id)
        assert (now.title, now.region, now.issuer) == ("改好的题", ("天津市", "河东区"), "")
        facts = {fact.field: fact for fact in now.facts}
        assert facts["region"] == Fact("region", "天津市/河东区", 1.0, "set by hand")
        store.remove(["/a.txt"])


def test_a_later_correction_wins_and_an_empty_one_empties(store: Store) -> None:
    one = replace(document("/a.txt", text_of("甲")), region=("天津市",), issued="2020")
    save(store, one)
    correct(store, ENCODER, one.id, {"region": "天津市/河东区", "issued": "2021"})
    now = correct(store, ENCODER, one.id, {"region": ""})
    assert (now.region, now.issued) == ((), "2021")
    assert kept(store, one.id) == now
    assert [fact.field for fact in now.facts].count("region") == 1


def test_a_correction_never_brings_back_an_older_text(store: Store) -> None:
    """`kb set` may have looked the document up before another process kept a newer text."""
    save(store, document("/a.txt", text_of("旧"), title="题"))
    id = document_id("/a.txt")
    assert "旧" in kept(store, id).text
    save(store, document("/a.txt", text_of("新"), title="题"))
    now = correct(store, ENCODER, id, {"kind": "意见"})
    assert now.text == kept(store, id).text == text_of("新")
    assert chunks(store, id) == split(now)


def test_a_corrected_title_is_embedded_and_indexed(store: Store) -> None:
    one = document("/a.txt", text_of("甲"), title="题")
    save(store, one)
    store.bring_up()
    correct(store, ENCODER, one.id, {"title": "网格员津贴"})
    assert vectorless(store) == 0
    snapshot = store.snapshot()
    assert snapshot.lexical_generation == snapshot.generation == store.generation()
    assert {card.title for card in snapshot.cards.values()} == {"网格员津贴"}


def test_equal_texts_share_one_vector(store: Store) -> None:
    save(store, document("/a.txt", text_of("甲"), title="题"))
    save(store, document("/b.txt", text_of("甲"), title="题"))
    with store.reading() as connection:
        held = connection.exec_driver_sql("SELECT count(*) FROM embeddings").scalar_one()
    assert held == len(truth_ids(store)) / 2
    assert vectorless(store) == 0


def test_an_id_that_is_taken_makes_way_for_another(store: Store) -> None:
    one = document("/a.txt", text_of("甲"))
    save(store, one)
    store.move("/a.txt", KnownFile("/b.txt", one.sha256, 0, 0))
    with store.reading() as connection:
        assert kept(store, one.id).source == "/b.txt"
        assert documents.free_id(connection, document("/a.txt", "新"), document_id) != one.id


def test_passages_come_with_their_words(store: Store) -> None:
    one = document("/a.txt", text_of("甲"), title="题")
    save(store, one)
    wanted = {chunk.id: one.text[chunk.start : chunk.end] for chunk in split(one)}
    with store.reading() as connection:
        found = documents.passages(connection, [*wanted, 1])
        assert {id: passage.text for id, passage in found.items()} == wanted
        assert all(isinstance(passage, Passage) and passage.title == "题" for passage in found.values())
        assert documents.groups_of(connection, [1]) == {}


def test_passages_of_a_long_document_cost_their_words_and_no_copies_of_it(store: Store) -> None:
    long = document("/long.txt", text_of("社区经费", 400))
    save(store, long)
    with store.reading() as connection:
        tracemalloc.start()
        found = list(documents.passages_since(connection, 0, 1 << 40))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert len(found) > 100
    assert all(one.text == long.text[one.chunk.start : one.chunk.end] for one in found)
    assert peak < 30 * len(long.text.encode())


def test_a_change_of_the_model_ends_though_folding_rules_changed(store: Store) -> None:
    """After an upgrade the rules may make another text of a passage than the one its key names."""
    save(store, document("/a.txt", text_of("甲")))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE chunks SET embedded = 'of-older-rules-' || id")
    other = HashEncoder("other")
    assert switch_model(store, other, MODEL, quiet)
    assert vectorless(store, other) == 0
    snapshot = store.snapshot()
    assert snapshot.vectors is not None
    assert len(snapshot.vectors) == len(truth_ids(store))


def test_new_settings_of_the_same_model_are_kept(store: Store) -> None:
    """The embeddings server moved: the same vectors answer, questions go to the new address."""
    save(store, document("/a.txt", text_of("甲")))
    moved = MODEL.model_copy(update={"query_prefix": "问："})
    assert not switch_model(store, ENCODER, moved, quiet)
    active = store.active_model()
    assert active is not None
    assert (active.name, active.settings) == (ENCODER.name, moved)
    assert vectorless(store) == 0


def test_unused_vectors_can_be_dropped(store: Store) -> None:
    save(store, document("/a.txt", text_of("甲")))
    save(store, document("/a.txt", text_of("乙")))
    switch_model(store, HashEncoder("other"), MODEL, quiet)
    with store.engine.begin() as connection:
        assert embeddings.drop_unused(connection, ["other"]) > 0
        assert connection.exec_driver_sql("SELECT DISTINCT model FROM embeddings").scalars().all() == [
            "other"
        ]
    assert vectorless(store, HashEncoder("other")) == 0
