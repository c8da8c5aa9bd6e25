"""From the library's values to the JSON shapes of `kb.surfaces.shapes`, for the command line and the API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.store.places import label_of
from kb.surfaces import shapes
from kb.surfaces.kin_shapes import FamilyMemberOut, FamilyOut, RelativeOut
from kb.surfaces.messages import Words
from kb.surfaces.narrowing import facets_out, in_force_out, understood_out
from kb.surfaces.said import noted
from kb.types import (
    Answer,
    Cell,
    Citation,
    Comparison,
    Document,
    DocumentCard,
    Excerpt,
    Family,
    Figure,
    Flag,
    Hit,
    Lens,
    Removed,
)
from kb.write.references import reference

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def to_json(value: DataclassInstance) -> str:
    """One JSON object on one line, Chinese readable."""
    fields = lambda one: {name: getattr(one, name) for name in one.__dataclass_fields__}  # noqa: E731
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=fields)


def card_of(document: Document, chunks: int = 0) -> DocumentCard:
    """The card of a document; `chunks` is the number of its passages."""
    return DocumentCard(
        id=document.id,
        source=label_of(document.source),
        version=document.version,
        title=document.title,
        issuer=document.issuer,
        region=document.region,
        issued=document.issued,
        number=document.number,
        kind=document.kind,
        origin=document.origin,
        flags=document.flags,
        chunks=chunks,
        topics=document.topics,
    )


def flags_out(flags: Sequence[Flag]) -> list[shapes.FlagOut]:
    """Flags as objects, in order."""
    return [shapes.FlagOut(flag.name, flag.evidence, flag.start, flag.end) for flag in flags]


def citation_out(citation: Citation) -> shapes.CitationOut:
    """A citation with its reference entry."""
    return shapes.CitationOut(
        doc_id=citation.doc_id,
        title=citation.document.title,
        path=list(citation.path),
        paragraph=citation.paragraph,
        page=citation.page,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        quote_sha256=citation.quote_sha256,
        version=citation.version,
        reference=reference(citation.document),
        flags=flags_out(citation.flags),
    )


def why_out(hit: Hit) -> shapes.WhyOut:
    """How a hit came about."""
    return shapes.WhyOut(
        dense_rank=hit.dense_rank,
        lexical_rank=hit.lexical_rank,
        dense_score=hit.why.dense_score,
        lexical_score=hit.why.lexical_score,
        document_score=hit.why.document_score,
        lexical_weight=hit.why.lexical_weight,
        document_weight=hit.why.document_weight,
        terms=list(hit.why.terms),
        translations=list(hit.why.translations),
        figures=list(hit.why.figures),
    )


def hit_out(excerpt: Excerpt, explain: bool = False) -> shapes.HitOut:
    """One passage of an answer; `explain` adds ranks, scores and terms."""
    citation, card = excerpt.citation, excerpt.citation.document
    return shapes.HitOut(
        rank=excerpt.rank,
        score=round(float(excerpt.hit.score), 6),
        confidence=excerpt.confidence,
        chunk_id=str(excerpt.hit.chunk.id),
        doc_id=card.id,
        title=card.title,
        region=list(card.region),
        issuer=card.issuer,
        issued=card.issued,
        number=card.number,
        kind=card.kind,
        text=citation.quote,
        marks=[shapes.SpanOut(start, end) for start, end in excerpt.marks],
        citation=citation_out(citation),
        flags=flags_out(citation.flags),
        also_in=[relative_out(card) for card in excerpt.relatives],
        why=why_out(excerpt.hit) if explain else None,
    )


def search_out(answer: Answer, explain: bool = False) -> shapes.SearchOut:
    """The answer to a question."""
    coverage = answer.coverage
    return shapes.SearchOut(
        query=answer.query,
        language=answer.language,
        hits=[hit_out(excerpt, explain) for excerpt in answer.hits],
        coverage=shapes.SearchCoverageOut(coverage.documents, coverage.regions, coverage.found),
        notes=list(noted(answer.notes, Words("zh"))),
        understood=understood_out(answer),
        filters=in_force_out(answer.filters),
        facets=facets_out(answer),
    )


def document_out(card: DocumentCard) -> shapes.DocumentOut:
    """A document's metadata without its text."""
    return shapes.DocumentOut(
        id=card.id,
        source=label_of(card.source),
        title=card.title,
        region=list(card.region),
        issuer=card.issuer,
        issued=card.issued,
        number=card.number,
        kind=card.kind,
        topics=list(card.topics),
        origin=card.origin,
        version=card.version,
        reference=reference(card),
        flags=flags_out(card.flags),
        chunks=card.chunks,
        family=card.work,
    )


