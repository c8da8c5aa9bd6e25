"""What the tools give, as JSON: `search` and `fetch` as connectors expect them, the others richer.

Leaner than the shapes of `/api/v1`: a model reads every word. Offsets are half-open code points of the
document's text; blank strings and empty lists mean unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.surfaces.kin import title_of
from kb.surfaces.mcp.places import Addresses, Page
from kb.surfaces.messages import Words
from kb.surfaces.said import demands, lacks, noted, restrictions
from kb.surfaces.wire import card_of
from kb.types import Answer, Cell, CellState, Citation, Comparison, Confidence, Document, Excerpt, Flag
from kb.write.references import reference

_ZH = Words("zh")


@dataclass(frozen=True, slots=True)
class FoundOut:
    """A document that answers."""

    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class ConnectorSearchOut:
    """Documents, best first; `fetch` takes their ids."""

    results: list[FoundOut]


@dataclass(frozen=True, slots=True)
class ConnectorFetchOut:
    """A document's text; `metadata.next` is the id of the following page of a long one."""

    id: str
    title: str
    text: str
    url: str
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True)
class WarningOut:
    """A warning about the text: say it where you quote. start == end concerns the whole document."""

    name: str
    evidence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PassageOut:
    """An exact quotation: the document's `text[start:end] == quote`. `id` names it for `fetch`."""

    id: str
    quote: str
    title: str
    region: str
    issuer: str
    issued: str
    number: str
    place: str
    page: int | None
    doc_id: str
    start: int
    end: int
    url: str
    reference: str
    confidence: Confidence
    warnings: list[WarningOut]


@dataclass(frozen=True, slots=True)
class KbSearchOut:
    """Passages, best first. `understood` says in Chinese what the question was read as."""

    passages: list[PassageOut]
    documents: int
    regions: int
    found: bool
    understood: list[str]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class KbCellOut:
    """What a column says on a dimension, word for word; not_mentioned has no passage."""

    dimension: str
    state: CellState
    passages: list[PassageOut]
    figures: list[str]


@dataclass(frozen=True, slots=True)
class KbColumnOut:
    """A district or one document, by the titles of its documents."""

    name: str
    documents: list[FoundOut]
    cells: list[KbCellOut]


@dataclass(frozen=True, slots=True)
class KbCompareOut:
    """Practices side by side; found, weak and not_mentioned count cells."""

    topic: str
    lens: str
    dimensions: list[str]
    columns: list[KbColumnOut]
    found: int
    weak: int
    not_mentioned: int
    left_out: list[str]


