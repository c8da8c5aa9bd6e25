"""Finds passages: both indexes, the whole-document score, fusion. Gives ids and ranks, no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import Connection

from kb.ports import Embedder, Scored, Vector
from kb.search.fuse import Evidence, Scores, Weights, following, fused, nearest, peak, ranks
from kb.search.question import Understood
from kb.search.ranking import Ranking
from kb.search.turning import turned
from kb.store.documents import groups_of
from kb.store.embeddings import vectors_of
from kb.store.keys import Keys
from kb.store.snapshot import Snapshot
from kb.types import Mode


@dataclass(frozen=True, slots=True)
class Found:
    """A passage found, with each score that it has."""

    id: int
    doc_key: int
    score: float  # fused, 0..1
    dense: float | None  # cosine
    lexical: float | None  # BM25
    document: float | None  # BM25 of the whole document
    dense_rank: int | None
    lexical_rank: int | None
    lexical_weight: float  # of the fusion that gave the score
    document_weight: float = 0.0
    said: float = 0.0  # share of the question's weight that the passage says, 0..1
    document_said: float = 0.0  # BM25 of the whole document against that of one that says everything once
    margin: float | None = (
        None  # cosine above the mean of those that follow the first ten; None without vectors
    )


def encode(question: Understood, embedder: Embedder, ranking: Ranking) -> Vector:
    """The question's vector; an English one is drawn towards its Chinese rendering.

    One that the field's dictionary knows is turned before; others are of names, which the turn would blur.
    """
    vector = embedder.query(question.text)
    share = ranking.shares(question.language, question.known).rendering
    if not question.rendering or share == 0:
        return vector
    if question.known:
        vector = turned(vector, embedder.name)
    mixed = (1 - share) * vector + share * embedder.query(question.rendering)
    result: Vector = (mixed / np.linalg.norm(mixed)).astype(np.float32)
    return result


@dataclass(frozen=True, slots=True)
class Bench:
    """What finding works with: one view of the truth, and what a filter leaves of it."""

    snapshot: Snapshot
    connection: Connection
    within: Keys | None  # document keys
    ranking: Ranking
    only: tuple[Scored, ...] | None = None  # when the question demands something: passages that hold it
    also: tuple[int, ...] = ()  # passages that are candidates whatever the rankings say
    most: int | None = None  # passages that are wanted, all of them when it is None


def find(bench: Bench, question: Understood, vector: Vector | None, mode: Mode) -> list[Found]:
    """Passages, best first. `vector` is the encoded question, None in mode lexical.

    In mode hybrid every candidate of either ranking gets every score before they are fused. When no
    passage stands out, the question is a broad one: its vector is moved towards the best passages and
    they are ranked once more (pseudo-relevance feedback, Rocchio 1971).
    """
    lexical: list[Scored] = []
    if bench.only is not None:
        lexical = list(bench.only)
    elif mode != "dense" and bench.snapshot.passages is not None:
        lexical = bench.snapshot.passages.search(question.clauses, bench.ranking.candidates, bench.within)
    asking = _Asking(bench, question, tuple(lexical), _ideal(bench, question), mode)
    ranked = _ranked(asking, vector, _Known())
    if ranked is not None and mode == "hybrid" and vector is not None:
        moved = _moved(asking, ranked, vector)
        ranked = ranked if moved is None else _ranked(asking, moved, ranked.known)
    return [] if ranked is None else _found(asking, ranked)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Every candidate with its fused score, best first."""

    ids: list[int]
    scores: list[float]
    known: _Known
    weights: Weights
    dense_ranks: dict[int, int]


def _moved(asking: _Asking, ranked: _Ranked, vector: Vector) -> Vector | None:
    """The vector drawn towards the best passages, the less so the more one stands out; or None."""
    bench, ranking = asking.bench, asking.bench.ranking
    if len(ranked.ids) < 2 or bench.snapshot.model is None:
        return None
    gap = ranked.scores[0] - ranked.scores[min(4, len(ranked.ids) - 1)]
    shares = ranking.shares(asking.question.language, asking.question.known)
    share = shares.feedback * max(0.0, 1 - gap / shares.feedback_gap)
    if share == 0:
        return None
    best = ranked.ids[: ranking.feedback_passages]
    rows = {} if bench.snapshot.vectors is None else bench.snapshot.vectors.vectors(best)
    rows |= vectors_of(bench.connection, bench.snapshot.model.name, [id for id in best if id not in rows])
    worth = {id: score**2 for id, score in zip(best, ranked.scores, strict=False) if id in rows}
    mean = sum(worth[id] * rows[id] for id in worth) / max(sum(worth.values()), 1e-9)
    moved = vector + share * mean
    result: Vector = (moved / np.linalg.norm(moved)).astype(np.float32)
    return result


@dataclass(frozen=True, slots=True)
class _Asking:
    """What stays the same while one question is asked with one vector and then another."""

    bench: Bench
    question: Understood
    lexical: tuple[Scored, ...]
    ideal: float  # BM25 of a passage that says everything once
    mode: Mode


@dataclass(frozen=True, slots=True)
class _Known:
    """The candidates with their documents, and every score by passage id (`document` by document key)."""

    groups: dict[int, int] = field(default_factory=dict)
    dense: dict[int, float] = field(default_factory=dict)
    lexical: dict[int, float] = field(default_factory=dict)
    document: dict[int, float] = field(default_factory=dict)
    said: dict[int, float] = field(default_factory=dict)


