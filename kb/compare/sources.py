"""Gathers what a comparison reads: the documents, passages and vectors of each column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import Connection

from kb.compare.table import MOST_COLUMNS, ColumnSource, CompareRequest
from kb.errors import QuestionError
from kb.search.filters import admitted, district, in_region
from kb.store.documents import chunks_of, get_document
from kb.store.embeddings import vectors_of
from kb.store.snapshot import Snapshot
from kb.types import Answer, Chunk, DocumentCard

_CONSIDERED = 3  # columns looked at for each one wanted, when the topic chooses

Groups = Mapping[str, tuple[DocumentCard, ...]]


def gather(
    request: CompareRequest, snapshot: Snapshot, connection: Connection, found: Answer | None
) -> tuple[ColumnSource, ...]:
    """The columns asked for by name, else those that the answer `found` to the topic names, best first.

    Raises `QuestionError` for a column that does not exist and for an empty library.
    """
    within = admitted(snapshot.columns, request.filters)
    cards = [card for key, card in snapshot.cards.items() if within is None or key in within]
    if not cards:
        raise QuestionError("no document passes the filters: nothing can be compared")
    if request.columns:
        groups = _named(request, cards)
    else:
        groups = _leading(request, _groups(request, _once(cards)), found)
    return tuple(
        _source(name, _once(members), _copies(members, cards), snapshot, connection)
        for name, members in groups.items()
    )


def passed_over(
    request: CompareRequest, snapshot: Snapshot, columns: Sequence[ColumnSource]
) -> tuple[str, ...]:
    """In words: what of the library `columns` leave out before anything is compared, and why."""
    within = admitted(snapshot.columns, request.filters)
    cards = [card for key, card in snapshot.cards.items() if within is None or key in within]
    notes = []
    if len(cards) < len(snapshot.cards):
        notes.append(f"按筛选条件排除资料 {len(snapshot.cards) - len(cards)} 篇")
    others = 0 if request.columns else len(_groups(request, _once(cards))) - len(columns)
    if others > 0:
        why = "没有检索到与主题相关的段落，或排名靠后" if request.topic else f"一次至多比较 {MOST_COLUMNS} 列"
        notes.append(f"另有 {others} 列未参加比较：{why}")
    return tuple(notes)


def column_name(card: DocumentCard, by: str) -> str:
    """The column that a document belongs to; a document of unknown region stands for itself."""
    if by == "document" or not card.region:
        return card.title
    return "".join(district(card.region))


def _once(cards: Sequence[DocumentCard]) -> tuple[DocumentCard, ...]:
    """One document of each work: the main one where it is among them."""
    chosen: dict[str, DocumentCard] = {}
    for card in cards:
        if card.work not in chosen or card.id == card.work:
            chosen[card.work] = card
    return tuple(card for card in cards if chosen[card.work] is card)


def _copies(members: Sequence[DocumentCard], cards: Sequence[DocumentCard]) -> int:
    """How many documents of the same works are not read."""
    own = {card.work for card in members}
    return sum(card.work in own for card in cards) - len(own)


def _groups(request: CompareRequest, cards: Sequence[DocumentCard]) -> Groups:
    groups: dict[str, tuple[DocumentCard, ...]] = {}
    for card in cards:
        name = column_name(card, request.by)
        if request.by == "document" and name in groups:
            name = f"{name}（{card.id}）"
        groups[name] = (*groups.get(name, ()), card)
    return groups


def _named(request: CompareRequest, cards: Sequence[DocumentCard]) -> Groups:
    """Columns in the order asked for: a region at any level, a document's id, or its title."""
    groups: dict[str, tuple[DocumentCard, ...]] = {}
    for name in request.columns:
        members = tuple(
            card
            for card in cards
            if name in (card.id, card.title, column_name(card, request.by)) or in_region(card.region, name)
        )
        if not members:
            raise QuestionError(
                f"no document is from {name} or has that id or title: `kb list` shows what there is"
            )
        title = members[0].title if len(members) == 1 and members[0].id == name else name
        groups[title] = members
    return groups


def _leading(request: CompareRequest, groups: Groups, found: Answer | None) -> Groups:
    if found is None:
        return dict(list(groups.items())[:MOST_COLUMNS])
    order = {excerpt.citation.doc_id: excerpt.rank for excerpt in reversed(found.hits)}
    last = len(found.hits) + 1
    best = {name: min(order.get(card.id, last) for card in members) for name, members in groups.items()}
    leading = sorted((name for name in groups if best[name] < last), key=lambda name: best[name])
    return {name: groups[name] for name in leading[: min(MOST_COLUMNS, _CONSIDERED * request.best)]}


def _source(
    name: str, cards: tuple[DocumentCard, ...], copies: int, snapshot: Snapshot, connection: Connection
) -> ColumnSource:
    documents = tuple(get_document(connection, card.id) for card in cards)
    chunks: list[Chunk] = [chunk for card in cards for chunk in chunks_of(connection, card.id)]
    model = snapshot.model
    vectors = vectors_of(connection, model.name, [chunk.id for chunk in chunks]) if model is not None else {}
    held = [chunk for chunk in chunks if chunk.id in vectors]
    dim = model.dim if model is not None else 0
    rows = np.stack([vectors[chunk.id] for chunk in held]) if held else np.zeros((0, dim), np.float32)
    return ColumnSource(name, documents, cards, tuple(held), rows, copies)
