"""Works of which there are several documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kb.types import DocumentCard


def works_with_copies(cards: Sequence[DocumentCard]) -> tuple[str, ...]:
    """The ids of the documents that are cited for works with copies, largest families first."""
    held = {card.id for card in cards}
    sizes = Counter(card.work for card in cards)
    shared = [(-size, id) for id, size in sizes.items() if size > 1 and id in held]
    return tuple(id for _, id in sorted(shared))
