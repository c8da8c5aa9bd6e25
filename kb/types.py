"""The values that flow through the house: frozen, slotted, with units beside their fields.

Offsets are half-open code points of `Document.text`. A region is a path from the province down
(省、市、区县、街道/乡镇、社区), with the upper levels present when known; () means unknown. A date is
"2021", "2021-06" or "2021-06-30"; "" means unknown. Blanks are never filled by guesswork.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

Region = tuple[str, ...]
Confidence = Literal["high", "medium", "low"]
Mode = Literal["hybrid", "dense", "lexical"]
Language = Literal["zh", "en", "mixed"]
CellState = Literal["found", "weak", "not_mentioned"]
CitationState = Literal["intact", "moved", "source_removed"]


def sha256_hex(text: str) -> str:
    """The SHA-256 of `text` in UTF-8, 64 lower-case hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Block:
    """What every reader yields: one paragraph, heading or table row, in reading order."""

    text: str
    level: int = 0  # 0 body, 1.. heading depth when the format itself says so
    page: int | None = None  # 1-based
    number: str = ""  # rebuilt outline label that the format keeps outside the text, e.g. "（一）"
    furniture: str = ""  # the rule by which the reader took it for page furniture; cleaning files it away


@dataclass(frozen=True, slots=True)
class Removed:
    """A piece of text that cleaning dropped."""

    text: str
    rule: str  # the rule's name in kb/data


@dataclass(frozen=True, slots=True)
class Flag:
    """A warning with its evidence; start == end means the whole document."""

    name: str  # spun_text, suspect_figure, anonymised, truncated, ocr, needs_ocr, reprint, machine_marks
    evidence: str
    start: int = 0
    end: int = 0

    def touches(self, start: int, end: int) -> bool:
        """Whether the flag concerns the span [start, end)."""
        return self.start == self.end or (self.start < end and start < self.end)


@dataclass(frozen=True, slots=True)
class Fact:
    """What one metadata field rests on."""

    field: str  # a field of Document: title, region, issuer, issued, number, kind, origin
    value: str
    confidence: float  # 0..1; 1.0 when a person set it
    evidence: str  # the words it was read from, or "set by hand"


