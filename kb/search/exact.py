"""Passages that hold what a question demands (phrases, 文号, amounts), and those that hold its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from kb.ports import Clause, Phrase, Scored
from kb.search.amounts import Named, satisfies
from kb.search.engine import Found
from kb.search.reading import Wishes
from kb.store.held import Reader
from kb.store.keys import Keys
from kb.store.lexical import TantivyIndex
from kb.store.snapshot import Snapshot
from kb.store.spans import chunk_order, texts_of_passages
from kb.text.exact import DocumentNumber, document_numbers, occurrences, says_number
from kb.text.figures import figures
from kb.text.tokens import bigrams
from kb.types import Amount

_MOST = 1500  # passages that are held against the demands
_CANDIDATES = 100  # passages that a figure makes candidates
_OWN_FIRST = 3  # passages of the document with the 文号, before those that cite it
_RARE = 0.6  # the advantage of the only passage with a figure; the more have it, the less


@dataclass(frozen=True, slots=True)
class Pool:
    """Passages that satisfy the demands, best first by their words."""

    scored: tuple[Scored, ...] | None = None  # None: nothing is demanded that would restrict
    tiers: Mapping[int, int] = field(default_factory=dict)  # 0 own document, 1 cites it, 2 more of the own
    absent: tuple[str, ...] = ()  # demands that nothing satisfies


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where demands are looked up."""

    snapshot: Snapshot
    reader: Reader
    within: Keys | None  # document keys

    @property
    def connection(self) -> Connection:
        """One view of the truth."""
        return self.reader.connection


def pool(shelf: Shelf, wishes: Wishes, clauses: Sequence[Clause]) -> Pool:
    """The passages that satisfy the question's demands."""
    index = shelf.snapshot.passages
    if index is None or not (wishes.phrases or wishes.numbers or wishes.amounts):
        return Pool()
    absent: list[str] = []
    demands = _Demands(shelf, index, wishes, clauses)
    found = demands.phrases_and_amounts(absent) if wishes.phrases or wishes.amounts else None
    tiers: dict[int, int] = {}
    for number in wishes.numbers:
        placed = demands.number(number)
        if not placed:
            absent.append(str(number))
        tiers |= placed
    if wishes.numbers and (tiers or wishes.bare):
        kept = tiers if found is None else {one.id for one in found} & set(tiers)
        scores = index.scores(clauses, sorted(kept))
        ordered = [id for id in tiers if id in set(kept)]  # the own document's passages in their order
        return Pool(tuple(Scored(id, scores.get(id, 0.0)) for id in ordered), tiers, tuple(absent))
    return Pool(None if found is None else tuple(found), absent=tuple(absent))


class _Demands:
    """One question's demands against one index."""

    def __init__(self, shelf: Shelf, index: TantivyIndex, wishes: Wishes, clauses: Sequence[Clause]) -> None:
        self._shelf = shelf
        self._index = index
        self._wishes = wishes
        self._clauses = clauses

    def phrases_and_amounts(self, absent: list[str]) -> list[Scored]:
        """Passages that hold every phrase and amount; phrases that stand nowhere are added to `absent`."""
        kept: dict[int, Scored] | None = None
        for phrase in self._wishes.phrases:
            here = {one.id: one for one in self._holding_phrase(phrase)}
            if not here:
                absent.append(phrase)
            kept = here if kept is None else {id: one for id, one in kept.items() if id in here}
        if not self._wishes.phrases:
            kept = {one.id: one for one in self._holding(self._wishes.amounts)}
        return sorted((kept or {}).values(), key=lambda one: (-one.score, one.id))

    def _holding_phrase(self, phrase: str) -> list[Scored]:
        clause = _phrase_clause(phrase)
        if clause is None:
            return []
        found = self._holding((clause, *self._wishes.amounts))
        texts = texts_of_passages(self._shelf.connection, [one.id for one in found])
        return [one for one in found if occurrences(texts.get(one.id, ""), phrase)]

    def _holding(self, needed: Sequence[Clause | Amount]) -> list[Scored]:
        return self._index.holding(needed, self._clauses, _MOST, self._shelf.within)

    def number(self, number: DocumentNumber) -> dict[int, int]:
        """The tier of each passage of the document that has the number, and of those that cite it."""
        own = _with_number(self._shelf, number)
        tiers: dict[int, int] = {}
        if own:
            rest = [one.id for one in self._index.search(self._clauses, _MOST, own)]
            first = chunk_order(self._shelf.connection, sorted(own))
            best = (
                first
                if self._wishes.bare or not rest
                else [*rest, *(id for id in first if id not in set(rest))]
            )
            tiers = {id: 0 if place < _OWN_FIRST else 2 for place, id in enumerate(best)}
        ways = tuple(
            Phrase("bigrams", (*bigrams(number.prefix), *tokens))
            for tokens in ((number.year, number.serial), (number.year + number.serial,))
        )
        found = self._holding((Clause(ways),))
        texts = texts_of_passages(self._shelf.connection, [one.id for one in found])
        for one in found:
            if one.id not in tiers and says_number(texts.get(one.id, ""), number):
                tiers[one.id] = 1
        return tiers


