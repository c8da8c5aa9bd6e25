"""Answers a question with cited excerpts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from kb.ports import Embedder, Reranker
from kb.search.bridge import Carried
from kb.search.cite import cite
from kb.search.confidence import confidence
from kb.search.engine import Bench, Found, encode, find
from kb.search.exact import (
    Pool,
    Shelf,
    exact_marks,
    figures_said,
    holding_figures,
    pool,
    promoted,
    strongest,
)
from kb.search.filters import admitted, coverage, unclear_places, undated
from kb.search.marks import marked, merged
from kb.search.matched import matched, without_choices
from kb.search.question import SAYS_SOMETHING, Understood, understand
from kb.search.ranking import Ranking
from kb.search.reading import Wishes, read
from kb.search.relatives import by_main, relatives
from kb.search.rerank import reranked
from kb.search.select import Candidate, spread, without_repeats
from kb.search.typos import Mending, Slip, mend
from kb.store.documents import Passage
from kb.store.held import Reader
from kb.store.snapshot import Snapshot
from kb.text.tokens import bigrams
from kb.types import (
    Answer,
    Document,
    DocumentCard,
    Excerpt,
    Filters,
    Hit,
    Note,
    Question,
    Reading,
    Region,
    Why,
)

_COPIED = 0.95  # of a passage's character pairs that a pasted text must have
_TRANSLATIONS_SHOWN = 3  # Chinese forms of one English term


@dataclass(frozen=True, slots=True)
class Desk:
    """What answering needs beside the question."""

    snapshot: Snapshot
    reader: Reader
    embedder: Callable[[], Embedder]  # opened only when vectors are searched
    reranker: Callable[[], Reranker]
    ranking: Ranking
    home_region: Region
    cache_folder: Path
    today: date

    @property
    def connection(self) -> Connection:
        """One view of the truth."""
        return self.reader.connection

    def shelf(self, filters: Filters) -> Shelf:
        """Where demands are looked up under these filters."""
        return Shelf(self.snapshot, self.reader, admitted(self.snapshot.columns, filters))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that was made of it."""

    question: Question
    wishes: Wishes
    understood: Understood
    filters: Filters
    pool: Pool
    slips: tuple[Slip, ...] = ()


def answer(question: Question, desk: Desk) -> Answer:
    """The answer to a question. Raises `QuestionError` when it is empty, too long, or asks for no hits."""
    text = question.text.strip()
    wishes = read(text, desk.today, question.literal)
    understood, slips = _understood(question, wishes, desk)
    filters, notes = _with_home(question.filters, understood, desk.home_region)
    if filters.years is None and wishes.years:
        filters = replace(filters, years=wishes.years)
    shelf = desk.shelf(filters)
    asked = Asked(question, wishes, understood, filters, pool(shelf, wishes, understood.clauses), slips)
    matching = _matching(asked, desk)  # before finding, which then knows what these documents score
    excerpts = _excerpts(asked, desk, shelf, _find(asked, desk, shelf))
    if translations := _translations(understood.carried):
        notes += (Note("translated", "；".join(translations)),)
    return Answer(
        text,
        understood.language,
        excerpts,
        coverage(desk.snapshot.columns, shelf.within, bool(excerpts)),
        notes,
        _reading(asked, desk, excerpts),
        filters,
        _cards(matching, desk.snapshot, excerpts),
    )


def _understood(question: Question, wishes: Wishes, desk: Desk) -> tuple[Understood, tuple[Slip, ...]]:
    """The words of the question, and what in them was mended."""
    understood = understand(wishes.text, desk.ranking, desk.cache_folder)
    index = desk.snapshot.passages
    if question.literal or wishes.pasted or index is None:
        return understood, ()
    return mend(understood, Mending(index, desk.ranking, desk.cache_folder))


def _with_home(filters: Filters, understood: Understood, home: Region) -> tuple[Filters, tuple[Note, ...]]:
    """Leaves one's own region out when the question asks about others."""
    if not (understood.elsewhere and home) or filters.regions:
        return filters, ()
    own = "/".join(home)
    return replace(filters, not_regions=(*filters.not_regions, own)), (Note("own_left_out", home[-1]),)


def _find(asked: Asked, desk: Desk, shelf: Shelf) -> list[Found]:
    if (
        desk.snapshot.model is None
        or (shelf.within is not None and not shelf.within)
        or asked.pool.scored == ()
    ):
        return []
    mode, understood = asked.question.mode, asked.understood
    vector = None if mode == "lexical" else encode(understood, desk.embedder(), desk.ranking)
    gains = holding_figures(shelf, asked.wishes.figures, understood.clauses)
    moving = bool(gains or asked.pool.tiers)  # then the last of the ranking may come out first
    bench = Bench(
        desk.snapshot,
        desk.connection,
        shelf.within,
        desk.ranking,
        asked.pool.scored,
        strongest(gains),
        None if moving else _read_on(asked.question, desk.ranking),
    )
    return promoted(find(bench, understood, vector, mode), asked.pool, gains, asked.wishes.bare)


def _read_on(question: Question, ranking: Ranking) -> int:
    """How many passages are read, of which the hits are chosen."""
    return max(ranking.passages_read, question.top_k)


