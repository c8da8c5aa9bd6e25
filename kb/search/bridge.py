"""Carries an English question over to Chinese texts, term by term, without a model.

Longest terms first; a term counts with its best Chinese form, and terms add up (see `kb.ports.Clause`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.search.dictionary import Dictionary, Term
from kb.search.english import Word, joins, lists, parts_clauses, runs

_LONGEST = 6  # words in a term, those that only join among them
_FARTHEST = 4  # places between the two words of a term that other words stand in
_APART = 0.6  # what such a term counts
_LEAST_APART = 0.7  # weight of a term that may be looked for so
_SCALES = {"thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_COUNTED = ("", "元", "人", "户", "名", "个")  # what stands behind 万 and 亿, in whose word it is found
_LEAST_FIGURE = 10_000
_HUNDRED_MILLION = 100_000_000
_YEAR_OR_COUNT = re.compile(r"\d{2,4}")  # written alike in both languages
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
Span = tuple[int, ...]  # places of a run


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
    does not count, nor a single word that a longer term covers. Two words of a term may stand apart
    ("reduce the heavy burden").
    """
    parts = runs(question, dictionary.base)
    carried = [term for run in parts for term in _Run(run, dictionary, empty).carried()]
    return tuple(dict.fromkeys(term for term in carried if term.weight > 0))


class _Run:
    """The words of a question between two marks."""

    def __init__(self, words: Sequence[Word], dictionary: Dictionary, empty: frozenset[str]) -> None:
        self._words = words
        self._bases = [word.base for word in words]
        self._dictionary = dictionary
        self._empty = empty

    def carried(self) -> Iterator[Carried]:
        """The terms, in the order of their first words."""
        figures = dict(self._figures())
        taken = {place for span in figures for place in span}
        together = _maximal([span for span in self._spans() if self._is_term(span) and not taken & set(span)])
        covered = taken.union(*together)
        apart = {span: term for span, term in self._apart() if not taken & set(span)}
        covered |= {place for span in apart for place in span}
        single = [
            (place,)
            for place, base in enumerate(self._bases)
            if place not in covered and base not in self._empty
        ]
        for span in sorted([*figures, *together, *apart, *single]):
            yield figures.get(span) or apart.get(span) or self._carried(span)

    def _spans(self) -> Iterator[Span]:
        """Words side by side, the longest first."""
        for length in range(min(_LONGEST, len(self._words)), 1, -1):
            for start in range(len(self._words) - length + 1):
                yield tuple(range(start, start + length))

    def _is_term(self, span: Span) -> bool:
        """Whether the words are a term: in the general dictionary one may not begin or end emptily."""
        term = self._find(span)
        ends = (self._bases[span[0]], self._bases[span[-1]])
        return term is not None and (term.domain or self._empty.isdisjoint(ends))

    def _find(self, span: Span) -> Term | None:
        """The term as it is said; else one of ours in another form, if no joining word begins or ends it."""
        exact = self._dictionary.find(" ".join(self._bases[place] for place in span))
        if exact is not None or joins(self._bases[span[0]]) or joins(self._bases[span[-1]]):
            return exact
        return self._dictionary.find_loosely([self._words[place] for place in span])

    def _apart(self) -> Iterator[tuple[Span, Carried]]:
        """Terms of two words between which others stand that describe or list."""
        for start, first in enumerate(self._bases):
            for end in range(start + 2, min(start + _FARTHEST + 2, len(self._bases))):
                if parts_clauses(self._bases[end - 1]):
                    break
                span = (start, end)
                if {first, self._bases[end]} & self._empty or self._joined(span):
                    continue
                term = self._find(span)
                if term is not None and term.domain and term.weight >= _LEAST_APART:
                    found = self._carried(span)
                    yield span, Carried(found.english, found.chinese, found.weight * _APART, True)

    def _joined(self, span: Span) -> bool:
        """Whether nothing between two words says anything, or a list in which they are no pair."""
        between = self._bases[span[0] + 1 : span[1]]
        return all(joins(word) for word in between) or (
            any(lists(word) for word in between) and len(between) > 2
        )

    def _carried(self, span: Span) -> Carried:
        english = " ".join(self._bases[place] for place in span)
        weight = self._dictionary.weight(english)
        if _YEAR_OR_COUNT.fullmatch(english) and not self._dictionary.is_ours(english):
            return Carried(english, (english,), weight, domain=True)
        term = self._find(span)
        if term is None:
            return Carried(english, (), weight, domain=False)
        return Carried(english, term.chinese, term.weight * weight, term.domain)

    def _figures(self) -> Iterator[tuple[Span, Carried]]:
        """Figures from ten thousand up, as Chinese texts write them: 100,000 is 10万."""
        for place, base in enumerate(self._bases):
            after = self._bases[place + 1] if place + 1 < len(self._bases) else ""
            value = float(base) * _SCALES.get(after, 1) if _FIGURE.fullmatch(base) else 0
            if value < _LEAST_FIGURE or (after not in _SCALES and self._dictionary.find(base) is not None):
                continue
            span = (place, place + 1) if after in _SCALES else (place,)
            english = " ".join(self._bases[i] for i in span)
            yield span, Carried(english, _in_chinese(value), 1.0, domain=True)


def _in_chinese(value: float) -> tuple[str, ...]:
    """The ways to write a figure; 万 and 亿 with what they count, because they are one word with it."""
    unit, name = (_HUNDRED_MILLION, "亿") if value >= _HUNDRED_MILLION else (_LEAST_FIGURE, "万")
    return (*(f"{value / unit:g}{name}{counted}" for counted in _COUNTED), f"{value:.0f}")


def _maximal(spans: Sequence[Span]) -> list[Span]:
    """Spans that lie in no other; the longer ones come first."""
    kept: list[Span] = []
    for span in spans:
        if not any(set(span) <= set(other) for other in kept):
            kept.append(span)
    return kept
