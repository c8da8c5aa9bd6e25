"""Where a document and a span of it are for a client: addresses, and the pages of a long text."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from kb.errors import QuestionError
from kb.surfaces.forms import document_url, span_url
from kb.surfaces.spans import parse_span
from kb.types import Citation, Document

PAGE = 20_000  # characters of a text given at once: what a model of 128 000 tokens reads without crowding
TEMPLATE = "kb://doc/{id}{?start,end}"
_SCHEME, _KIND = "kb", "doc"


@dataclass(frozen=True, slots=True)
class Part:
    """A run of a document's text: `text[start:end]`, offsets in code points."""

    doc_id: str
    start: int = 0
    end: int | None = None  # None: as far as one page reaches


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a text; `following` is where the next begins, None at the end."""

    text: str
    start: int
    end: int
    following: int | None


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses that a person can open where a server answers, else those of our resources."""

    base: str = ""  # http://127.0.0.1:8765, "" over stdio

    def document(self, doc_id: str) -> str:
        """Where the document is read."""
        return self.base + document_url(doc_id) if self.base else uri_of(Part(doc_id))

    def citation(self, citation: Citation) -> str:
        """Where the document is read, open at the quotation."""
        place = Part(citation.doc_id, citation.start, citation.end)
        if not self.base:
            return uri_of(place)
        return self.base + span_url(citation.doc_id, citation.version, citation.start, citation.end)


def uri_of(part: Part) -> str:
    """The resource of a part: kb://doc/ID?start=…&end=…."""
    given = {"start": part.start or None, "end": part.end}
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"{_SCHEME}://{_KIND}/{quote(part.doc_id, safe='')}" + (f"?{query}" if query else "")


def part_of_uri(uri: str) -> Part:
    """The part that a resource's URI names. Raises `QuestionError` when it names none."""
    wrong = f"{uri[:200]} is no resource: write {_SCHEME}://{_KIND}/ID, or with ?start=…&end=…"
    try:
        parts = urlsplit(uri)
        query = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError as error:
        raise QuestionError(wrong) from error
    doc_id = unquote(parts.path.removeprefix("/"))
    if (parts.scheme, parts.netloc) != (_SCHEME, _KIND) or not doc_id or set(query) - {"start", "end"}:
        raise QuestionError(wrong)
    numbers = {name: int(value) for name, value in query.items() if value.isascii() and value.isdigit()}
    if len(numbers) < len(query):
        raise QuestionError(wrong)
    return Part(doc_id, numbers.get("start", 0), numbers.get("end"))


def part_of_id(id: str) -> Part:
    """The part that `fetch` is asked for: DOC, or DOC:START-END as hits name their passages."""
    if ":" not in id:
        return Part(id.strip())
    span = parse_span(id)
    return Part(span.doc_id, span.start, span.end)


def page_of(document: Document, part: Part) -> Page:
    """At most a page of the part; without an end it closes with a paragraph.

    Raises `QuestionError` for a part outside the text.
    """
    length = len(document.text)
    if part.start > length or (part.end is not None and not part.start < part.end <= length):
        span = str(part.start) if part.end is None else f"{part.start}-{part.end}"
        raise QuestionError(f"{document.id} has {length} characters: {span} is outside its text")
    limit = length if part.end is None else part.end
    end = min(part.start + PAGE, limit)
    if end < limit:
        end = document.text.rfind("\n", part.start, end) + 1 or end
    return Page(document.text[part.start : end], part.start, end, end if end < limit else None)
