"""What was read lately is given again only while it is what the truth says."""

from __future__ import annotations

from shelf import document, save, text_of

from kb.store.documents import chunks_of
from kb.store.held import Reader, Recent
from kb.store.store import Store


def test_a_later_truth_is_not_answered_from_what_is_held(store: Store) -> None:
    save(store, document("/a.txt", text_of("食堂"), title="甲"))
    save(store, document("/b.txt", text_of("公园"), title="乙"))
    store.bring_up()
    old = store.snapshot()
    keys = {card.title: (key, card.id) for key, card in old.cards.items()}
    with store.reading() as connection:
        reader = Reader.on(connection, old.held)
        ids = [one.id for one in connection.exec_driver_sql("SELECT id FROM chunks ORDER BY id")]
        first, held = reader.passages(ids), reader.document(*keys["甲"])
        kept = reader.document(*keys["乙"])
        assert list(first) == ids
        assert list(reader.passages_of(keys["甲"][0])) == [
            one.id for one in chunks_of(connection, keys["甲"][1])
        ]
        assert "图书馆" not in str(reader.passages_of(keys["甲"][0]))
        assert reader.document(*keys["甲"]) is held
        assert reader.passages(ids[:1])[ids[0]] is first[ids[0]]

    save(store, document("/a.txt", text_of("图书馆"), title="甲"))
    with store.reading() as connection:
        assert Reader.on(connection, old.held).held is None
        assert "图书馆" in Reader.on(connection, old.held).document(*keys["甲"]).text
        new = store.snapshot()
        reader = Reader.on(connection, new.held)
        assert reader.held is new.held
        assert "图书馆" in reader.document(*keys["甲"]).text
        assert reader.document(*keys["乙"]) is kept
        for passage in reader.passages(ids).values():
            assert "食堂" not in passage.text
        assert "图书馆" in str(reader.passages_of(keys["甲"][0]))
        assert reader.passages_of(keys["乙"][0])

    store.remove(["/b.txt"])
    with store.reading() as connection:
        assert not Reader.on(connection, new.held).passages_of(keys["乙"][0])
        gone = Reader.on(connection, store.snapshot().held)
        assert gone.held is not None
        assert not gone.passages_of(keys["乙"][0])


def test_what_was_not_used_for_longest_goes_first() -> None:
    recent: Recent[str, str] = Recent(6, len)
    for key in "abc":
        recent.put(key, key * 2)
    assert recent.get("a") == "aa"
    recent.put("d", "dd")
    assert [key for key in "abcd" if recent.get(key)] == ["a", "c", "d"]
    recent.put("e", "e" * 20)
    assert recent.get("e") == "e" * 20
    assert recent.get("d") is None
    assert recent.those(lambda value: value == "").get("e") is None
