"""What each page shows, as one value per page: templates read these and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from kb.surfaces import forms
from kb.surfaces.facets import Facets
from kb.surfaces.kin import FamilyView, RelativeView, region_of, relative_view, title_of
from kb.surfaces.messages import Words
from kb.surfaces.metadata_rows import MetadataRow
from kb.surfaces.reader import Line, OutlineEntry, RemovedGroup, flag_layers, line_start
from kb.surfaces.render import Layer, excerpt_span, marked
from kb.surfaces.said import explained
from kb.surfaces.shelving import Shelving
from kb.surfaces.spans import span_of
from kb.types import Citation, Confidence, Document, DocumentCard, Excerpt, Flag
from kb.write.references import reference

Tone = Literal["warning", "notice"]
WARNINGS = frozenset({"suspect_figure", "spun_text"})  # whoever quotes these words repeats a mistake
PASSAGE_LIMIT = 160  # characters of a passage at first sight: about four lines


@dataclass(frozen=True, slots=True)
class FlagView:
    """A warning in words."""

    name: str
    label: str
    tone: Tone
    evidence: str


@dataclass(frozen=True, slots=True)
class FlagGroup:
    """All warnings of one kind in a document, in the order of the text."""

    label: str
    tone: Tone
    places: tuple[tuple[str, str], ...]  # evidence, address of its line ("" when it concerns all of it)


@dataclass(frozen=True, slots=True)
class CitationView:
    """A citation that can be opened and copied."""

    url: str
    doc_id: str
    span: str  # for collecting it
    title: str
    region: str
    meta: tuple[str, ...]  # issuer, kind, number, date: those that are known
    path: str  # headings from the outermost in
    paragraph: str
    page: int | None
    quote: str
    reference: str
    flags: tuple[FlagView, ...]


@dataclass(frozen=True, slots=True)
class HitView:
    """One result."""

    rank: int
    confidence: Confidence
    score: str
    citation: CitationView
    short: Markup
    full: Markup | None  # when `short` is not all of it
    similar_url: str
    why: str
    relatives: tuple[RelativeView, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """The first page: the box, what the library holds, questions to begin with."""

    documents: int
    regions: int
    examples: tuple[tuple[str, str], ...]  # question, address


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Results, or why there are none."""

    form: forms.SearchForm
    facets: Facets
    taken: tuple[str, ...]  # filters read out of the words, which `literal_url` takes back
    told: tuple[str, ...]  # what else was read out of them, and what is not there
    literal_url: str
    without_url: str  # leaves out the documents that a pasted text stands in; "" when there is none
    problem: str  # "" when the question could be asked
    documents: int  # searched
    regions: int
    notes: tuple[str, ...]
    hits: tuple[HitView, ...]
    unsure: bool  # there are hits, and none of them can be trusted to answer
    near: tuple[tuple[str, str], ...]  # when nothing was found: question, address
    compare_url: str  # "" when fewer than two districts answered
    home_region: str
    unfiltered_url: str


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A document with its cited span."""

    document: Document
    title: str
    region: str
    groups: tuple[tuple[Line, ...], ...]
    pages: tuple[int, ...]  # of the file; () when it has one or none
    outline: tuple[OutlineEntry, ...]
    citation: CitationView | None
    lost: bool  # the address names a span that this text does not have (any more)
    metadata: tuple[MetadataRow, ...]
    correction: tuple[tuple[str, str, str], ...]  # field, label, value in its box
    problem: str  # why the correction was not kept
    warnings: tuple[FlagView, ...]  # each kind once, for the head of the page
    flags: tuple[FlagGroup, ...]
    removed: tuple[RemovedGroup, ...]
    restored: tuple[tuple[str, str], ...]  # key and words of pieces put back by hand
    reference: str
    family: FamilyView
    collection: str
    shelving: Shelving


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One line of the list of documents."""

    id: str
    url: str
    title: str
    source: str
    region: str
    issuer: str
    issued: str
    number: str
    kind: str
    flags: tuple[FlagView, ...]
    chunks: int
    collection: str


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What happened and what to do."""

    status: int
    detail: str


def flag_groups(document: Document, words: Words) -> tuple[FlagGroup, ...]:
    """A document's warnings by kind, each place once, warnings before notices."""
    places: dict[str, dict[tuple[str, str], None]] = {}
    for flag in document.flags:
        url = f"#p-{line_start(document, flag.start)}" if flag.end else ""
        places.setdefault(flag.name, {})[(flag.evidence, url)] = None
    groups = [
        FlagGroup(words.known("flag", name), _tone(name), tuple(found)) for name, found in places.items()
    ]
    return tuple(sorted(groups, key=lambda group: group.tone != "warning"))


def _tone(name: str) -> Tone:
    return "warning" if name in WARNINGS else "notice"


def distinct_flags(flags: Sequence[Flag], words: Words) -> tuple[FlagView, ...]:
    """One view per kind of warning, warnings before notices; the evidence of all of one kind together."""
    views = []
    for name in dict.fromkeys(flag.name for flag in flags):
        evidence = dict.fromkeys(flag.evidence for flag in flags if flag.name == name and flag.evidence)
        views.append(FlagView(name, words.known("flag", name), _tone(name), "；".join(evidence)))
    return tuple(sorted(views, key=lambda view: view.tone != "warning"))


def citation_view(citation: Citation, words: Words) -> CitationView:
    """A citation for a page."""
    card = citation.document
    return CitationView(
        url=forms.citation_url(citation),
        doc_id=card.id,
        span=span_of(citation),
        title=title_of(card, words),
        region=region_of(card),
        meta=tuple(part for part in (card.issuer, card.kind, card.number, card.issued) if part),
        path=" › ".join(citation.path),
        paragraph=citation.paragraph,
        page=citation.page,
        quote=citation.quote,
        reference=reference(card),
        flags=distinct_flags(citation.flags, words),
    )


def hit_view(excerpt: Excerpt, words: Words) -> HitView:
    """A result for the page: the sentences around the matched words first, the whole passage on demand."""
    citation = excerpt.citation
    layers = passage_layers(citation, excerpt.marks, words)
    start, end = excerpt_span(citation.quote, excerpt.marks, PASSAGE_LIMIT)
    cut = (start, end) != (0, len(citation.quote))
    return HitView(
        rank=excerpt.rank,
        confidence=excerpt.confidence,
        score=f"{excerpt.hit.score:.3f}",
        citation=citation_view(citation, words),
        short=marked(citation.quote, layers, start, end),
        full=marked(citation.quote, layers) if cut else None,
        why=explained(excerpt.hit, words),
        similar_url=forms.similar_url(citation.doc_id, citation.start, citation.end),
        relatives=tuple(relative_view(card, words) for card in excerpt.relatives),
    )


def passage_layers(citation: Citation, marks: Sequence[tuple[int, int]], words: Words) -> list[Layer]:
    """Layers for a quotation: damaged words of the document, and the words that matched the question."""
    return [*flag_layers(citation.flags, words, citation.start), Layer("mark", "term", tuple(marks))]


def document_row(card: DocumentCard, words: Words) -> DocumentRow:
    """One line of the list of documents."""
    return DocumentRow(
        id=card.id,
        url=forms.document_url(card.id),
        title=title_of(card, words),
        source=card.source,
        region=region_of(card),
        issuer=card.issuer,
        issued=card.issued,
        number=card.number,
        kind=card.kind,
        flags=distinct_flags(card.flags, words),
        chunks=card.chunks,
        collection=card.collection,
    )