def _ranked(asking: _Asking, vector: Vector | None, earlier: _Known) -> _Ranked | None:
    """The candidates of one vector, or None. What is known of `earlier` ones is not asked again."""
    dense = _by_vector(asking.bench, vector, asking.mode)
    known = _known(asking, vector, dense, earlier)
    if not known.groups:
        return None
    weights = _weights(asking, dense)
    scores = fused(_evidence(asking.bench, known, weights), weights)
    order = np.lexsort((np.fromiter(known.groups, np.int64, len(known.groups)), -scores)).tolist()
    ids = list(known.groups)
    return _Ranked(
        [ids[place] for place in order],
        scores[order].tolist(),
        known,
        weights,
        ranks([scored.id for scored in dense]),
    )


def _found(asking: _Asking, ranked: _Ranked) -> list[Found]:
    """The candidates that are wanted, with all that is known of them."""
    known, weights = ranked.known, ranked.weights
    lexical_ranks = ranks([scored.id for scored in asking.lexical])
    behind = following(sorted(known.dense.values(), reverse=True))
    most = asking.bench.most
    return [
        Found(
            id,
            known.groups[id],
            score,
            known.dense.get(id),
            known.lexical.get(id),
            known.document.get(known.groups[id]),
            ranked.dense_ranks.get(id),
            lexical_ranks.get(id),
            weights.lexical,
            weights.document,
            known.said.get(id, 0.0),
            known.document.get(known.groups[id], 0.0) / asking.ideal,
            known.dense[id] - behind if id in known.dense else None,
        )
        for id, score in zip(ranked.ids[:most], ranked.scores[:most], strict=True)
    ]


def _by_vector(bench: Bench, vector: Vector | None, mode: Mode) -> list[Scored]:
    if bench.only is not None:
        cosines = _cosines(bench, vector, [one.id for one in bench.only])
        return sorted((Scored(*pair) for pair in cosines.items()), key=lambda one: (-one.score, one.id))
    if mode == "lexical" or vector is None or bench.snapshot.vectors is None:
        return []
    return bench.snapshot.vectors.search(vector, bench.ranking.candidates, bench.within)


def _known(asking: _Asking, vector: Vector | None, found: Sequence[Scored], earlier: _Known) -> _Known:
    bench, clauses = asking.bench, asking.question.clauses
    hybrid = asking.mode == "hybrid"
    dense, lexical = ({scored.id: scored.score for scored in one} for one in (found, asking.lexical))
    groups = _documents(bench, found, [*lexical, *(bench.also if hybrid else ())])
    if hybrid:
        dense |= _cosines(bench, vector, [id for id in groups if id not in dense])
    passages, whole = bench.snapshot.passages, bench.snapshot.documents
    if passages is None or whole is None:
        return _Known(groups, dense, lexical)
    lexical |= earlier.lexical
    if hybrid:
        asked = earlier.groups
        lexical |= passages.scores(clauses, [id for id in groups if id not in lexical and id not in asked])
    said = earlier.said | passages.said(clauses, [id for id in groups if id not in earlier.groups])
    further = set(groups.values()).difference(earlier.groups.values())
    document = earlier.document | whole.scores(clauses, sorted(further))
    return _Known(groups, dense, lexical, document, said)


def _evidence(bench: Bench, known: _Known, weights: Weights) -> Evidence:
    ids, groups = list(known.groups), list(known.groups.values())
    dense = _array(ids, known.dense)
    return Evidence(
        dense,
        _array(ids, known.lexical),
        _array(groups, known.document),
        1 - 1 / np.array([max(1, bench.snapshot.cards[key].chunks) for key in groups], np.float64),
        _array(ids, known.said),
        nearest(dense, groups, bench.ranking.near_passages) if weights.near else np.zeros_like(dense),
    )


def _cosines(bench: Bench, vector: Vector | None, ids: Sequence[int]) -> dict[int, float]:
    if vector is None or bench.snapshot.vectors is None:
        return {}
    return bench.snapshot.vectors.products(vector, ids)


def _documents(bench: Bench, near: Sequence[Scored], ids: Sequence[int]) -> dict[int, int]:
    """The document's key of each passage `near` and of the others, where the snapshot knows it.

    From memory where it can be: hundreds of rows of SQL take long.
    """
    found = {one.id: one.document for one in near if one.document >= 0}
    asked = list(dict.fromkeys(id for id in (*(one.id for one in near), *ids) if id not in found))
    if bench.snapshot.vectors is not None:
        found |= bench.snapshot.vectors.documents(asked)
    found |= groups_of(bench.connection, [id for id in asked if id not in found])
    return {id: key for id, key in found.items() if key in bench.snapshot.cards}


def _weights(asking: _Asking, dense: Sequence[Scored]) -> Weights:
    if asking.mode == "dense" or asking.bench.snapshot.passages is None or not asking.lexical:
        return Weights(lexical=0.0)
    if asking.mode == "lexical":
        return Weights(lexical=1.0)
    coverage = asking.lexical[0].score / asking.ideal
    question, stands_out = asking.question, peak([one.score for one in dense])
    return asking.bench.ranking.weights(question.language, question.known, coverage, stands_out)


def _ideal(bench: Bench, question: Understood) -> float:
    passages = bench.snapshot.passages
    return max(passages.ideal(question.clauses), 1e-9) if passages is not None else 1.0


def _array(ids: Sequence[int], scores: dict[int, float]) -> Scores:
    return np.array([scores.get(id, 0.0) for id in ids], dtype=np.float64)
