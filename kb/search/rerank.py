"""A second opinion on the order of the best passages, where a reranker is set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kb.ports import Reranker
from kb.search.fuse import normalised
from kb.search.select import Candidate


def reranked(
    candidates: Sequence[Candidate], question: str, reranker: Reranker, share: float
) -> list[Candidate]:
    """The candidates by the reranker's score, which counts for `share`, and the fused one; ties stay."""
    if not candidates:
        return []
    opinion = normalised(reranker.scores(question, [one.text for one in candidates]).astype(np.float64))
    fused = normalised(np.array([one.found.score for one in candidates], dtype=np.float64))
    order = np.argsort(-(share * opinion + (1 - share) * fused), kind="stable")
    return [candidates[place] for place in order]