def _reading(asked: Asked, desk: Desk, excerpts: Sequence[Excerpt]) -> Reading:
    """What was read out of the question, for showing it."""
    columns, dateless = desk.snapshot.columns, 0
    if asked.wishes.years and asked.filters.years == asked.wishes.years:
        dateless = undated(columns, admitted(columns, replace(asked.filters, years=None)))
    return Reading(
        phrases=asked.wishes.phrases,
        numbers=tuple(map(str, asked.wishes.numbers)),
        figures=tuple(figure.quote for figure in asked.wishes.figures),
        years=asked.wishes.years if asked.filters.years == asked.wishes.years else None,
        amounts=asked.wishes.amounts,
        undated=dateless,
        absent=asked.pool.absent,
        corrected=tuple((slip.typed, slip.meant) for slip in asked.slips),
        copied_from=_copied_from(asked, excerpts),
        places=unclear_places(columns, asked.question.filters),
    )


def _copied_from(asked: Asked, excerpts: Sequence[Excerpt]) -> tuple[tuple[str, str], ...]:
    """The documents of the hits that stand in a pasted text nearly word for word."""
    if not asked.wishes.pasted:
        return ()
    pairs = frozenset(bigrams(asked.question.text))
    found = {}
    for excerpt in excerpts:
        own = frozenset(bigrams(excerpt.citation.quote))
        if len(own & pairs) >= _COPIED * len(own):
            found[excerpt.citation.doc_id] = excerpt.citation.document.title
    return tuple(found.items())


def _matching(asked: Asked, desk: Desk) -> frozenset[int]:
    """Keys of the documents that the question matches, whatever was chosen beside the results."""
    free = without_choices(asked.filters)
    shelf = desk.shelf(free)
    satisfied = asked.pool if free == asked.filters else pool(shelf, asked.wishes, asked.understood.clauses)
    return matched(shelf, satisfied, asked.understood.clauses)


def _cards(
    matching: frozenset[int], snapshot: Snapshot, excerpts: Sequence[Excerpt]
) -> tuple[DocumentCard, ...]:
    """The documents that the question matches; those of the hits are always among them."""
    hits = snapshot.columns.id.among(excerpt.citation.doc_id for excerpt in excerpts).nonzero()[0]
    return tuple(
        snapshot.cards[key] for key in sorted(matching.union(hits.tolist())) if key in snapshot.cards
    )


def _excerpts(asked: Asked, desk: Desk, shelf: Shelf, found: Sequence[Found]) -> tuple[Excerpt, ...]:
    question = asked.question
    read_on = _read_on(question, desk.ranking)
    rows = desk.reader.passages([one.id for one in found[:read_on]])
    candidates = [Candidate(one, rows[one.id].text) for one in found[:read_on] if one.id in rows]
    if question.mode == "hybrid":
        candidates = reranked(candidates, asked.wishes.text, desk.reranker(), desk.ranking.rerank_share)
    demanded = asked.pool.scored
    holding = None if demanded is None else {one.id for one in demanded}
    candidates = by_main(candidates, shelf, asked.understood.wanted, holding)
    rows |= desk.reader.passages([one.found.id for one in candidates if one.found.id not in rows])
    unique = without_repeats(candidates, desk.ranking.same_passage)
    broad = (asked.understood.broad or asked.wishes.pasted) and not asked.pool.tiers
    chosen = spread(unique, desk.snapshot.cards, question.top_k, question.per_region, broad)
    documents: dict[str, Document] = {}
    excerpts = []
    for rank, candidate in enumerate(chosen, start=1):
        passage = rows[candidate.found.id]
        if passage.chunk.doc_id not in documents:
            documents[passage.chunk.doc_id] = desk.reader.document(passage.doc_key, passage.chunk.doc_id)
        excerpts.append(
            excerpt_of(rank, candidate.found, passage, documents[passage.chunk.doc_id], asked, desk)
        )
    return tuple(excerpts)


def excerpt_of(
    rank: int, found: Found, passage: Passage, document: Document, asked: Asked, desk: Desk
) -> Excerpt:
    """A passage as a user gets it: cited, marked, with how it came about."""
    understood = asked.understood
    citation = cite(document, desk.snapshot.cards[found.doc_key], passage.chunk.start, passage.chunk.end)
    marks, terms = marked(citation.quote, understood.terms)
    why = Why(
        dense_score=found.dense,
        lexical_score=found.lexical,
        document_score=found.document,
        lexical_weight=found.lexical_weight,
        terms=terms,
        translations=tuple(_translations(understood.carried)),
        document_weight=found.document_weight,
        figures=figures_said(citation.quote, asked.wishes.figures),
    )
    hit = Hit(passage.chunk, found.score, found.dense_rank, found.lexical_rank, why)
    others = relatives(citation.document, desk.snapshot)
    exact = exact_marks(citation.quote, asked.wishes)
    sure = confidence(found, understood, asked.question.mode)
    return Excerpt(rank, hit, citation, sure, merged([*marks, *exact]), others)


def _translations(carried: Sequence[Carried]) -> list[str]:
    return [
        f"{term.english}→{'、'.join(term.chinese[:_TRANSLATIONS_SHOWN])}"
        for term in carried
        if term.chinese and term.weight >= SAYS_SOMETHING
    ]
