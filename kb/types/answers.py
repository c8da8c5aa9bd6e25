"""What is asked and answered: questions, filters, hits, citations and whether they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.types.documents import Chunk, DocumentCard, Flag, sha256_hex

Confidence = Literal["high", "medium", "low"]
Mode = Literal["hybrid", "dense", "lexical"]
Language = Literal["zh", "en", "mixed"]
CitationState = Literal["intact", "moved", "source_removed"]


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
class Amount:
    """Bounds for a figure: yuan, persons, ㎡ or per cent by the quantity; None is open."""

    quantity: str  # money, people, area, share
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read out of a question beside its words."""

    phrases: tuple[str, ...] = ()  # quoted: every hit holds them
    numbers: tuple[str, ...] = ()  # 文号, as 国办发〔2023〕12号
    figures: tuple[str, ...] = ()  # figures named, as written: passages that hold the same value come first
    years: tuple[int, int] | None = None  # inclusive: a filter
    amounts: tuple[Amount, ...] = ()  # filters
    undated: int = 0  # documents that the years leave out because their date is unknown
    absent: tuple[str, ...] = ()  # phrases and 文号 that stand nowhere in what was searched
    corrected: tuple[tuple[str, str], ...] = ()  # (as typed, what was also searched)
    copied_from: tuple[tuple[str, str], ...] = ()  # (id, title) of documents that a pasted text stands in
    places: tuple[tuple[str, tuple[str, ...]], ...] = ()  # names of regions that mean several, or none


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
    not_flags: tuple[str, ...] = ()  # flag names that must be absent
    not_documents: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()  # any of them


@dataclass(frozen=True, slots=True)
class Question:
    """A search as it is asked."""

    text: str
    top_k: int = 10
    filters: Filters = Filters()
    per_region: int | None = None  # hits of one district; None: the question decides
    mode: Mode = "hybrid"
    literal: bool = False  # years, amounts and misspellings are not read out of the words


@dataclass(frozen=True, slots=True)
class SimilarTo:
    """A passage whose like is looked for: `text[start:end]` of a document."""

    doc_id: str
    start: int
    end: int
    top_k: int = 10
    filters: Filters = Filters()


@dataclass(frozen=True, slots=True)
class Why:
    """How a hit came about; scores are as the index gave them, None where it did not return the passage."""

    dense_score: float | None = None  # cosine
    lexical_score: float | None = None  # BM25 of the passage
    document_score: float | None = None  # BM25 of the whole document
    lexical_weight: float = 0.0  # of the convex fusion, 0..1
    terms: tuple[str, ...] = ()  # words of the question that the passage holds
    translations: tuple[str, ...] = ()  # "fund → 资金、经费"
    document_weight: float = 0.0  # of the whole document's words beside the two
    figures: tuple[str, ...] = ()  # the question's figures that the passage holds


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
    relatives: tuple[DocumentCard, ...] = ()  # the other documents of the same work


@dataclass(frozen=True, slots=True)
class SearchCoverage:
    """What was searched."""

    documents: int  # a work counts once with all its reprints
    regions: int
    found: bool


@dataclass(frozen=True, slots=True)
class Note:
    """What was done with a question without being asked: its kind, and about what."""

    kind: Literal["translated", "own_left_out", "folded"]
    about: str  # terms with their translations, the own district, how many passages


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question; `notes` tell what was done with it (exclusions, translation)."""

    query: str
    language: Language
    hits: tuple[Excerpt, ...]
    coverage: SearchCoverage
    notes: tuple[Note, ...] = ()
    reading: Reading = Reading()
    filters: Filters = Filters()  # as they were in force, with what was read out of the question
    matched: tuple[
        DocumentCard, ...
    ] = ()  # documents that the question matches, whatever region … was chosen


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
