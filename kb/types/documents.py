"""What is kept: blocks as readers yield them, documents, their passages and warnings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

Region = tuple[str, ...]


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

    @property
    def key(self) -> str:
        """Names the piece by its words: 12 hex digits of their SHA-256."""
        return sha256_hex(self.text)[:12]


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


FOUND = "found:"  # before a field's name: what rules found where a person set something else


@dataclass(frozen=True, slots=True)
class Fact:
    """What one metadata field rests on."""

    # A field of Document: title, region, issuer, issued, number, kind, origin, topics (one each); or a date
    # that stands beside `issued`: signed (成文), published (发布), uploaded (to where it was taken from).
    field: str
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
    topics: tuple[str, ...] = ()  # of kb/data/topics.toml or set by hand, the strongest first

    def stated(self, field: str) -> str:
        """The value of the first fact about `field`; "" when the text does not state it."""
        return next((fact.value for fact in self.facts if fact.field == field), "")

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
    topics: tuple[str, ...] = ()
    family: str = ""  # the id of the document that is cited for all copies of this work; its own when alone
    collection: str = "default"

    @property
    def work(self) -> str:
        """What the document counts as: its copies count as the same."""
        return self.family or self.id

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
class FamilyMember:
    """A document beside the main one of its family."""

    document: DocumentCard
    share: float  # of the smaller text that stands in the other, 0..1; 0 when only a person says so
    by_hand: bool  # whether a person put it there


@dataclass(frozen=True, slots=True)
class Family:
    """A work with its reprints and adaptations: one is cited, the others are listed under it."""

    main: DocumentCard
    others: tuple[FamilyMember, ...] = ()  # without the main one, by how much they share
    decided: str = ""  # what a person said of the document asked about: "none", or the id of a relative
