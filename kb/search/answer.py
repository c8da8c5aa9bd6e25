"""Answers a question with cited excerpts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from kb.ports import Embedder
from kb.search.bridge import Carried
from kb.search.cite import cite
from kb.search.confidence import confidence
from kb.search.engine import Bench, Found, encode, find
from kb.search.filters import admitted, regions_of
from kb.search.question import Understood, understand
from kb.search.ranking import Ranking
from kb.search.select import Candidate, spread, without_repeats
from kb.store.documents import Passage, get_document, passages
from kb.store.snapshot import Snapshot
from kb.text.normalise import fold_with_origin
from kb.types import Answer, Document, Excerpt, Filters, Hit, Question, Region, SearchCoverage, Why

_TRANSLATIONS_SHOWN = 3  # Chinese forms of one English term
_WEIGHT_SHOWN = 0.3  # of a term that is worth telling


@dataclass(frozen=True, slots=True)
class Desk:
    """What answering needs beside the question."""

    snapshot: Snapshot
    connection: Connection
    embedder: Callable[[], Embedder]  # opened only when vectors are searched
    ranking: Ranking
    home_region: Region
    cache_folder: Path


def answer(question: Question, desk: Desk) -> Answer:
    """The answer to a question. Raises `QuestionError` when it is empty, too long, or asks for no hits."""
    understood = understand(question.text, desk.ranking, desk.cache_folder)
    filters, notes = _with_home(question.filters, understood, desk.home_region)
    within = admitted(desk.snapshot.cards, filters)
    cards = [card for key, card in desk.snapshot.cards.items() if within is None or key in within]
    found = _find(question, understood, desk, within)
    excerpts = _excerpts(question, understood, desk, found)
    if translations := _translations(understood.carried):
        notes += ("英文问题，已译：" + "；".join(translations),)
    coverage = SearchCoverage(len(cards), regions_of(cards), bool(excerpts))
    return Answer(understood.text, understood.language, excerpts, coverage, notes)


def _with_home(filters: Filters, understood: Understood, home: Region) -> tuple[Filters, tuple[str, ...]]:
    """Leaves one's own region out when the question asks about others."""
    if not (understood.elsewhere and home) or filters.regions:
        return filters, ()
    own = "/".join(home)
    return replace(filters, not_regions=(*filters.not_regions, own)), (f"已排除本区（{home[-1]}）",)


def _find(
    question: Question, understood: Understood, desk: Desk, within: frozenset[int] | None
) -> list[Found]:
    if desk.snapshot.model is None or within == frozenset():
        return []
    vector = None if question.mode == "lexical" else encode(understood, desk.embedder(), desk.ranking)
    bench = Bench(desk.snapshot, desk.connection, within, desk.ranking)
    return find(bench, understood, vector, question.mode)


def _excerpts(
    question: Question, understood: Understood, desk: Desk, found: Sequence[Found]
) -> tuple[Excerpt, ...]:
    read = max(desk.ranking.passages_read, question.top_k)
    rows = passages(desk.connection, [one.id for one in found[:read]])
    candidates = [Candidate(one, rows[one.id].text) for one in found[:read] if one.id in rows]
    unique = without_repeats(candidates, desk.ranking.same_passage)
    chosen = spread(unique, desk.snapshot.cards, question.top_k, question.per_region, understood.broad)
    documents: dict[str, Document] = {}
    excerpts = []
    for rank, candidate in enumerate(chosen, start=1):
        passage = rows[candidate.found.id]
        if passage.chunk.doc_id not in documents:
            documents[passage.chunk.doc_id] = get_document(desk.connection, passage.chunk.doc_id)
        excerpts.append(
            _excerpt(rank, candidate.found, passage, documents[passage.chunk.doc_id], understood, desk)
        )
    return tuple(excerpts)


def _excerpt(
    rank: int, found: Found, passage: Passage, document: Document, understood: Understood, desk: Desk
) -> Excerpt:
    citation = cite(document, desk.snapshot.cards[found.doc_key], passage.chunk.start, passage.chunk.end)
    marks, terms = marked(citation.quote, understood.terms)
    why = Why(
        dense_score=found.dense,
        lexical_score=found.lexical,
        document_score=found.document,
        lexical_weight=found.lexical_weight,
        terms=terms,
        translations=tuple(_translations(understood.carried)),
    )
    hit = Hit(passage.chunk, found.score, found.dense_rank, found.lexical_rank, why)
    return Excerpt(rank, hit, citation, confidence(understood, terms), marks)


def marked(quote: str, terms: Sequence[str]) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...]]:
    """Spans of `quote` that hold one of the folded `terms`, merged and in order, and the terms found."""
    folded = fold_with_origin(quote)
    spans: list[tuple[int, int]] = []
    present: list[str] = []
    for term in terms:
        at = folded.text.find(term)
        if at >= 0:
            present.append(term)
        while at >= 0:
            spans.append((folded.origin[at], folded.origin[at + len(term) - 1] + 1))
            at = folded.text.find(term, at + 1)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged), tuple(present)


def _translations(carried: Sequence[Carried]) -> list[str]:
    return [
        f"{term.english}→{'、'.join(term.chinese[:_TRANSLATIONS_SHOWN])}"
        for term in carried
        if term.chinese and term.weight >= _WEIGHT_SHOWN
    ]
