"""Baskets (素材篮): passages collected from anywhere, under headings, with notes; kept in the store.

Every change is one transaction: what was acknowledged is on the disk. A passage is held against the library
each time its basket is read, and says whether its words still stand where they were: intact, moved, or
source_removed.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from kb.errors import NotFound, QuestionError
from kb.search.cite import check_quote, cite
from kb.store import baskets as kept
from kb.store.database import adding
from kb.store.documents import get_document
from kb.store.rows import CARD_COLUMNS, card_of
from kb.store.schema import documents
from kb.store.store import Store
from kb.types import (
    Basket,
    BasketCard,
    Citation,
    CitationState,
    Document,
    DocumentCard,
    Entry,
    Heading,
    Kept,
    Picked,
    Quotation,
)
from kb.write.output import one_line, printable

DEFAULT = "素材篮"  # where passages go when no basket is named and there is none yet
LEVELS = (1, 2)
LONGEST_NAME, LONGEST_HEADING, LONGEST_NOTE, LONGEST_LABEL = 60, 200, 10_000, 300
LONGEST_PASSAGE = 20_000  # characters
_NOT_IN_NAMES = frozenset("/\\?#%*:|<>\"'")


class Baskets:
    """All baskets of one index. Names are compared letter by letter."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def cards(self) -> tuple[BasketCard, ...]:
        """All baskets, the one changed last first."""
        with self._store.reading() as connection:
            return kept.cards(connection)

    def get(self, name: str) -> Basket:
        """A basket with its passages held against the library. Raises `NotFound`."""
        with self._store.reading() as connection:
            held = kept.find(connection, name)
            return _verified(connection, name, held)

    def create(self, name: str) -> Basket:
        """A new, empty basket. Raises `QuestionError` when the name cannot be used or is taken."""
        name = _name(name)
        with adding(self._store.engine) as connection:
            return Basket(name, kept.create(connection, name).revision)

    def add(
        self,
        name: str,
        picked: Sequence[Picked],
        *,
        label: str = "",
        note: str = "",
        at: int | None = None,
        expected: int | None = None,
    ) -> tuple[int, ...]:
        """Collects passages before the 0-based position `at`, or at the end; the basket is made when new.

        A passage that is there already is not repeated. Returns their entries' ids in the order given. Raises
        `NotFound` for an unknown document, `QuestionError` for a span that is none or a text that has changed
        since `version`, and `Outdated` when the basket's revision is not `expected`.
        """
        name = _name(name)
        with adding(self._store.engine) as connection:
            found = [_picked(connection, one) for one in picked]
            if expected is None and name not in {card.name for card in kept.cards(connection)}:
                kept.create(connection, name)
            held = kept.touch(connection, name, expected)
            there = {_place(row.citation): row.id for row in kept.rows(connection, held) if row.citation}
            fresh = {_place(one): one for one in found if _place(one) not in there}
            note, label = _note(note), one_line(label)[:LONGEST_LABEL]
            rows = [kept.passage_row(citation, note, label) for citation in fresh.values()]
            there |= zip(fresh, kept.put(connection, held, rows, at), strict=True)
            return tuple(there[_place(one)] for one in found)

    def heading(
        self, name: str, text: str, level: int = 1, *, at: int | None = None, expected: int | None = None
    ) -> int:
        """Adds a heading before the 0-based position `at`, or at the end; the basket is made when new.

        Returns its id. Raises `QuestionError` for an empty one, and `Outdated`.
        """
        name, row = _name(name), kept.heading_row(_heading(text), _level(level), "")
        with adding(self._store.engine) as connection:
            if expected is None and name not in {card.name for card in kept.cards(connection)}:
                kept.create(connection, name)
            held = kept.touch(connection, name, expected)
            return kept.put(connection, held, [row], at)[0]

    def note(self, name: str, id: int, note: str, *, expected: int | None = None) -> None:
        """Writes the note of an entry; "" takes it away. Raises `NotFound` and `Outdated`."""
        self.edit(name, id, note=note, expected=expected)

    def edit(
        self,
        name: str,
        id: int,
        *,
        note: str | None = None,
        text: str | None = None,
        level: int | None = None,
        expected: int | None = None,
    ) -> None:
        """Changes an entry's note, and a heading's words and level; what is None stays.

        Raises `NotFound`, `Outdated`, and `QuestionError` when the words of a passage are to be changed.
        """
        given = {
            "note": None if note is None else _note(note),
            "text": None if text is None else _heading(text),
            "level": None if level is None else _level(level),
        }
        values = {name: value for name, value in given.items() if value is not None}
        with adding(self._store.engine) as connection:
            held = kept.touch(connection, name, expected)
            passages = {row.id for row in kept.rows(connection, held) if row.citation}
            if id in passages and ("text" in values or "level" in values):
                raise QuestionError(f"entry {id} is a passage: its words are its source's and stay")
            kept.edit(connection, held, id, values)

    def spans(self, name: str) -> frozenset[tuple[str, int, int]]:
        """(document id, start, end) of the passages as they were collected. Raises `NotFound`."""
        with self._store.reading() as connection:
            return kept.places(connection, kept.find(connection, name))

    def move(self, name: str, id: int, to: int, *, expected: int | None = None) -> None:
        """Puts an entry at the 0-based position `to` of the list. Raises `NotFound` and `Outdated`."""
        with adding(self._store.engine) as connection:
            held = kept.touch(connection, name, expected)
            ids = kept.order(connection, held)
            if id not in ids:
                raise NotFound(f"the basket {name} has no entry {id}: `kb basket show` shows their numbers")
            ids.remove(id)
            ids.insert(max(0, min(to, len(ids))), id)
            kept.reorder(connection, held, ids)

    def step(self, name: str, id: int, by: int) -> None:
        """Moves an entry up (negative) or down by a number of places. Raises `NotFound`."""
        with self._store.reading() as connection:
            held = kept.find(connection, name)
            ids = kept.order(connection, held)
        self.move(name, id, max(0, ids.index(id) + by) if id in ids else 0)

    def order(self, name: str, ids: Sequence[int], *, expected: int | None = None) -> None:
        """Puts all entries in the order of `ids`.

        Raises `NotFound`, `Outdated`, and `QuestionError` when `ids` are not exactly the basket's entries.
        """
        with adding(self._store.engine) as connection:
            held = kept.touch(connection, name, expected)
            if sorted(ids) != sorted(kept.order(connection, held)):
                raise QuestionError("the order must name every entry of the basket once")
            kept.reorder(connection, held, ids)

    def remove(self, name: str, ids: Sequence[int], *, expected: int | None = None) -> None:
        """Takes entries out. Raises `NotFound` and `Outdated`."""
        with adding(self._store.engine) as connection:
            kept.remove(connection, kept.touch(connection, name, expected), ids)

    def rename(self, name: str, new: str, *, expected: int | None = None) -> None:
        """Gives a basket another name. Raises `NotFound`, `QuestionError` and `Outdated`."""
        new = _name(new)
        with adding(self._store.engine) as connection:
            kept.rename(connection, kept.touch(connection, name, expected), new)

    def delete(self, name: str, *, expected: int | None = None) -> None:
        """Deletes a basket. Raises `NotFound` and `Outdated`."""
        with adding(self._store.engine) as connection:
            kept.drop(connection, kept.touch(connection, name, expected))


