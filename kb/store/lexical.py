"""The tantivy indexes: BM25 over words and character bigrams, of passages and of whole documents."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from operator import neg
from pathlib import Path
from typing import Literal

import numpy as np
import tantivy

from kb.errors import StoreError
from kb.ports import Clause, Scored
from kb.store.entries import Entry, entry_document, schema
from kb.store.keys import Keys
from kb.store.layout import refused, storage
from kb.store.queries import Queries, both, either
from kb.types import Amount

_HEAP_BYTES = 64 << 20
_LISTED = 1000  # documents that a query names one by one; beyond, their entries are picked from more hits
_READ_LEADING = 1000  # hits
_READ_FIRST = 4  # times as many hits as are wanted
_READ_SHARE = 0.5  # of the number of documents that may answer; more hits cost more than a set of these
_REMEMBERED = 32  # ways to score, of the last questions
_MOST_READ = 20_000

_What = Literal["scores", "said"]


@dataclass(slots=True)
class _Scoring:
    """What scores any entry for some clauses, and the scores known so far."""

    clauses: Sequence[Clause]
    what: _What
    plain: tantivy.Query | None  # None without words
    query: tantivy.Query | None  # the same for few entries
    known: Mapping[int, float] = field(default_factory=dict)
    complete: bool = False  # whether what is not known scores nothing


@dataclass(slots=True)
class _State:
    """What has been committed up to a moment, and what was made of it."""

    searcher: tantivy.Searcher
    queries: Queries
    lately: tuple[_Scoring, ...] = ()


class TantivyIndex:
    """Implements `kb.ports.LexicalIndex`; `update` may be called by the one writer only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._schema = schema()
        with storage(folder):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            self._index = tantivy.Index(self._schema, path=str(folder), reuse=True)
            self._index.config_reader(reload_policy="Manual", num_warmers=0)
        except (ValueError, OSError) as error:
            raise refused(folder, error, "is damaged ({}): `kb check --repair` rebuilds it") from error
        self._state = self._opened()

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
        self._state = self._opened()

    def _opened(self) -> _State:
        searcher = self._index.searcher()
        return _State(searcher, Queries(self._schema, searcher))

    def __len__(self) -> int:
        return int(self._state.searcher.num_docs)

    def search(self, clauses: Sequence[Clause], k: int, within: Set[int] | None = None) -> list[Scored]:
        """See `kb.ports.LexicalIndex`."""
        query = _scoring(self._state, clauses, "scores").plain
        return self._within(query, k, within) if query is not None and len(self) else []

    def scores(self, clauses: Sequence[Clause], ids: Sequence[int]) -> dict[int, float]:
        """See `kb.ports.LexicalIndex`."""
        return self._of(clauses, "scores", ids)

    def said(self, clauses: Sequence[Clause], ids: Sequence[int]) -> dict[int, float]:
        """See `kb.ports.LexicalIndex`."""
        return {id: min(1.0, share) for id, share in self._of(clauses, "said", ids).items()}

    def leading(self, clauses: Sequence[Clause], share: float, within: Set[int] | None = None) -> set[int]:
        """See `kb.ports.LexicalIndex`; the scores found are known when they are asked for next."""
        most, state = _READ_LEADING, self._state
        scoring = _scoring(state, clauses, "scores")
        while True:
            if within is None and scoring.plain is not None and len(self):
                keys, scores = _found(state.searcher, scoring.plain, most)
            else:
                found = self.search(clauses, most, within)
                keys, scores = [one.id for one in found], [one.score for one in found]
            least = share * scores[0] if scores else 0.0
            if len(scores) < most or scores[-1] < least:
                break
            most *= 8
        complete = scoring.complete or (within is None and len(scores) < most)
        scoring.known, scoring.complete = {**scoring.known, **dict(zip(keys, scores, strict=True))}, complete
        leads = bisect_right(scores, -least, key=neg)  # best first
        return set(keys[:leads])

    def _of(self, clauses: Sequence[Clause], what: _What, ids: Sequence[int]) -> dict[int, float]:
        """What each of the entries scores; those with none of the words are left out."""
        state = self._state
        scoring = _scoring(state, clauses, what)
        known, complete = scoring.known, scoring.complete
        found = {id: known[id] for id in ids if id in known}
        rest = () if complete else [id for id in ids if id not in known]
        if not rest or scoring.query is None or not len(self):
            return found
        query = both(scoring.query, state.queries.listed("key", rest))
        keys, scores = _found(state.searcher, query, len(rest))
        return found | {key: score for key, score in zip(keys, scores, strict=True) if score > 0}

    def _limited(self, query: tantivy.Query, members: Set[int]) -> tantivy.Query:
        """The query among the documents `members`."""
        if len(members) > _LISTED:
            inside = tantivy.Query.term_set_query(self._schema, "group", list(members))
        else:
            inside = self._state.queries.listed("group", members)
        return both(query, inside)

    def _within(self, query: tantivy.Query, k: int, documents: Set[int] | None) -> list[Scored]:
        """The best k of the documents.

        A list of many documents takes long to compare with, but then most of the best entries are theirs:
        more than k are read and the others left out.
        """
        if documents is None:
            return _hits(self._state.searcher, query, k)
        if len(documents) <= _LISTED:
            return _hits(self._state.searcher, self._limited(query, documents), k)
        keys = Keys.of(documents)
        searcher, most = self._state.searcher, max(_READ_FIRST * k, _read(k, keys))
        while most <= min(_MOST_READ, _READ_SHARE * len(keys)):
            hits = searcher.search(query, limit=most, count=False).hits
            groups = searcher.fast_field_values("group", [address for _, address in hits])
            inside = np.flatnonzero(keys.members(np.array(groups, np.int64)))[:k].tolist()
            if len(inside) == k or len(hits) < most:
                found = [hits[place] for place in inside]
                ids = searcher.fast_field_values("key", [address for _, address in found])
                return list(map(Scored, ids, (score for score, _ in found)))
            most *= max(2, math.ceil(k / max(1, len(inside))))
        return _hits(self._state.searcher, self._limited(query, keys), k)

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
        queries = self._state.queries
        parts = [(tantivy.Occur.Should, queries.clause(clause)) for clause in clauses if clause.alternatives]
        for need in needed:
            query = queries.within_bounds(need) if isinstance(need, Amount) else queries.saying_one(need)
            parts.append((tantivy.Occur.Must, tantivy.Query.const_score_query(query, 0.0)))
        return self._within(tantivy.Query.boolean_query(parts), k, within)

    def frequency(self, field: str, tokens: tuple[str, ...]) -> int:
        """See `kb.ports.LexicalIndex`."""
        return self._state.queries.frequency(field, tokens)

    def ideal(self, clauses: Sequence[Clause]) -> float:
        """See `kb.ports.LexicalIndex`."""
        return sum(self._state.queries.worth(clause) for clause in clauses if clause.alternatives)


