"""The log of what was done cannot be changed unseen."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.access.audit import COMMAND_LINE, Audit
from kb.errors import StoreError
from kb.store.database import adding
from kb.store.layout import Layout
from kb.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(Layout(tmp_path / "index"))
    yield opened
    opened.close()


@pytest.fixture
def log(store: Store) -> Audit:
    made = Audit(store)
    for number in range(5):
        made.record(COMMAND_LINE, "kb key revoke", f"key {number}", before="a", after="b")
    return made


def test_entries_come_newest_first_a_page_at_a_time(log: Audit) -> None:
    first = log.page(2)
    assert [entry.object for entry in first] == ["key 4", "key 3"]
    assert [entry.object for entry in log.page(9, first[-1].number)] == ["key 2", "key 1", "key 0"]
    assert log.verify() == (5, None)


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'x'", "DELETE FROM audit WHERE number = 5"])
def test_a_row_can_be_neither_changed_nor_deleted(log: Audit, store: Store, statement: str) -> None:
    with pytest.raises(StoreError, match="only added to"), adding(store.engine) as connection:
        connection.exec_driver_sql(statement)
    assert log.verify() == (5, None)


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("UPDATE audit SET who = 'somebody' WHERE number = 2", 2),
        ("UPDATE audit SET after = 'c' WHERE number = 5", 5),
        ("DELETE FROM audit WHERE number = 3", 4),
        ("DELETE FROM audit WHERE number = 1", 2),
    ],
)
def test_who_goes_round_the_guards_is_found_out(log: Audit, store: Store, statement: str, first: int) -> None:
    with sqlite3.connect(store.layout.truth) as other:
        other.execute("DROP TRIGGER audit_no_update")
        other.execute("DROP TRIGGER audit_no_delete")
        other.execute(statement)
    other.close()
    assert log.verify()[1] == first
