"""Carries an English question over to Chinese texts, term by term, without a model.

Longest terms first; a term counts with its best Chinese form, and terms add up (see `kb.ports.Clause`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.search.dictionary import Dictionary, Term, joins, lemmas

_LONGEST = 6  # words in a term, those that only join among them


@dataclass(frozen=True, slots=True)
class Carried:
    """One term of the question and its Chinese forms; a name that no dictionary knows stays as it is."""

    english: str
    chinese: tuple[str, ...]
    weight: float
    domain: bool


def carry_over(question: str, dictionary: Dictionary, empty: frozenset[str]) -> tuple[Carried, ...]:
    """The terms of an English question in their order, words that say nothing (`empty`) left out.

    Terms of several words may overlap ("fund community offices" holds two); a term inside a longer one
    does not count, nor a single word that a longer term covers.
    """
    words = lemmas(question)
    spans = _maximal(
        [
            (start, start + length)
            for length in range(min(_LONGEST, len(words)), 1, -1)
            for start in range(len(words) - length + 1)
            if _is_term(words[start : start + length], dictionary, empty)
        ]
    )
    covered = {place for start, end in spans for place in range(start, end)}
    spans += [
        (place, place + 1)
        for place in range(len(words))
        if place not in covered and words[place] not in empty
    ]
    carried = (_carried(words[start:end], dictionary) for start, end in sorted(spans))
    return tuple(dict.fromkeys(term for term in carried if term.weight > 0))


def _is_term(words: Sequence[str], dictionary: Dictionary, empty: frozenset[str]) -> bool:
    """Whether the words are a term: in the general dictionary one may not begin or end emptily."""
    term = _find(words, dictionary)
    return term is not None and (term.domain or not (words[0] in empty or words[-1] in empty))


def _find(words: Sequence[str], dictionary: Dictionary) -> Term | None:
    """The term as it is said; else one of ours in another form, if no joining word begins or ends it."""
    exact = dictionary.find(" ".join(words))
    if exact is not None or len(words) < 2 or joins(words[0]) or joins(words[-1]):
        return exact
    return dictionary.find_loosely(words)


def _maximal(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that lie in no other; the longer ones come first."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if not any(first <= start and end <= last for first, last in kept):
            kept.append((start, end))
    return kept


def _carried(words: Sequence[str], dictionary: Dictionary) -> Carried:
    english = " ".join(words)
    weight = dictionary.weights.get(english, 1.0)
    term = _find(words, dictionary)
    if term is None:
        return Carried(english, (), weight, domain=False)
    return Carried(english, term.chinese, term.weight * weight, term.domain)