@dataclass(frozen=True, slots=True)
class Section:
    """A run of text under one heading path; sections tile the text in order.

    The heading's own line is the section's first line.
    """

    path: tuple[str, ...]  # heading lines from the outermost in; () before the first heading
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One article. Paragraphs and headings are lines of `text`, joined by a single newline."""

    id: str
    source: str  # the file it came from
    sha256: str  # of the file's bytes
    title: str
    text: str
    sections: tuple[Section, ...] = ()
    part: int = 0  # 0-based position among the articles of one file
    issuer: str = ""
    region: Region = ()
    issued: str = ""
    number: str = ""  # 发文字号
    kind: str = ""  # 调研报告, 经验材料, 意见, …
    origin: str = ""  # the site or paper it was taken from
    flags: tuple[Flag, ...] = ()
    removed: tuple[Removed, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def version(self) -> str:
        """Names the text: the first 16 hex digits of its SHA-256."""
        return sha256_hex(self.text)[:16]


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """A document's metadata without its text."""

    id: str
    source: str
    version: str
    title: str
    issuer: str = ""
    region: Region = ()
    issued: str = ""
    number: str = ""
    kind: str = ""
    origin: str = ""
    flags: tuple[Flag, ...] = ()
    chunks: int = 0

    @property
    def year(self) -> int | None:
        """The year of `issued`, or None."""
        return int(self.issued[:4]) if self.issued else None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of whole sentences inside one section: what is indexed and found."""

    id: int  # positive, 63 bits, the same for the same document, place and words
    doc_id: str
    start: int
    end: int
    path: tuple[str, ...]
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact quotation that can be found again: `text[start:end] == quote`."""

    document: DocumentCard
    path: tuple[str, ...]
    paragraph: str  # as a reader would say it: 二、（三）第2段
    page: int | None
    start: int
    end: int
    quote: str
    flags: tuple[Flag, ...] = ()  # those of the document that concern this span

    @property
    def doc_id(self) -> str:
        """The id of the document quoted."""
        return self.document.id

    @property
    def version(self) -> str:
        """The version of the document's text that was quoted."""
        return self.document.version

    @property
    def quote_sha256(self) -> str:
        """The SHA-256 of the quotation, for checking it without the source."""
        return sha256_hex(self.quote)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search may answer from. Empty fields do not restrict."""

    regions: tuple[str, ...] = ()  # a name at any level; any of them
    not_regions: tuple[str, ...] = ()
    years: tuple[int, int] | None = None  # inclusive
    kinds: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()  # flag names that must be present
    documents: tuple[str, ...] = ()  # document ids


@dataclass(frozen=True, slots=True)
class Question:
    """A search as it is asked."""

    text: str
    top_k: int = 10
    filters: Filters = Filters()
    per_region: int | None = None  # hits of one district; None: the question decides
    mode: Mode = "hybrid"


@dataclass(frozen=True, slots=True)
class Why:
    """How a hit came about; scores are as the index gave them, None where it did not return the passage."""

    dense_score: float | None = None  # cosine
    lexical_score: float | None = None  # BM25 of the passage
    document_score: float | None = None  # BM25 of the whole document
    lexical_weight: float = 0.0  # of the convex fusion, 0..1
    terms: tuple[str, ...] = ()  # words of the question that the passage holds
    translations: tuple[str, ...] = ()  # "fund → 资金、经费"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its place in each ranking (1-based; None where it is absent)."""

    chunk: Chunk
    score: float  # fused, 0..1, comparable within one answer only
    dense_rank: int | None
    lexical_rank: int | None
    why: Why


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A hit as a user gets it."""

    rank: int  # 1-based
    hit: Hit
    citation: Citation
    confidence: Confidence
    marks: tuple[tuple[int, int], ...] = ()  # spans of matched terms, offsets in the quote


@dataclass(frozen=True, slots=True)
class SearchCoverage:
    """What was searched."""

    documents: int
    regions: int
    found: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question; `notes` say in words what was done (exclusions, translation)."""

    query: str
    language: Language
    hits: tuple[Excerpt, ...]
    coverage: SearchCoverage
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity read from Chinese text: 600多万元 → 6 000 000.. CNY, "more than"."""

    quantity: str  # what is measured: money, people, count, area, length, share, duration, frequency, date
    unit: str  # CNY, person, ㎡, %, year, …
    value_min: float | None
    value_max: float | None
    approx: str  # "", more than, less than, about, between
    quote: str
    start: int  # in the document's text
    end: int
    flags: tuple[Flag, ...] = ()
    counted: str = ""  # what is counted, in the text's words: 驻区单位, 在职党员


@dataclass(frozen=True, slots=True)
class Cell:
    """What one column says on one dimension; `not_mentioned` has no citation."""

    dimension: str
    state: CellState
    citations: tuple[Citation, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A district (all its documents) or one document."""

    name: str
    documents: tuple[DocumentCard, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class CompareCoverage:
    """How much of the table rests on evidence."""

    documents: int
    found: int  # cells
    weak: int
    not_mentioned: int
    left_out: tuple[str, ...] = ()  # what was left out, and why


@dataclass(frozen=True, slots=True)
class Comparison:
    """Practices side by side: columns × the lens's dimensions, every cell verbatim or admitted empty."""

    topic: str
    lens: str
    dimensions: tuple[str, ...]
    columns: tuple[Column, ...]
    coverage: CompareCoverage


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be taken in."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Flagged:
    """A file whose documents carry warnings."""

    source: str
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one `kb ingest` did; the counts are of documents, `chunks` of passages written."""

    ingested: int = 0
    unchanged: int = 0
    duplicates: int = 0
    removed: int = 0
    failed: tuple[Failure, ...] = ()
    flagged: tuple[Flagged, ...] = ()
    chunks: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Integrity of the truth and of the derived indexes."""

    ok: bool
    problems: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words said to stand in a document; `start` where they were taken from, when that is known."""

    doc_id: str
    quote: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedCitation:
    """A citation held against the library as it is now."""

    doc_id: str
    quote: str
    state: CitationState
    start: int | None = None  # where the quotation stands now
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Dimension:
    """One row of a lens: what belongs there, in words of three weights and in prose."""

    name: str
    name_en: str
    description: str
    words: tuple[str, ...]
    examples: tuple[str, ...] = field(default=())
    strong: tuple[str, ...] = ()  # nearly decide that a passage belongs
    weak: tuple[str, ...] = ()  # only tip the balance
    against: tuple[str, ...] = ()  # phrases in which the words mean something else
    never: tuple[str, ...] = ()  # a sentence that holds one does not belong
    figures: tuple[str, ...] = ()  # quantities that the row is about: money, people, …


@dataclass(frozen=True, slots=True)
class Lens:
    """A named list of dimensions: the rows of a comparison."""

    key: str  # the name of its file, without .toml
    name: str
    name_en: str
    description: str
    dimensions: tuple[Dimension, ...]
    subject: tuple[str, ...] = ()  # words of the field; without one a passage in a mixed text weighs less
