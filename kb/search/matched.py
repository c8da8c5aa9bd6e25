"""Which documents a question matches: what the counts beside the results are counted over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kb.ports import Clause, LexicalIndex
from kb.search.exact import Pool, Shelf
from kb.store.documents import groups_of
from kb.store.keys import Keys
from kb.types import Filters

_SHARE = 0.5  # of the best document's score in words
_READ_FIRST = 1000  # documents


def without_choices(filters: Filters) -> Filters:
    """The filters but for those that stand beside the results to be chosen."""
    return replace(
        filters,
        regions=(),
        not_regions=(),
        years=None,
        kinds=(),
        topics=(),
        issuers=(),
        flags=(),
        not_flags=(),
    )


def matched(shelf: Shelf, pool: Pool, clauses: Sequence[Clause], hits: Iterable[int]) -> frozenset[int]:
    """Keys of the documents that satisfy the question's demands, or else say much of what it says.

    A document says much when its words score at least half of what the best one's do. It does not depend on
    what was chosen beside the results, so that a count stays what it was when its box is ticked. The
    documents of the `hits` are always among them.
    """
    keys = set(hits)
    if pool.scored is not None:
        keys |= set(groups_of(shelf.connection, [one.id for one in pool.scored]).values())
    elif shelf.snapshot.documents is not None:
        keys |= _saying_much(shelf.snapshot.documents, clauses, shelf.within)
    return frozenset(key for key in keys if key in shelf.snapshot.cards)


def _saying_much(index: LexicalIndex, clauses: Sequence[Clause], within: Keys | None) -> set[int]:
    """Keys of the documents that score at least half of what the best one does."""
    most = _READ_FIRST
    while True:
        scored = index.search(clauses, most, within)
        least = _SHARE * scored[0].score if scored else 0.0
        if len(scored) < most or scored[-1].score < least:
            return {one.id for one in scored if one.score >= least}
        most *= 8
