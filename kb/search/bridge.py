"""Carries an English question over to Chinese texts, term by term, without a model.

Longest terms first; a term counts with its best Chinese form, and terms add up (see `kb.ports.Clause`).
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.search.dictionary import Dictionary, Term, lemmas

_LONGEST = 5  # words in a term


@dataclass(frozen=True, slots=True)
class Carried:
    """One term of the question and its Chinese forms; a name that no dictionary knows stays as it is."""

    english: str
    chinese: tuple[str, ...]
    weight: float
    domain: bool


def carry_over(question: str, dictionary: Dictionary) -> tuple[Carried, ...]:
    """The terms of an English question in their order, words that say nothing left out."""
    words = lemmas(question)
    found: list[Carried] = []
    start = 0
    while start < len(words):
        term, length = _longest(words, start, dictionary)
        english = " ".join(words[start : start + length])
        weight = dictionary.weights.get(english, 1.0)
        if term is not None and term.weight * weight > 0:
            found.append(Carried(english, term.chinese, term.weight * weight, term.domain))
        elif term is None and weight > 0:
            found.append(Carried(english, (), weight, domain=False))
        start += length
    return tuple(found)


def _longest(words: list[str], start: int, dictionary: Dictionary) -> tuple[Term | None, int]:
    for length in range(min(_LONGEST, len(words) - start), 0, -1):
        term = dictionary.find(" ".join(words[start : start + length]))
        if term is not None:
            return term, length
    return None, 1
