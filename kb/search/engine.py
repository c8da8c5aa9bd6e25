"""Finds passages: both indexes, the whole-document score, fusion. Gives ids and ranks, no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from kb.ports import Embedder, Scored, Vector
from kb.search.fuse import Weights, fused, ranks
from kb.search.question import Understood
from kb.search.ranking import Ranking
from kb.store.documents import groups_of
from kb.store.embeddings import vectors_of
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


def encode(question: Understood, embedder: Embedder, ranking: Ranking) -> Vector:
    """The question's vector; an English one is drawn towards its Chinese rendering."""
    vector = embedder.query(question.text)
    if not question.rendering or ranking.rendering_share == 0:
        return vector
    other = embedder.query(question.rendering)
    mixed = (1 - ranking.rendering_share) * vector + ranking.rendering_share * other
    result: Vector = (mixed / np.linalg.norm(mixed)).astype(np.float32)
    return result


def find(
    snapshot: Snapshot,
    connection: Connection,
    question: Understood,
    vector: Vector | None,
    mode: Mode,
    within: frozenset[int] | None,
    ranking: Ranking,
) -> list[Found]:
    """Passages, best first. `vector` is the encoded question, None in mode lexical.

    In mode hybrid every candidate of either ranking gets all three scores before they are fused.
    """
    dense, lexical = _lists(snapshot, question, vector, mode, within, ranking)
    ids = list(dict.fromkeys(scored.id for scored in [*dense, *lexical]))
    groups = groups_of(connection, ids)
    ids = [id for id in ids if id in groups and groups[id] in snapshot.cards]
    if not ids:
        return []
    dense_scores = {scored.id: scored.score for scored in dense}
    lexical_scores = {scored.id: scored.score for scored in lexical}
    document_scores: dict[int, float] = {}
    if mode == "hybrid":
        if vector is not None and snapshot.model is not None:
            missing = [id for id in ids if id not in dense_scores]
            rows = vectors_of(connection, snapshot.model.name, missing)
            dense_scores |= {id: float(row @ vector) for id, row in rows.items()}
        if snapshot.passages is not None and snapshot.documents is not None:
            missing = [id for id in ids if id not in lexical_scores]
            lexical_scores |= snapshot.passages.scores(question.clauses, missing)
            document_scores = snapshot.documents.scores(question.clauses, sorted({groups[id] for id in ids}))
    weights = _weights(snapshot, question, lexical, mode, ranking)
    scores = fused(
        _array(ids, dense_scores),
        _array(ids, lexical_scores),
        _array([groups[id] for id in ids], document_scores),
        weights,
    )
    dense_ranks = ranks([scored.id for scored in dense])
    lexical_ranks = ranks([scored.id for scored in lexical])
    found = [
        Found(
            id,
            groups[id],
            float(score),
            dense_scores.get(id),
            lexical_scores.get(id),
            document_scores.get(groups[id]),
            dense_ranks.get(id),
            lexical_ranks.get(id),
            weights.lexical,
        )
        for id, score in zip(ids, scores, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.score, one.id))


def _lists(
    snapshot: Snapshot,
    question: Understood,
    vector: Vector | None,
    mode: Mode,
    within: frozenset[int] | None,
    ranking: Ranking,
) -> tuple[list[Scored], list[Scored]]:
    dense: list[Scored] = []
    lexical: list[Scored] = []
    if mode != "lexical" and vector is not None and snapshot.vectors is not None:
        dense = snapshot.vectors.search(vector, ranking.candidates, within)
    if mode != "dense" and snapshot.passages is not None:
        lexical = snapshot.passages.search(question.clauses, ranking.candidates, within)
    return dense, lexical


def _weights(
    snapshot: Snapshot, question: Understood, lexical: Sequence[Scored], mode: Mode, ranking: Ranking
) -> Weights:
    if mode == "dense" or snapshot.passages is None or not lexical:
        return Weights(lexical=0.0, document=0.0)
    if mode == "lexical":
        return Weights(lexical=1.0, document=0.0)
    coverage = lexical[0].score / max(snapshot.passages.ideal(question.clauses), 1e-9)
    return ranking.weights(question.language, coverage, question.glossary_share)


def _array(ids: Sequence[int], scores: dict[int, float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([scores.get(id, 0.0) for id in ids], dtype=np.float64)
