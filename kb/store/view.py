"""A store as somebody sees it who may see only some collections.

This is the one place where that is decided. Its connections read through temporary SQLite views in the place
of the tables: `documents` holds only what may be seen, and so does every other table that names documents or
files. So no statement, of today or tomorrow, can read anything else through them; writing to those tables
fails, and changes go through `whole` after the document was found here. Its snapshots hold only the
cards that may be seen, and searches are told to stay among them. Sources are file names: where a file
lies on the server's disk is nobody's business who does not sit there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Engine, Table, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from kb.store import accounts, audit, baskets, by_hand, collections, deleted, job_rows, schema
from kb.store.database import open_engine
from kb.store.held import Held
from kb.store.layout import Layout
from kb.store.places import is_upload, label_of
from kb.store.snapshot import Snapshot
from kb.store.store import Store
from kb.types import Document, DocumentCard

# All that declare tables, so that none is missing among those of `schema.metadata`; a test counts them.
DECLARING = (accounts, audit, baskets, by_hand, collections, deleted, job_rows, schema)
_OWN_RULE = frozenset({"documents", "basket_entries"})  # baskets: see kb.store.baskets.find
_NAMING = {  # a column → what of a document it names
    "doc_key": "key",
    "main_key": "key",
    "kin_key": "key",
    "doc_id": "id",
    "source": "source",
}
_DECISIONS = "('', 'none')"  # of a family, that name no document


class View(Store):
    """What of `whole` these collections hold; None: all of it, with file names for sources."""

    def __init__(self, whole: Store, names: frozenset[str] | None) -> None:
        super().__init__(whole.layout, _engine(whole.layout, names))
        self._whole = whole
        self._names = names
        self._seen: tuple[Snapshot, Snapshot] | None = None

    @property
    def whole(self) -> Store:
        """The store with everything in it."""
        return self._whole

    def generation(self) -> int:
        """The number of the last committed change."""
        return self._whole.generation()

    def snapshot(self) -> Snapshot:
        """The present state, without what may not be seen."""
        whole = self._whole.snapshot()
        seen = self._seen
        if seen is None or seen[0] is not whole:
            seen = self._seen = (whole, _restricted(whole, self._names))
        return seen[1]

    def shown(self, card: DocumentCard) -> DocumentCard:
        """A card with its file's name for its source."""
        return replace(card, source=file_name(card.source))

    def shown_document(self, document: Document) -> Document:
        """A document with its file's name for its source."""
        return replace(document, source=file_name(document.source))


class Views:
    """The views of one store, by what they show."""

    MOST = 16

    def __init__(self, whole: Store) -> None:
        self._whole = whole
        self._views: dict[frozenset[str] | None, View] = {}

    def of(self, names: frozenset[str] | None) -> View:
        """The view of these collections; it is closed with the others."""
        found = self._views.get(names)
        if found is None:
            if len(self._views) >= self.MOST:
                self._views.pop(next(iter(self._views))).close()
            found = self._views[names] = View(self._whole, names)
        return found

    def close(self) -> None:
        """Frees the connections."""
        for view in self._views.values():
            view.close()
        self._views.clear()


def file_name(source: str) -> str:
    """The last part of a path; an upload's label is no place on the disk."""
    return label_of(source) if is_upload(source) else source.replace("\\", "/").rpartition("/")[2]


def _restricted(whole: Snapshot, names: frozenset[str] | None) -> Snapshot:
    cards = {
        key: replace(card, source=file_name(card.source))
        for key, card in whole.cards.items()
        if names is None or card.collection in names
    }
    families = _families(whole, cards)
    columns = whole.columns
    if names is not None:
        altered = {key: card for key, card in cards.items() if card.family != whole.cards[key].family}
        columns = columns.only(cards, altered)
    # What the whole library holds in memory was read past the views.
    held = Held.nothing(whole.generation, Views.MOST)
    return replace(whole, cards=cards, columns=columns, families=families, held=held)


def _families(whole: Snapshot, cards: dict[int, DocumentCard]) -> Mapping[str, tuple[int, ...]]:
    """The works among some documents; the first that may be seen stands for the others."""
    families: dict[str, tuple[int, ...]] = {}
    for keys in whole.families.values():
        left = tuple(key for key in keys if key in cards)
        for key in left:
            cards[key] = replace(cards[key], family=cards[left[0]].id)
        if len(left) > 1:
            families[cards[left[0]].id] = left
    return families


def _engine(layout: Layout, names: frozenset[str] | None) -> Engine:
    engine = open_engine(layout.truth)
    statements = [_documents(names)]
    if names is not None:
        statements.append(
            f"CREATE TEMP VIEW collections AS SELECT * FROM main.collections WHERE name IN {_list(names)}"
        )
        statements += [
            statement for table in schema.metadata.sorted_tables if (statement := _about(table)) is not None
        ]

    @event.listens_for(engine, "connect")
    def _cover(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.create_function("kb_file_name", 1, file_name, deterministic=True)
        cursor = connection.cursor()
        cursor.execute("PRAGMA temp_store = MEMORY")
        for statement in statements:
            cursor.execute(statement)
        cursor.close()

    return engine


def _documents(names: frozenset[str] | None) -> str:
    columns = ", ".join(
        "kb_file_name(source) AS source" if column.name == "source" else f'"{column.name}"'
        for column in schema.documents.columns
    )
    within = "" if names is None else f" WHERE collection IN {_list(names)}"
    return f"CREATE TEMP VIEW documents AS SELECT {columns} FROM main.documents{within}"


def _about(table: Table) -> str | None:
    """The view of a table that names documents: its rows about those that may be seen."""
    if table.name in _OWN_RULE or table is collections.collections:
        return None
    seen = "(SELECT {} FROM main.documents WHERE collection IN (SELECT name FROM temp.collections))"
    rules = [
        f"{column.name} IN {seen.format(_NAMING[column.name])}"
        for column in table.columns
        if column.name in _NAMING
    ]
    if rules and "target" in table.columns:
        rules.append(f"(target IN {_DECISIONS} OR target IN {seen.format('id')})")
    if not rules:
        return None
    within = " AND ".join(rules)
    return f"CREATE TEMP VIEW {table.name} AS SELECT * FROM main.{table.name} WHERE {within}"


def _list(names: frozenset[str]) -> str:
    quoted = ("'" + name.replace("'", "''") + "'" for name in sorted(names))
    return f"({', '.join(quoted)})"
