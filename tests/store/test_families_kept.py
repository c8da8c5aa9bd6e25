"""Families in the truth: the same however they came about, and what a person said outlives everything."""

from __future__ import annotations

from dataclasses import replace

import pytest
from shelf import ENCODER, document, ingest, save, text_of

from kb.ingest.families import family_rules
from kb.store import families
from kb.store.check import check
from kb.store.embedding import correct
from kb.store.layout import Layout
from kb.store.meeting import likely_kin
from kb.store.store import Store
from kb.types import Document, Flag


def lines(topic: str) -> str:
    """A text long enough to be compared, without figures."""
    return "\n".join(
        f"{topic}第{chr(0x4E00 + 7 * i)}方面由{topic}{chr(0x4E00 + 13 * i)}牵头，逐户走访，逐条登记销号。"
        for i in range(30)
    )


ORIGINAL = replace(document("/a/original.txt", lines("议事")), issued="2020-05")
COPY = replace(
    document("/b/copy.txt", lines("议事") + "\n转载完毕。"), issued="2021", flags=(Flag("reprint", "转自"),)
)
LATER = replace(document("/c/later.txt", lines("议事").replace("逐户", "挨户", 3)), issued="2022")
OTHER = document("/d/other.txt", lines("养老"))


def family(store: Store) -> dict[str, str]:
    """The file of the main document for each file."""
    cards = store.snapshot().cards.values()
    source = {card.id: card.source for card in cards}
    return {card.source: source[card.family] for card in cards}


TOGETHER = {
    "/a/original.txt": "/a/original.txt",
    "/b/copy.txt": "/a/original.txt",
    "/c/later.txt": "/a/original.txt",
    "/d/other.txt": "/d/other.txt",
}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_families_do_not_depend_on_the_order_of_arrival(store: Store, order: tuple[int, ...]) -> None:
    every: tuple[Document, ...] = (ORIGINAL, COPY, LATER, OTHER)
    for place in order:
        save(store, every[place])
    assert family(store) == TOGETHER


def test_removing_the_original_lets_the_next_one_stand_for_the_work(store: Store) -> None:
    for one in (ORIGINAL, COPY, LATER):
        save(store, one)
    assert family(store)["/b/copy.txt"] == "/a/original.txt"
    store.remove(["/a/original.txt"])
    assert family(store) == {"/b/copy.txt": "/c/later.txt", "/c/later.txt": "/c/later.txt"}
    store.remove(["/b/copy.txt"])
    assert family(store) == {"/c/later.txt": "/c/later.txt"}
    assert store.snapshot().families == {}
    save(store, ORIGINAL)
    assert family(store)["/c/later.txt"] == "/a/original.txt"


def test_a_changed_text_leaves_its_family(store: Store) -> None:
    save(store, ORIGINAL)
    save(store, COPY)
    save(store, replace(COPY, text=lines("养老")))
    assert family(store)["/b/copy.txt"] == "/b/copy.txt"
    save(store, COPY)
    assert family(store)["/b/copy.txt"] == "/a/original.txt"


def test_a_correction_of_the_date_changes_which_one_is_cited(store: Store) -> None:
    save(store, ORIGINAL)
    save(store, LATER)
    assert family(store)["/c/later.txt"] == "/a/original.txt"
    correct(store, ENCODER, LATER.id, {"issued": "1999"})
    assert set(family(store).values()) == {"/c/later.txt"}


def test_decisions_by_hand_survive_what_happens_to_the_documents(store: Store) -> None:
    for one in (ORIGINAL, COPY, LATER, OTHER):
        save(store, one)
    correct(store, ENCODER, COPY.id, {"family": "none"})
    correct(store, ENCODER, OTHER.id, {"family": ORIGINAL.id, "title": "同一份"})
    wanted = TOGETHER | {"/b/copy.txt": "/b/copy.txt", "/d/other.txt": "/a/original.txt"}
    assert family(store) == wanted
    save(store, replace(COPY, text=COPY.text + "\n又及。"))
    save(store, ORIGINAL)
    assert family(store) == wanted
    store.remove(["/a/original.txt"])
    assert family(store)["/d/other.txt"] == "/d/other.txt", "the document it was put under has gone"
    save(store, ORIGINAL)
    assert family(store) == wanted
    store.remove(["/b/copy.txt"])
    save(store, COPY)
    assert family(store) == wanted
    correct(store, ENCODER, COPY.id, {"family": ""})
    correct(store, ENCODER, OTHER.id, {"family": ""})
    assert family(store) == TOGETHER


def test_what_was_not_compared_is_found_by_check_and_by_the_next_ingest(store: Store) -> None:
    for one in (ORIGINAL, COPY, OTHER):
        save(store, one)
    for command in ("repair", "ingest"):
        with store.engine.begin() as connection:
            for table in ("families", "family_links", "family_buckets", "family_sketches"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
        assert any("3 documents were not compared" in problem for problem in check(store).problems)
        if command == "repair":
            assert "families" in check(store, repair=True).repaired
        else:
            ingest(store)
        assert check(store).ok
        assert family(store)["/b/copy.txt"] == "/a/original.txt"


def test_a_family_names_what_its_members_share_and_who_said_so(store: Store) -> None:
    for one in (ORIGINAL, COPY, OTHER):
        save(store, one)
    correct(store, ENCODER, OTHER.id, {"family": COPY.id})
    snapshot = store.snapshot()
    keys = snapshot.families[ORIGINAL.id]
    card = next(card for card in snapshot.cards.values() if card.id == OTHER.id)
    with store.reading() as connection:
        found = families.family_of(connection, card, snapshot.cards, keys)
    assert found.main.id == ORIGINAL.id
    assert found.decided == COPY.id
    shown = {one.document.id: (one.share > 0.9, one.by_hand) for one in found.others}
    assert shown == {COPY.id: (True, False), OTHER.id: (False, True)}


def test_comparing_is_not_done_with_everything(store: Store) -> None:
    """A crowd of documents of one form is kin to nobody, and each is compared with a few of them only."""
    for i in range(40):
        save(store, document(f"/x/{i}.txt", lines(f"题{chr(0x5000 + i)}{chr(0x6000 + i)}") + text_of(str(i))))
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM family_links").scalar_one() == 0
        keys = [row[0] for row in connection.exec_driver_sql("SELECT key FROM documents")]
        met = [len(likely_kin(connection, key)) for key in keys]
    assert max(met) <= family_rules().compared < len(keys)


def test_another_process_sees_the_families(store: Store, layout: Layout) -> None:
    save(store, ORIGINAL)
    save(store, COPY)
    again = Store.open(layout)
    assert set(family(again).values()) == {"/a/original.txt"}
    again.close()
