"""Which documents a question matches: what the counts beside the results are counted over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kb.ports import Clause
from kb.search.exact import Pool, Shelf
from kb.store.documents import groups_of
from kb.types import Filters

_SHARE = 0.5  # of the best document's score in words


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


def matched(shelf: Shelf, pool: Pool, clauses: Sequence[Clause]) -> frozenset[int]:
    """Keys of the documents that satisfy the question's demands, or else say much of what it says.

    A document says much when its words score at least half of what the best one's do. It does not depend on
    what was chosen beside the results, so that a count stays what it was when its box is ticked.
    """
    if pool.scored is not None:
        return frozenset(groups_of(shelf.connection, [one.id for one in pool.scored]).values())
    index = shelf.snapshot.documents
    return frozenset() if index is None else frozenset(index.leading(clauses, _SHARE, shelf.within))
