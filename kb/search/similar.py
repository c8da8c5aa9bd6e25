"""Passages like a given one: what other districts write about the same thing."""

from __future__ import annotations

from dataclasses import replace

from kb.errors import NotFound
from kb.ports import Vector
from kb.search.answer import Asked, Desk, excerpt_of
from kb.search.cite import cite
from kb.search.engine import Bench, Found, find
from kb.search.exact import Pool
from kb.search.filters import admitted, coverage, district
from kb.search.question import understand
from kb.search.reading import Wishes
from kb.search.select import Candidate, spread, without_repeats
from kb.store.documents import chunks_of, embedded_text, get_document
from kb.store.embeddings import vectors_of
from kb.types import Answer, Chunk, Document, DocumentCard, Note, Question, SimilarTo

_MOST_CHARACTERS = 2000  # of the passage that are looked at
_LEAST = 0.6  # of the best score; what is below is like it in nothing but its words
_SAME_SPAN = 0.6  # of a passage that the span must share with it, and the other way round


def similar(wanted: SimilarTo, desk: Desk) -> Answer:
    """Passages like `wanted`, other districts before its own, and none from its own document.

    What repeats it nearly word for word is folded, and the notes say how often. Raises `NotFound`, or
    `QuestionError` for a span outside the text.
    """
    document = get_document(desk.connection, wanted.doc_id)
    key = desk.snapshot.columns.key_of(document.id)
    if key is None:
        raise NotFound(f"no document has the id {document.id}: `kb list` shows the ids")
    card = desk.snapshot.cards[key]
    text = cite(document, card, wanted.start, wanted.end).quote[:_MOST_CHARACTERS].strip()
    filters = replace(wanted.filters, not_documents=(*wanted.filters.not_documents, document.id))
    within = admitted(desk.snapshot.columns, filters)
    understood = understand(text, desk.ranking, desk.cache_folder)
    asked = Asked(Question(text, wanted.top_k, filters), Wishes(text), understood, filters, Pool())
    found: list[Found] = []
    most = desk.ranking.passages_read + wanted.top_k
    if desk.snapshot.model is not None and within:
        bench = Bench(desk.snapshot, desk.connection, within, desk.ranking, most=most)
        found = find(bench, understood, _vector(document, wanted, text, desk), "hybrid")
    kept, folded = _unlike(found, key, text, desk)
    kept.sort(key=lambda one: _near(desk.snapshot.cards[one.found.doc_key], card))
    chosen = spread(kept, desk.snapshot.cards, wanted.top_k, None, broad=True)
    rows = desk.reader.passages([one.found.id for one in chosen])
    hits = tuple(
        excerpt_of(
            rank,
            one.found,
            rows[one.found.id],
            desk.reader.document(one.found.doc_key, rows[one.found.id].chunk.doc_id),
            asked,
            desk,
        )
        for rank, one in enumerate(chosen, start=1)
    )
    notes = (Note("folded", str(folded)),) if folded else ()
    asked_of = coverage(desk.snapshot.columns, within, bool(hits))
    return Answer(text, understood.language, hits, asked_of, notes, filters=filters)


def _vector(document: Document, wanted: SimilarTo, text: str, desk: Desk) -> Vector:
    """The vector kept for the passage, or one made for a span that is no passage of ours."""
    chunk = max(chunks_of(desk.connection, document.id), key=lambda one: _shared(one, wanted), default=None)
    if chunk is not None and _shared(chunk, wanted) >= _SAME_SPAN and desk.snapshot.model is not None:
        kept = vectors_of(desk.connection, desk.snapshot.model.name, [chunk.id])
        if chunk.id in kept:
            return kept[chunk.id]
    span = Chunk(1, document.id, wanted.start, min(wanted.end, wanted.start + len(text)), ())
    made: Vector = desk.embedder().passages([embedded_text(document.title, span, document.text)])[0]
    return made


def _shared(chunk: Chunk, wanted: SimilarTo) -> float:
    """How much the span and a passage cover each other, 0..1."""
    common = min(chunk.end, wanted.end) - max(chunk.start, wanted.start)
    return max(0, common) / max(chunk.end - chunk.start, wanted.end - wanted.start)


def _unlike(found: list[Found], key: int, text: str, desk: Desk) -> tuple[list[Candidate], int]:
    """The candidates that repeat neither the passage nor one another, and how many repeated the passage."""
    rows = desk.reader.passages([one.id for one in found])
    own = Candidate(replace(found[0], id=0, doc_key=key), text) if found else None
    candidates = [Candidate(one, rows[one.id].text) for one in found if one.id in rows]
    if own is None:
        return [], 0
    same = desk.ranking.same_passage
    folded = sum(len(without_repeats([own, one], same)) == 1 for one in candidates)
    least = _LEAST * found[0].score
    likely = [one for one in candidates if one.found.score >= least]
    return without_repeats([own, *likely], same)[1:], folded


def _near(card: DocumentCard, own: DocumentCard) -> bool:
    """Whether a document comes from the same district; one of unknown region does not."""
    return bool(card.region) and district(card.region) == district(own.region)