def _scoring(state: _State, clauses: Sequence[Clause], what: _What) -> _Scoring:
    """What scores any entry; a question asks several times."""
    for held in state.lately:
        if held.clauses is clauses and held.what == what:
            return held
    sayable, queries = [clause for clause in clauses if clause.alternatives], state.queries
    ways = [queries.clause(one) for one in sayable] if what == "scores" else queries.saying(sayable)
    plain, few = (either(ways), queries.summed(ways)) if ways else (None, None)
    made = _Scoring(clauses, what, plain, few)
    if isinstance(clauses, tuple):  # what may change is not remembered
        state.lately = (made, *state.lately)[:_REMEMBERED]
    return made


def _hits(searcher: tantivy.Searcher, query: tantivy.Query, k: int) -> list[Scored]:
    return list(map(Scored, *_found(searcher, query, k)))


def _found(searcher: tantivy.Searcher, query: tantivy.Query, k: int) -> tuple[list[int], list[float]]:
    """Keys and scores of the best k."""
    hits = searcher.search(query, limit=k, count=False).hits
    keys: list[int] = searcher.fast_field_values("key", [address for _, address in hits])
    return keys, [score for score, _ in hits]


def _read(k: int, documents: Keys) -> int:
    """How many of the best entries hold k of the documents, were they spread like the others."""
    return math.ceil(k * len(documents.table) / len(documents))
