"""Opening a store: fresh, as before, of a newer program, damaged, by several processes at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, environment
from shelf import document, save, text_of
from sqlalchemy import inspect

from kb.errors import StoreError
from kb.store import view
from kb.store.layout import Layout
from kb.store.migrations import MIGRATIONS, applied
from kb.store.schema import metadata
from kb.store.store import Store

OPENER = """
import sys
from pathlib import Path
from kb.store.layout import Layout
from kb.store.store import Store
sys.stdin.readline()
Store.open(Layout(Path(sys.argv[1]))).close()
"""


def test_a_fresh_store_has_every_table(store: Store) -> None:
    assert set(inspect(store.engine).get_table_names()) >= set(metadata.tables)
    with store.reading() as connection:
        assert applied(connection) == len(MIGRATIONS)
    assert store.generation() == 0
    assert store.snapshot().model is None


def test_a_store_opens_again_as_it_was(store: Store, layout: Layout) -> None:
    save(store, document("/a.txt", text_of("甲")))
    store.close()
    again = Store.open(layout)
    assert again.generation() == store.generation() == 2
    again.close()


def test_an_interrupted_first_start_is_completed(store: Store, layout: Layout) -> None:
    with store.engine.begin() as connection:
        for table in ("migrations", "tombstones", "meta"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
    store.close()
    again = Store.open(layout)
    assert again.generation() == 0
    again.close()


def test_documents_taken_in_before_there_were_topics_have_none(store: Store, layout: Layout) -> None:
    save(store, document("/a.txt", text_of("甲")))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE documents DROP COLUMN topics")
        connection.exec_driver_sql("DELETE FROM migrations WHERE number >= 2")
    store.close()
    again = Store.open(layout)
    assert [card.topics for card in again.snapshot().cards.values()] == [()]
    again.close()


def test_a_store_of_a_newer_program_is_refused(store: Store, layout: Layout) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO migrations VALUES (99, 'm099_later', 0)")
    store.close()
    with pytest.raises(StoreError, match=r"written by a newer kb .*upgrade"):
        Store.open(layout)


@pytest.mark.parametrize(
    "content",
    [b"This is no database at all, but long enough to look at." * 40, b"SQLite format 3\0" + b"\xff" * 4096],
)
def test_a_file_that_is_no_database_is_named(layout: Layout, content: bytes) -> None:
    layout.prepare()
    layout.truth.write_bytes(content)
    with pytest.raises(StoreError, match=r"truth\.sqlite3"):
        Store.open(layout)
    assert layout.truth.read_bytes() == content


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file", encoding="utf-8")
    with pytest.raises(StoreError, match="index"):
        Store.open(Layout(tmp_path / "index"))


def test_processes_that_start_together_make_one_store(layout: Layout) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, str(layout.folder)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        for _ in range(5)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    said = [child.communicate(timeout=120)[1] for child in children]
    assert [child.returncode for child in children] == [0] * 5, said
    store = Store.open(layout)
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM migrations").scalar_one() == len(MIGRATIONS)
    store.close()


def test_the_views_know_every_module_that_declares_a_table() -> None:
    """A table that the view does not know of would be read past it."""
    known = {module.__name__ for module in view.DECLARING}
    files = (ROOT / "kb" / "store").glob("*.py")
    declaring = {file.stem for file in files if "= Table(" in file.read_text(encoding="utf-8")}
    assert known == {f"kb.store.{name}" for name in declaring}