def relative_out(card: DocumentCard) -> RelativeOut:
    """A document of the same work, by what tells it from the others."""
    return RelativeOut(
        card.id, card.title, label_of(card.source), list(card.region), card.issuer, card.issued
    )


def family_out(family: Family) -> FamilyOut:
    """A work with its copies."""
    others = [FamilyMemberOut(relative_out(one.document), one.share, one.by_hand) for one in family.others]
    return FamilyOut(relative_out(family.main), others)


def documents_out(
    cards: Sequence[DocumentCard], total: int | None = None, following: str | None = None
) -> shapes.DocumentsOut:
    """A list of documents: all, or one page of `total` with the cursor of the `following` page."""
    return shapes.DocumentsOut(
        documents=[document_out(card) for card in cards],
        total=len(cards) if total is None else total,
        next=following,
    )


def show_out(document: Document, family: Family, restored: Sequence[Removed] = ()) -> shapes.ShowOut:
    """One document with its cleaned text, outline, metadata and what cleaning removed."""
    return shapes.ShowOut(
        id=document.id,
        title=document.title,
        text=document.text,
        sections=[shapes.SectionOut(list(s.path), s.start, s.end, s.page) for s in document.sections],
        removed=_removed_out(document.removed),
        restored=_removed_out(restored),
        metadata=_metadata_out(document),
        flags=flags_out(document.flags),
        family=family_out(family),
    )


def _removed_out(pieces: Sequence[Removed]) -> list[shapes.RemovedOut]:
    return [shapes.RemovedOut(piece.key, piece.text, piece.rule) for piece in pieces]


def _metadata_out(document: Document) -> shapes.MetadataOut:
    facts = [shapes.FactOut(f.field, f.value, f.confidence, f.evidence) for f in document.facts]
    return shapes.MetadataOut(
        source=label_of(document.source),
        part=document.part,
        sha256=document.sha256,
        version=document.version,
        region=list(document.region),
        issuer=document.issuer,
        issued=document.issued,
        signed=document.stated("signed"),
        published=document.stated("published"),
        uploaded=document.stated("uploaded"),
        number=document.number,
        kind=document.kind,
        topics=list(document.topics),
        origin=document.origin,
        reference=reference(card_of(document)),
        facts=facts,
    )


def source_of(figure: Figure, citations: Sequence[Citation]) -> Citation | None:
    """The citation whose quotation holds the figure at its place; None when none of them does."""
    for citation in citations:
        inside = citation.start <= figure.start and figure.end <= citation.end
        if inside and citation.quote[figure.start - citation.start :].startswith(figure.quote):
            return citation
    return None


def _figure_out(figure: Figure, citations: Sequence[Citation]) -> shapes.FigureOut:
    source = source_of(figure, citations)
    return shapes.FigureOut(
        quantity=figure.quantity,
        unit=figure.unit,
        value_min=figure.value_min,
        value_max=figure.value_max,
        approx=figure.approx,
        quote=figure.quote,
        doc_id=source.doc_id if source else "",
        start=figure.start,
        end=figure.end,
        flags=flags_out(figure.flags),
    )


def _cell_out(cell: Cell) -> shapes.CellOut:
    return shapes.CellOut(
        dimension=cell.dimension,
        state=cell.state,
        citations=[citation_out(citation) for citation in cell.citations],
        figures=[_figure_out(figure, cell.citations) for figure in cell.figures],
        confidences=list(cell.confidences),
    )


def comparison_out(comparison: Comparison) -> shapes.ComparisonOut:
    """Practices side by side."""
    coverage = comparison.coverage
    return shapes.ComparisonOut(
        topic=comparison.topic,
        lens=comparison.lens,
        dimensions=list(comparison.dimensions),
        columns=[
            shapes.ColumnOut(
                column.name,
                [document_out(card) for card in column.documents],
                [_cell_out(cell) for cell in column.cells],
            )
            for column in comparison.columns
        ],
        coverage=shapes.CompareCoverageOut(
            coverage.documents,
            coverage.found,
            coverage.weak,
            coverage.not_mentioned,
            list(coverage.left_out),
        ),
    )


def lenses_out(lenses: Sequence[Lens]) -> shapes.LensesOut:
    """Lenses with their rows."""
    return shapes.LensesOut(
        [
            shapes.LensOut(
                lens.key,
                lens.name,
                lens.name_en,
                lens.description,
                [shapes.DimensionOut(d.name, d.name_en, d.description) for d in lens.dimensions],
            )
            for lens in lenses
        ]
    )
