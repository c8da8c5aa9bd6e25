"""Answers that a snapshot gave lately: nobody waits who goes back or asks what a colleague asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kb.store.held import Recent
from kb.types import Answer, Question, Region

_CHARACTERS = 6_000_000  # of all that is kept: some 480 answers of ten hits, 11 MB
_HIT, _CARD = 1000, 4  # characters that count for what is told of a hit, and for a document that matches


@dataclass(frozen=True, slots=True)
class Asked:
    """All that an answer depends on beside the snapshot."""

    question: Question
    today: date
    home_region: Region
    reranker: str


Answered = Recent[Asked, Answer]


def nothing_answered() -> Answered:
    """No answer yet."""
    return Recent(_CHARACTERS, _size)


def _size(answer: Answer) -> int:
    hits = sum(_HIT + len(excerpt.citation.quote) for excerpt in answer.hits)
    return len(answer.query) + hits + _CARD * len(answer.matched)
