"""What the word indexes are asked: clauses as tantivy's queries, each weighed by how rare it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate

import tantivy

from kb.ports import Clause, Phrase
from kb.types import Amount

_SAME = 1e-9  # relative: two ways to write one figure
_NESTED = 64  # ways to score, one inside the other,
_LARGE = 50_000  # where there are so many entries
_MOST_FREQUENCIES = 20_000  # kept between searches


class Queries:
    """The queries of one state of an index; how rare words are is remembered for as long as that holds."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher
        self._entries = int(searcher.num_docs)
        self._frequencies: dict[tuple[str, tuple[str, ...]], int] = {}

    def worth(self, clause: Clause) -> float:
        """What saying a clause once adds to the score."""
        return max(phrase.weight for phrase in clause.alternatives) * self._idf(self._union(clause))

    def clause(self, clause: Clause) -> tantivy.Query:
        """The ways to say one thing, each as rare as all of them together.

        Otherwise a wrong sense, being rarer, would outweigh the right one (Pirkola 1998, "The effects of
        query structure and dictionary setups in dictionary-based cross-language information retrieval").
        Of ordered ways each is as rare as those up to it: a common last one does not make the first say less.
        """
        if len(clause.alternatives) == 1 and len(clause.alternatives[0].tokens) == 1:
            return self._phrase(clause.alternatives[0], clause.alternatives[0].weight)
        held = [self.frequency(phrase.field, phrase.tokens) for phrase in clause.alternatives]
        together = accumulate(held) if clause.ordered else [sum(held)] * len(held)
        queries = []
        for phrase, frequency in zip(clause.alternatives, together, strict=True):
            own = sum(self._idf(self.frequency(phrase.field, (token,))) for token in phrase.tokens)
            queries.append(self._phrase(phrase, phrase.weight * self._idf(frequency) / max(own, 1e-6)))
        return queries[0] if len(queries) == 1 else tantivy.Query.disjunction_max_query(queries)

    def _phrase(self, phrase: Phrase, weight: float) -> tantivy.Query:
        return tantivy.Query.boost_query(self._match(phrase.field, phrase.tokens), max(weight, 1e-6))

    def _match(self, field: str, tokens: tuple[str, ...], read: str = "freq") -> tantivy.Query:
        if len(tokens) == 1:
            return tantivy.Query.term_query(self._schema, field, tokens[0], read)
        return tantivy.Query.phrase_query(self._schema, field, list(tokens))

    def _union(self, clause: Clause) -> int:
        """In how many entries one of the alternatives stands, at most."""
        return sum(self.frequency(phrase.field, phrase.tokens) for phrase in clause.alternatives)

    def frequency(self, field: str, tokens: tuple[str, ...]) -> int:
        """In how many entries the tokens stand side by side in a field."""
        key = (field, tokens)
        if key not in self._frequencies:
            if len(tokens) == 1:
                found = int(self._searcher.doc_freq(field, tokens[0]))
            else:
                found = int(self._searcher.search(self._match(field, tokens), limit=1).count or 0)
            if len(self._frequencies) >= _MOST_FREQUENCIES:
                self._frequencies.clear()
            self._frequencies[key] = found
        return self._frequencies[key]

    def _idf(self, frequency: int) -> float:
        """BM25's inverse document frequency, as tantivy has it; a word that is nowhere counts as once."""
        count = max(1, self._entries)
        held = min(max(frequency, 1), count)
        return math.log(1 + (count - held + 0.5) / (held + 0.5))

    def saying(self, clauses: Sequence[Clause]) -> list[tantivy.Query]:
        """For each clause the entries that say it, each with the clause's share of what all are worth."""
        worths = [self.worth(clause) for clause in clauses]
        whole = max(sum(worths), 1e-9)
        return [
            tantivy.Query.const_score_query(self.saying_one(clause), worth / whole)
            for clause, worth in zip(clauses, worths, strict=True)
        ]

    def summed(self, ways: Sequence[tantivy.Query]) -> tantivy.Query:
        """What the ways add up to, for few entries.

        In a large index ways that are not too many stand one inside the other, each an option of what holds
        it: then every entry is looked up in every list, while options side by side are read from end to end.
        """
        if len(ways) > _NESTED or self._entries < _LARGE:
            return either(ways)
        query = tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
        for way in ways:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Should, way)])
        return query

    def listed(self, field: str, members: Iterable[int]) -> tantivy.Query:
        """Entries with one of few values, looked up one by one, which takes half the time of a set."""
        return either(
            [tantivy.Query.term_query(self._schema, field, one, "basic") for one in sorted(members)]
        )

    def saying_one(self, clause: Clause) -> tantivy.Query:
        """Entries that say one of the alternatives, all alike."""
        return either([self._match(one.field, one.tokens, "basic") for one in clause.alternatives])

    def within_bounds(self, amount: Amount) -> tantivy.Query:
        """Entries with a figure between the bounds."""
        low, high = amount.low, amount.high
        return tantivy.Query.range_query(
            self._schema,
            amount.quantity,
            tantivy.FieldType.Float,
            None if low is None else low - abs(low) * _SAME,
            None if high is None else high + abs(high) * _SAME,
        )


def either(ways: Sequence[tantivy.Query]) -> tantivy.Query:
    """One of the ways at least; their scores are added."""
    if len(ways) == 1:
        return ways[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, way) for way in ways])


def both(query: tantivy.Query, inside: tantivy.Query) -> tantivy.Query:
    """The query among the entries `inside`, whose score does not count."""
    must = tantivy.Occur.Must
    return tantivy.Query.boolean_query([(must, query), (must, tantivy.Query.const_score_query(inside, 0.0))])
