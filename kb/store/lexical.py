"""The tantivy indexes: BM25 over words and character bigrams, of passages and of whole documents."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence, Set
from itertools import accumulate
from pathlib import Path
from typing import Literal

import numpy as np
import tantivy

from kb.errors import StoreError
from kb.ports import Clause, Phrase, Scored
from kb.store.entries import Entry, entry_document, schema
from kb.store.keys import Keys
from kb.store.layout import refused, storage
from kb.types import Amount

_SAME = 1e-9  # relative: two ways to write one figure
_HEAP_BYTES = 64 << 20
_LISTED = 1000  # documents that a query names one by one; beyond, their entries are picked from more hits
_READ_FIRST = 4  # times as many hits as are wanted
_READ_SHARE = 0.5  # of the number of documents that may answer; more hits cost more than a set of these
_NESTED = 64  # ways to score, one inside the other,
_LARGE = 50_000  # where there are so many entries
_REMEMBERED = 32  # ways to score, of the last questions
_MOST_READ = 20_000
_MOST_FREQUENCIES = 20_000  # kept between searches


class TantivyIndex:
    """Implements `kb.ports.LexicalIndex`; `update` may be called by the one writer only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._schema = schema()
        self._frequencies: dict[tuple[str, tuple[str, ...]], int] = {}
        self._lately: tuple[tuple[Sequence[Clause], str, tantivy.Query | None], ...] = ()
        with storage(folder):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            self._index = tantivy.Index(self._schema, path=str(folder), reuse=True)
            self._index.config_reader(reload_policy="Manual", num_warmers=0)
        except (ValueError, OSError) as error:
            raise refused(folder, error, "is damaged ({}): `kb check --repair` rebuilds it") from error

    @classmethod
    def existing(cls, folder: Path) -> TantivyIndex:
        """Opens an index that must be there. Raises `StoreError` when it is absent or damaged."""
        if not (folder / "meta.json").exists():
            raise StoreError(f"{folder} is missing: `kb check --repair` rebuilds it")
        return cls(folder)

    def update(self, entries: Iterable[Entry], removed: Sequence[int]) -> None:
        """Adds entries (replacing those under the same key), removes keys, and commits all of it at once."""
        with storage(self.folder):
            try:
                writer = self._index.writer(_HEAP_BYTES, 1)
                for key in removed:
                    writer.delete_documents_by_term("key", key)
                for entry in entries:
                    writer.delete_documents_by_term("key", entry.key)
                    writer.add_document(entry_document(entry))
                writer.commit()
                writer.wait_merging_threads()
            except ValueError as error:
                raise refused(self.folder, error, "could not be written: {}") from error
        self.reload()

    def reload(self) -> None:
        """Shows later searches what has been committed, by this process or another."""
        self._index.reload()
        self._frequencies = {}
        self._lately = ()

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)

    def search(self, clauses: Sequence[Clause], k: int, within: Set[int] | None = None) -> list[Scored]:
        """See `kb.ports.LexicalIndex`."""
        ways = [self._clause(clause) for clause in clauses if clause.alternatives]
        if not ways or not len(self):
            return []
        return self._within(_either(ways), k, within)

    def scores(self, clauses: Sequence[Clause], ids: Sequence[int]) -> dict[int, float]:
        """See `kb.ports.LexicalIndex`."""
        return self._of(self._scoring(clauses, "scores"), ids)

    def said(self, clauses: Sequence[Clause], ids: Sequence[int]) -> dict[int, float]:
        """See `kb.ports.LexicalIndex`."""
        shares = self._of(self._scoring(clauses, "said"), ids)
        return {id: min(1.0, share) for id, share in shares.items()}

    def _scoring(self, clauses: Sequence[Clause], what: Literal["scores", "said"]) -> tantivy.Query | None:
        """What scores any entry, None without words; a question asks several times."""
        for asked, other, query in self._lately:
            if asked is clauses and other == what:
                return query
        sayable = [clause for clause in clauses if clause.alternatives]
        ways = [self._clause(one) for one in sayable] if what == "scores" else self._saying(sayable)
        query = self._sum(ways) if ways else None
        if isinstance(clauses, tuple):  # what may change is not remembered
            self._lately = ((clauses, what, query), *self._lately)[:_REMEMBERED]
        return query

    def _saying(self, clauses: Sequence[Clause]) -> list[tantivy.Query]:
        worths = [self._worth(clause) for clause in clauses]
        whole = max(sum(worths), 1e-9)
        return [
            tantivy.Query.const_score_query(self._any(clause), worth / whole)
            for clause, worth in zip(clauses, worths, strict=True)
        ]

    def _sum(self, ways: Sequence[tantivy.Query]) -> tantivy.Query:
        """What the ways add up to, for few entries.

        In a large index ways that are not too many stand one inside the other, each an option of what holds
        it: then every entry is looked up in every list, while options side by side are read from end to end.
        """
        if len(ways) > _NESTED or len(self) < _LARGE:
            return _either(ways)
        query = tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)
        for way in ways:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Should, way)])
        return query

    def _of(self, scoring: tantivy.Query | None, ids: Sequence[int]) -> dict[int, float]:
        """What each of the entries scores; those with none of the words are left out."""
        if scoring is None or not ids or not len(self):
            return {}
        searcher, query = self._index.searcher(), _both(scoring, self._listed("key", ids))
        hits = searcher.search(query, limit=len(ids), count=False).hits
        keys = searcher.fast_field_values("key", [address for _, address in hits])
        return {int(key): score for key, (score, _) in zip(keys, hits, strict=True) if score > 0}

    def _listed(self, field: str, members: Iterable[int]) -> tantivy.Query:
        """Entries with one of few values, looked up one by one, which takes half the time of a set."""
        return _either(
            [tantivy.Query.term_query(self._schema, field, one, "basic") for one in sorted(members)]
        )

    def _limited(self, query: tantivy.Query, members: Set[int]) -> tantivy.Query:
        """The query among the documents `members`."""
        if len(members) > _LISTED:
            inside = tantivy.Query.term_set_query(self._schema, "group", list(members))
        else:
            inside = self._listed("group", members)
        return _both(query, inside)

    def _hits(self, query: tantivy.Query, k: int) -> list[Scored]:
        searcher = self._index.searcher()
        found = searcher.search(query, limit=k, count=False)
        hits = found.hits
        keys = searcher.fast_field_values("key", [address for _, address in hits])
        return list(map(Scored, keys, (score for score, _ in hits)))

    def _within(self, query: tantivy.Query, k: int, documents: Set[int] | None) -> list[Scored]:
        """The best k of the documents.

        A list of many documents takes long to compare with, but then most of the best entries are theirs:
        more than k are read and the others left out.
        """
        if documents is None:
            return self._hits(query, k)
        if len(documents) <= _LISTED:
            return self._hits(self._limited(query, documents), k)
        keys = Keys.of(documents)
        searcher, most = self._index.searcher(), max(_READ_FIRST * k, _read(k, keys))
        while most <= min(_MOST_READ, _READ_SHARE * len(keys)):
            hits = searcher.search(query, limit=most, count=False).hits
            groups = searcher.fast_field_values("group", [address for _, address in hits])
            inside = np.flatnonzero(keys.members(np.array(groups, np.int64)))[:k].tolist()
            if len(inside) == k or len(hits) < most:
                found = [hits[place] for place in inside]
                ids = searcher.fast_field_values("key", [address for _, address in found])
                return list(map(Scored, ids, (score for score, _ in found)))
            most *= max(2, math.ceil(k / max(1, len(inside))))
        return self._hits(self._limited(query, keys), k)

    def holding(
        self,
        needed: Sequence[Clause | Amount],
        clauses: Sequence[Clause],
        k: int,
        within: Set[int] | None = None,
    ) -> list[Scored]:
        """See `kb.ports.LexicalIndex`."""
        if not needed or not len(self):
            return []
        parts = [(tantivy.Occur.Should, self._clause(clause)) for clause in clauses if clause.alternatives]
        for need in needed:
            query = self._range(need) if isinstance(need, Amount) else self._any(need)
            parts.append((tantivy.Occur.Must, tantivy.Query.const_score_query(query, 0.0)))
        return self._within(tantivy.Query.boolean_query(parts), k, within)

    def _any(self, clause: Clause) -> tantivy.Query:
        """Entries that say one of the alternatives, all alike."""
        return _either([self._match(one.field, one.tokens, "basic") for one in clause.alternatives])

    def _range(self, amount: Amount) -> tantivy.Query:
        low, high = amount.low, amount.high
        return tantivy.Query.range_query(
            self._schema,
            amount.quantity,
            tantivy.FieldType.Float,
            None if low is None else low - abs(low) * _SAME,
            None if high is None else high + abs(high) * _SAME,
        )

    def frequency(self, field: str, tokens: tuple[str, ...]) -> int:
        """See `kb.ports.LexicalIndex`."""
        return self._frequency(field, tokens)

    def ideal(self, clauses: Sequence[Clause]) -> float:
        """See `kb.ports.LexicalIndex`."""
        return sum(self._worth(clause) for clause in clauses if clause.alternatives)

    def _worth(self, clause: Clause) -> float:
        """What saying a clause once adds to the score."""
        return max(phrase.weight for phrase in clause.alternatives) * self._idf(self._union(clause))

    def _clause(self, clause: Clause) -> tantivy.Query:
        """The ways to say one thing, each as rare as all of them together.

        Otherwise a wrong sense, being rarer, would outweigh the right one (Pirkola 1998, "The effects of
        query structure and dictionary setups in dictionary-based cross-language information retrieval").
        Of ordered ways each is as rare as those up to it: a common last one does not make the first say less.
        """
        if len(clause.alternatives) == 1 and len(clause.alternatives[0].tokens) == 1:
            return self._phrase(clause.alternatives[0], clause.alternatives[0].weight)
        held = [self._frequency(phrase.field, phrase.tokens) for phrase in clause.alternatives]
        together = accumulate(held) if clause.ordered else [sum(held)] * len(held)
        queries = []
        for phrase, frequency in zip(clause.alternatives, together, strict=True):
            own = sum(self._idf(self._frequency(phrase.field, (token,))) for token in phrase.tokens)
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
        return sum(self._frequency(phrase.field, phrase.tokens) for phrase in clause.alternatives)

    def _frequency(self, field: str, tokens: tuple[str, ...]) -> int:
        key = (field, tokens)
        if key not in self._frequencies:
            searcher = self._index.searcher()
            if len(tokens) == 1:
                found = int(searcher.doc_freq(field, tokens[0]))
            else:
                found = int(searcher.search(self._match(field, tokens), limit=1).count or 0)
            if len(self._frequencies) >= _MOST_FREQUENCIES:
                self._frequencies.clear()
            self._frequencies[key] = found
        return self._frequencies[key]

    def _idf(self, frequency: int) -> float:
        """BM25's inverse document frequency, as tantivy has it; a word that is nowhere counts as once."""
        count = max(1, self._index.searcher().num_docs)
        held = min(max(frequency, 1), count)
        return math.log(1 + (count - held + 0.5) / (held + 0.5))


def _either(ways: Sequence[tantivy.Query]) -> tantivy.Query:
    """One of the ways at least; their scores are added."""
    if len(ways) == 1:
        return ways[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, way) for way in ways])


def _both(query: tantivy.Query, inside: tantivy.Query) -> tantivy.Query:
    """The query among the entries `inside`, whose score does not count."""
    must = tantivy.Occur.Must
    return tantivy.Query.boolean_query([(must, query), (must, tantivy.Query.const_score_query(inside, 0.0))])


def _read(k: int, documents: Keys) -> int:
    """How many of the best entries hold k of the documents, were they spread like the others."""
    return math.ceil(k * len(documents.table) / len(documents))