def _phrase_clause(phrase: str) -> Clause | None:
    """The tokens that a passage with the phrase must hold side by side; None when it says nothing.

    A word at either end may go on in the text, so single characters and numbers there prove nothing.
    """
    tokens = bigrams(phrase)
    while tokens and len(tokens) > 1 and _uncertain(tokens[0]):
        tokens = tokens[1:]
    while tokens and len(tokens) > 1 and _uncertain(tokens[-1]):
        tokens = tokens[:-1]
    return Clause((Phrase("bigrams", tuple(tokens)),)) if tokens else None


def _uncertain(token: str) -> bool:
    return len(token) == 1 or token.isascii()


def _with_number(shelf: Shelf, number: DocumentNumber) -> frozenset[int]:
    """Keys of the documents whose own 文号 this is."""
    return frozenset(
        key
        for key, card in shelf.snapshot.cards.items()
        if number.serial in card.number
        and (shelf.within is None or key in shelf.within)
        and any(number.is_in(found) for found, _, _ in document_numbers(card.number))
    )


def holding_figures(shelf: Shelf, named: Sequence[Named], clauses: Sequence[Clause]) -> dict[int, float]:
    """The advantage of each passage that holds a figure of the question, in any way of writing it."""
    index = shelf.snapshot.passages
    gains: dict[int, float] = {}
    for figure in named if index is not None else ():
        assert index is not None
        for value in figure.values:
            same = Amount(figure.quantity, value, value)
            found = index.holding((same,), clauses, _MOST, shelf.within)
            gain = _RARE / (1 + len(found)) ** 0.5 * 2**0.5
            for one in found:
                gains[one.id] = max(gains.get(one.id, 0.0), gain)
    return gains


def strongest(gains: Mapping[int, float]) -> tuple[int, ...]:
    """The passages with the rarest figures: candidates even when nothing else speaks for them."""
    return tuple(sorted(gains, key=lambda id: (-gains[id], id))[:_CANDIDATES])


def promoted(found: Sequence[Found], pool: Pool, gains: Mapping[int, float], bare: bool) -> list[Found]:
    """The passages in their final order: by tier, then by score with the advantage of figures.

    A `bare` 文号 asks for the document as such, which begins at its beginning.
    """
    tiers = pool.tiers
    if not tiers and not gains:
        return list(found)
    if bare and pool.scored is not None:
        own = [one.id for one in pool.scored if tiers.get(one.id) == 0]
        gains = {id: _RARE / place for place, id in enumerate(own, start=1)}
    highest = max(tiers.values(), default=0)
    raised = [
        replace(
            one,
            score=(highest - tiers.get(one.id, highest) + (one.score + gains.get(one.id, 0.0)) / (1 + _RARE))
            / (highest + 1),
        )
        for one in found
    ]
    return sorted(raised, key=lambda one: (-one.score, one.id))


def exact_marks(quote: str, wishes: Wishes) -> tuple[tuple[int, int], ...]:
    """Spans of a quotation that hold the question's phrases, 文号 and figures."""
    spans = [span for phrase in wishes.phrases for span in occurrences(quote, phrase)]
    spans += [span for number in wishes.numbers for span in says_number(quote, number)]
    spans += [span for span, _ in _figures_in(quote, wishes.figures)]
    if wishes.amounts:
        asked = (one for one in figures(quote) if any(satisfies(one, amount) for amount in wishes.amounts))
        spans += [(one.start, one.end) for one in asked]
    return tuple(spans)


def figures_said(quote: str, named: Sequence[Named]) -> tuple[str, ...]:
    """The question's figures that a quotation holds, as the quotation writes them."""
    return tuple(dict.fromkeys(text for _, text in _figures_in(quote, named)))


def _figures_in(quote: str, named: Sequence[Named]) -> Iterable[tuple[tuple[int, int], str]]:
    if not named:
        return ()
    return [
        ((figure.start, figure.end), figure.quote)
        for figure in figures(quote)
        if any(one.is_in(figure) for one in named)
    ]
