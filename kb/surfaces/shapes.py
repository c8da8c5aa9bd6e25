"""The JSON shapes of the command line (`--json`) and of `/api/v1`: one set, so that both say the same.

Frozen dataclasses: FastAPI draws OpenAPI schemas from them, `kb.surfaces.wire` fills them. Offsets are
half-open code points of the document's text. Ids of passages are strings: readers of JSON that know only
doubles lose 63-bit integers. Blank strings and empty lists mean unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.surfaces.kin_shapes import FamilyOut, RelativeOut
from kb.surfaces.narrowing import FacetsOut, InForceOut, UnderstoodOut
from kb.types import CellState, Confidence, Language


@dataclass(frozen=True, slots=True)
class FlagOut:
    """A warning with its evidence; start == end means that it concerns the whole document."""

    name: str
    evidence: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CitationOut:
    """An exact quotation: the document's `text[start:end] == quote`."""

    doc_id: str
    title: str
    path: list[str]
    paragraph: str  # 二、（三）第2段
    page: int | None  # 1-based
    start: int
    end: int
    quote: str
    quote_sha256: str
    version: str  # of the text that was quoted
    reference: str  # the GB/T 7714 entry
    flags: list[FlagOut]


@dataclass(frozen=True, slots=True)
class SpanOut:
    """Offsets [start, end)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WhyOut:
    """How a hit came about; null where an index did not return the passage."""

    dense_rank: int | None
    lexical_rank: int | None
    dense_score: float | None
    lexical_score: float | None
    document_score: float | None
    lexical_weight: float
    document_weight: float
    terms: list[str]
    translations: list[str]
    figures: list[str]  # the question's figures that the passage holds


@dataclass(frozen=True, slots=True)
class HitOut:
    """One passage of an answer."""

    rank: int  # 1-based
    score: float  # 0..1, comparable within one answer only
    confidence: Confidence
    chunk_id: str
    doc_id: str
    title: str
    region: list[str]
    issuer: str
    issued: str
    number: str
    kind: str
    text: str  # the same as citation.quote
    marks: list[SpanOut]  # matched words, offsets in `text`
    citation: CitationOut
    flags: list[FlagOut]
    also_in: list[RelativeOut]  # the other documents of the same work
    why: WhyOut | None = None  # only when asked for


@dataclass(frozen=True, slots=True)
class SearchCoverageOut:
    """What was searched."""

    documents: int  # a work counts once with all its reprints
    regions: int
    found: bool


@dataclass(frozen=True, slots=True)
class SearchOut:
    """The answer to a question; `notes` say in words what was left out or translated."""

    query: str
    language: Language
    hits: list[HitOut]
    coverage: SearchCoverageOut
    notes: list[str]
    understood: UnderstoodOut
    filters: InForceOut
    facets: FacetsOut


@dataclass(frozen=True, slots=True)
class DocumentOut:
    """A document's metadata without its text."""

    id: str
    source: str
    title: str
    region: list[str]
    issuer: str
    issued: str
    number: str
    kind: str
    topics: list[str]
    origin: str
    version: str
    reference: str
    flags: list[FlagOut]
    chunks: int
    family: str  # the id of the document that is cited for the work; its own when it is alone


@dataclass(frozen=True, slots=True)
class DocumentsOut:
    """Documents, or one page of them; `next` is the cursor of the following page."""

    documents: list[DocumentOut]
    total: int
    next: str | None = None


@dataclass(frozen=True, slots=True)
class SectionOut:
    """A run of text under one heading; sections tile the text."""

    path: list[str]
    start: int
    end: int
    page: int | None


@dataclass(frozen=True, slots=True)
class RemovedOut:
    """What cleaning dropped, and by which rule."""

    id: str  # names it for putting it back
    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class FactOut:
    """What one field of the metadata rests on."""

    field: str
    value: str
    confidence: float
    evidence: str


@dataclass(frozen=True, slots=True)
class MetadataOut:
    """All that is known about a document besides its text; blank means unknown."""

    source: str
    part: int
    sha256: str
    version: str
    region: list[str]
    issuer: str
    issued: str
    signed: str  # 成文日期, as far as the text states it
    published: str  # 发布日期
    uploaded: str  # when a copy was put on the site that it was taken from
    number: str
    kind: str
    topics: list[str]
    origin: str
    reference: str
    facts: list[FactOut]


@dataclass(frozen=True, slots=True)
class ShowOut:
    """One document with its cleaned text and outline."""

    id: str
    title: str
    text: str
    sections: list[SectionOut]
    removed: list[RemovedOut]
    restored: list[RemovedOut]  # pieces that were put back by hand
    metadata: MetadataOut
    flags: list[FlagOut]
    family: FamilyOut


@dataclass(frozen=True, slots=True)
class FigureOut:
    """A quantity read from the text; `doc_id` is the document whose text holds it at [start, end)."""

    quantity: str
    unit: str
    value_min: float | None
    value_max: float | None
    approx: str
    quote: str
    doc_id: str
    start: int
    end: int
    flags: list[FlagOut]


@dataclass(frozen=True, slots=True)
class CellOut:
    """What one column says on one dimension; `not_mentioned` has no citation."""

    dimension: str
    state: CellState
    citations: list[CitationOut]
    figures: list[FigureOut]
    confidences: list[Confidence]  # one for each citation: how surely it belongs in this cell


@dataclass(frozen=True, slots=True)
class ColumnOut:
    """A district (all its documents) or one document."""

    name: str
    documents: list[DocumentOut]
    cells: list[CellOut]


@dataclass(frozen=True, slots=True)
class CompareCoverageOut:
    """How much of the table rests on evidence; found, weak and not_mentioned count cells."""

    documents: int
    found: int
    weak: int
    not_mentioned: int
    left_out: list[str]


@dataclass(frozen=True, slots=True)
class ComparisonOut:
    """Practices side by side."""

    topic: str
    lens: str
    dimensions: list[str]
    columns: list[ColumnOut]
    coverage: CompareCoverageOut


@dataclass(frozen=True, slots=True)
class DimensionOut:
    """One row of a lens."""

    name: str
    name_en: str
    description: str


@dataclass(frozen=True, slots=True)
class LensOut:
    """A named list of dimensions; `key` names it in a request."""

    key: str
    name: str
    name_en: str
    description: str
    dimensions: list[DimensionOut]


@dataclass(frozen=True, slots=True)
class LensesOut:
    """All lenses; the first is the default."""

    lenses: list[LensOut]