def _verified(connection: Connection, name: str, held: kept.Held) -> Basket:
    texts: dict[str, Document | None] = {}
    found: list[Entry] = []
    for row in kept.rows(connection, held):
        citation = row.citation
        if citation is None:
            found.append(Heading(row.id, row.text, row.level, row.note))
            continue
        if citation.doc_id not in texts:
            texts[citation.doc_id] = _document(connection, citation.doc_id)
        now, state = _now(connection, citation, texts[citation.doc_id])
        found.append(Kept(row.id, now, state, row.note, row.label))
    return Basket(name, held.revision, tuple(found), held.changed)


def _now(
    connection: Connection, citation: Citation, document: Document | None
) -> tuple[Citation, CitationState]:
    """The citation as the library has it now; as it was collected when its words have gone."""
    checked = check_quote(document, Quotation(citation.doc_id, citation.quote, citation.start))
    if document is None or checked.start is None or checked.end is None:
        return citation, checked.state
    return cite(document, _card(connection, document.id), checked.start, checked.end), checked.state


def _picked(connection: Connection, one: Picked) -> Citation:
    document = get_document(connection, one.doc_id)
    if one.version and one.version != document.version:
        raise QuestionError(
            f"{document.title or document.source} was updated since the passage was found: look it up again"
        )
    if one.end - one.start > LONGEST_PASSAGE:
        raise QuestionError(f"a passage has at most {LONGEST_PASSAGE} characters: choose less")
    return cite(document, _card(connection, one.doc_id), one.start, one.end)


def _document(connection: Connection, doc_id: str) -> Document | None:
    try:
        return get_document(connection, doc_id)
    except NotFound:
        return None


def _card(connection: Connection, doc_id: str) -> DocumentCard:
    columns = [documents.c[name] for name in CARD_COLUMNS]
    return card_of(connection.execute(select(*columns).where(documents.c.id == doc_id)).mappings().one())


def _place(citation: Citation) -> tuple[str, int, str]:
    return citation.doc_id, citation.start, citation.quote


def _name(name: str) -> str:
    clean = one_line(name)
    if not clean or len(clean) > LONGEST_NAME or clean.startswith(".") or _NOT_IN_NAMES & set(clean):
        raise QuestionError(
            f'"{clean[:80]}" cannot name a basket: use 1 to {LONGEST_NAME} characters '
            "without / \\ ? # % * : | < > or quotation marks"
        )
    return clean


def _heading(text: str) -> str:
    clean = one_line(text)
    if not clean or len(clean) > LONGEST_HEADING:
        raise QuestionError(f"a heading has 1 to {LONGEST_HEADING} characters")
    return clean


def _level(level: int) -> int:
    if level not in LEVELS:
        raise QuestionError(f"a heading has the level 1 or 2, not {level}")
    return level


def _note(note: str) -> str:
    clean = printable(note).strip()
    if len(clean) > LONGEST_NOTE:
        raise QuestionError(f"a note has at most {LONGEST_NOTE} characters, this one {len(clean)}")
    return clean