@dataclass(frozen=True, slots=True)
class HeadingOut:
    """A section by its headings, from the outermost in."""

    path: list[str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class KbDocumentOut:
    """A page of a document: `text` is its `[start, end)` of `length`; ask again from `next`."""

    id: str
    title: str
    region: str
    issuer: str
    issued: str
    number: str
    kind: str
    topics: list[str]
    source: str
    reference: str
    url: str
    length: int
    start: int
    end: int
    next: int | None
    text: str
    outline: list[HeadingOut]
    warnings: list[WarningOut]


def connector_search_out(answer: Answer, addresses: Addresses, most: int) -> ConnectorSearchOut:
    """The documents of an answer, each once, opening at its best passage."""
    best: dict[str, Citation] = {}
    for excerpt in answer.hits:
        best.setdefault(excerpt.citation.doc_id, excerpt.citation)
    return ConnectorSearchOut(
        [
            FoundOut(id, title_of(citation.document, _ZH), addresses.citation(citation))
            for id, citation in list(best.items())[:most]
        ]
    )


def connector_fetch_out(id: str, document: Document, page: Page, addresses: Addresses) -> ConnectorFetchOut:
    """A page of a document with what is known about it."""
    known = {
        "source": _file_name(document),
        "region": "/".join(document.region),
        "issuer": document.issuer,
        "issued": document.issued,
        "number": document.number,
        "kind": document.kind,
        "reference": reference(card_of(document)),
        "warnings": "；".join(f"{flag.name}: {flag.evidence}" for flag in document.flags),
        "length": str(len(document.text)),
        "next": f"{document.id}:{page.following}-{len(document.text)}" if page.following else "",
    }
    metadata = {name: value for name, value in known.items() if value}
    return ConnectorFetchOut(
        id, title_of(document, _ZH), page.text, addresses.document(document.id), metadata
    )


def kb_search_out(answer: Answer, addresses: Addresses) -> KbSearchOut:
    """The passages of an answer."""
    reading = answer.reading
    return KbSearchOut(
        passages=[_excerpt_out(excerpt, addresses) for excerpt in answer.hits],
        documents=answer.coverage.documents,
        regions=answer.coverage.regions,
        found=answer.coverage.found,
        understood=[*restrictions(reading, _ZH), *demands(reading, _ZH), *lacks(reading, _ZH)],
        notes=list(noted(answer.notes, Words("zh"))),
    )


def kb_compare_out(comparison: Comparison, addresses: Addresses) -> KbCompareOut:
    """A comparison, column by column."""
    coverage = comparison.coverage
    return KbCompareOut(
        topic=comparison.topic,
        lens=comparison.lens,
        dimensions=list(comparison.dimensions),
        columns=[
            KbColumnOut(
                column.name,
                [
                    FoundOut(card.id, title_of(card, _ZH), addresses.document(card.id))
                    for card in column.documents
                ],
                [_cell_out(cell, addresses) for cell in column.cells],
            )
            for column in comparison.columns
        ],
        found=coverage.found,
        weak=coverage.weak,
        not_mentioned=coverage.not_mentioned,
        left_out=list(coverage.left_out),
    )


def kb_document_out(document: Document, page: Page, addresses: Addresses) -> KbDocumentOut:
    """A page of a document with its metadata and whole outline."""
    return KbDocumentOut(
        id=document.id,
        title=title_of(document, _ZH),
        region="/".join(document.region),
        issuer=document.issuer,
        issued=document.issued,
        number=document.number,
        kind=document.kind,
        topics=list(document.topics),
        source=_file_name(document),
        reference=reference(card_of(document)),
        url=addresses.document(document.id),
        length=len(document.text),
        start=page.start,
        end=page.end,
        next=page.following,
        text=page.text,
        outline=[HeadingOut(list(one.path), one.start, one.end) for one in document.sections if one.path],
        warnings=_warnings(document.flags),
    )


def _excerpt_out(excerpt: Excerpt, addresses: Addresses) -> PassageOut:
    return _passage_out(excerpt.citation, excerpt.confidence, addresses)


def _cell_out(cell: Cell, addresses: Addresses) -> KbCellOut:
    sure = zip(cell.citations, cell.confidences, strict=True)
    return KbCellOut(
        cell.dimension,
        cell.state,
        [_passage_out(citation, confidence, addresses) for citation, confidence in sure],
        [figure.quote for figure in cell.figures],
    )


def _passage_out(citation: Citation, confidence: Confidence, addresses: Addresses) -> PassageOut:
    card = citation.document
    return PassageOut(
        id=f"{card.id}:{citation.start}-{citation.end}",
        quote=citation.quote,
        title=title_of(card, _ZH),
        region="/".join(card.region),
        issuer=card.issuer,
        issued=card.issued,
        number=card.number,
        place=citation.paragraph,
        page=citation.page,
        doc_id=card.id,
        start=citation.start,
        end=citation.end,
        url=addresses.citation(citation),
        reference=reference(card),
        confidence=confidence,
        warnings=_warnings(citation.flags),
    )


def _file_name(document: Document) -> str:
    """The file without its folders: how this machine is arranged is nobody's business elsewhere."""
    return document.source.rpartition("/")[2]


def _warnings(flags: tuple[Flag, ...]) -> list[WarningOut]:
    return [WarningOut(flag.name, flag.evidence, flag.start, flag.end) for flag in flags]
