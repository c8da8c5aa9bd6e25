"""What the pages' addresses say. The address is the state: a page can be shared, kept and gone back to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from kb.compare.table import CompareRequest
from kb.types import Citation, Filters, Mode, Question

PerRegion = Literal["", "1", "2", "all"]
TOP_CHOICES = (10, 20, 50)
BEST_CHOICES = (3, 4, 6, 8, 12, 20, 40)
DEFAULT_BEST = 4
_MODES: tuple[Mode, ...] = get_args(Mode)
_PER_REGION: tuple[PerRegion, ...] = get_args(PerRegion)
_LAST_YEAR = 9999
_DIGITS = 12  # no offset or year is longer, and int() of a long string is slow


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The state of the search page. What cannot be read counts as not given."""

    q: str = ""
    regions: tuple[str, ...] = ()
    not_regions: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    kinds: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    not_flags: tuple[str, ...] = ()
    not_documents: tuple[str, ...] = ()
    literal: bool = False
    per_region: PerRegion = ""  # "": the question decides
    mode: Mode = "hybrid"
    top: int = TOP_CHOICES[0]

    @classmethod
    def read(cls, params: QueryParams) -> SearchForm:
        """The form from the address."""
        return cls(
            q=params.get("q", "").strip(),
            regions=_names(params, "region"),
            not_regions=_names(params, "not_region"),
            year_from=_year(params.get("from", "")),
            year_to=_year(params.get("to", "")),
            kinds=_names(params, "kind"),
            issuers=_names(params, "issuer"),
            topics=_names(params, "topic"),
            flags=_names(params, "flag"),
            not_flags=_names(params, "not_flag"),
            not_documents=_names(params, "not_document"),
            literal=params.get("literal") == "1",
            per_region=next((value for value in _PER_REGION if value == params.get("per")), ""),
            mode=next((mode for mode in _MODES if mode == params.get("mode")), "hybrid"),
            top=next((n for n in TOP_CHOICES if str(n) == params.get("top")), TOP_CHOICES[0]),
        )

    @property
    def filters(self) -> Filters:
        """The restrictions, as the library takes them."""
        years = None
        if self.year_from or self.year_to:
            first, last = self.year_from or 0, self.year_to or _LAST_YEAR
            years = (min(first, last), max(first, last))
        return Filters(
            self.regions,
            self.not_regions,
            years,
            self.kinds,
            self.issuers,
            self.flags,
            not_flags=self.not_flags,
            not_documents=self.not_documents,
            topics=self.topics,
        )

    @property
    def restricted(self) -> bool:
        """Whether any restriction is set."""
        return self.filters != Filters()

    @property
    def question(self) -> Question:
        """The search, as the library takes it."""
        per_region = {"": None, "1": 1, "2": 2, "all": self.top}[self.per_region]
        return Question(self.q, self.top, self.filters, per_region, self.mode, self.literal)

    @property
    def url(self) -> str:
        """The search page in this state."""
        return f"/search?{urlencode(self._pairs())}"

    def page_url(self, number: int) -> str:
        """Page `number` (1-based) of the list of documents under these restrictions."""
        return f"/documents?{urlencode([*self._pairs(), ('page', str(number))])}"

    def _pairs(self) -> list[tuple[str, str]]:
        """What the address says of this state; defaults are left out."""
        pairs: list[tuple[str, str]] = [("q", self.q)]
        pairs += [("region", name) for name in self.regions]
        pairs += [("not_region", name) for name in self.not_regions]
        pairs += [(key, str(year)) for key, year in (("from", self.year_from), ("to", self.year_to)) if year]
        pairs += [("kind", name) for name in self.kinds]
        pairs += [("issuer", name) for name in self.issuers]
        pairs += [("topic", name) for name in self.topics]
        pairs += [("flag", name) for name in self.flags]
        pairs += [("not_flag", name) for name in self.not_flags]
        pairs += [("not_document", id) for id in self.not_documents]
        pairs += [("literal", "1")] if self.literal else []
        pairs += [("per", self.per_region)] if self.per_region else []
        pairs += [("mode", self.mode)] if self.mode != "hybrid" else []
        pairs += [("top", str(self.top))] if self.top != TOP_CHOICES[0] else []
        return pairs

    def unfiltered(self) -> SearchForm:
        """The same question over everything."""
        return SearchForm(self.q, per_region=self.per_region, mode=self.mode, top=self.top)

    def in_year(self, year: int) -> SearchForm:
        """The same question of one year, or of all years when that one is already chosen."""
        chosen = self.year_from == self.year_to == year
        return (
            replace(self, year_from=None, year_to=None)
            if chosen
            else replace(self, year_from=year, year_to=year)
        )


@dataclass(frozen=True, slots=True)
class SpanForm:
    """The span that the address of a document names; numbers that cannot be read make it no span."""

    start: int | None = None
    end: int | None = None
    version: str = ""

    @classmethod
    def read(cls, params: QueryParams) -> SpanForm:
        """The span from the address."""
        return cls(_number(params.get("start", "")), _number(params.get("end", "")), params.get("v", ""))

    @property
    def asked(self) -> bool:
        """Whether the address names a span at all."""
        return self.start is not None or self.end is not None


@dataclass(frozen=True, slots=True)
class CompareForm:
    """The state of the comparison. What cannot be read counts as not given."""

    topic: str = ""
    by: Literal["region", "document"] = "region"
    columns: tuple[str, ...] = ()
    lens: str = ""
    asks: tuple[str, ...] = ()  # dimensions typed on the spot
    best: int = DEFAULT_BEST  # how many columns the topic chooses when none is named
    sort: str = ""  # the dimension whose figures order the columns
    swap: bool = False

    @classmethod
    def read(cls, params: QueryParams) -> CompareForm:
        """The form from the address."""
        return cls(
            topic=params.get("topic", "").strip(),
            by="document" if params.get("by") == "document" else "region",
            columns=_names(params, "column"),
            lens=params.get("lens", "").strip(),
            asks=_names(params, "ask"),
            best=next((n for n in BEST_CHOICES if str(n) == params.get("best")), DEFAULT_BEST),
            sort=params.get("sort", "").strip(),
            swap=params.get("swap") == "1",
        )

    @property
    def asked(self) -> bool:
        """Whether there is anything to compare yet."""
        return bool(self.topic or self.columns or self.asks)

    @property
    def request(self) -> CompareRequest:
        """The comparison, as the library takes it."""
        return CompareRequest(self.topic, self.by, self.columns, self.lens, self.best, questions=self.asks)

    @property
    def url(self) -> str:
        """The comparison in this state."""
        return f"/compare?{urlencode(self._pairs())}"

    def export_url(self, kind: str) -> str:
        """The comparison as a file of that kind."""
        return f"/compare/export.{kind}?{urlencode(self._pairs())}"

    def _pairs(self) -> list[tuple[str, str]]:
        pairs = [("topic", self.topic)]
        pairs += [("by", self.by)] if self.by != "region" else []
        pairs += [("column", name) for name in self.columns]
        pairs += [("lens", self.lens)] if self.lens else []
        pairs += [("ask", question) for question in self.asks]
        pairs += [("best", str(self.best))] if self.best != DEFAULT_BEST else []
        pairs += [("sort", self.sort)] if self.sort else []
        pairs += [("swap", "1")] if self.swap else []
        return pairs


def document_url(doc_id: str) -> str:
    """The address of a document's page."""
    return f"/documents/{quote(doc_id, safe='')}"


def span_url(doc_id: str, version: str, start: int, end: int) -> str:
    """The deep link to a span: the page opens with it highlighted and in view, scripts or not.

    The version is that of the text that was quoted; the page says so when the text has changed since.
    """
    query = urlencode({"start": start, "end": end, "v": version})
    return f"{document_url(doc_id)}?{query}#cite"


def citation_url(citation: Citation) -> str:
    """The deep link to a citation."""
    return span_url(citation.doc_id, citation.version, citation.start, citation.end)


def similar_url(doc_id: str, start: int, end: int) -> str:
    """The page of passages like a span."""
    return f"{document_url(doc_id)}/similar?{urlencode({'start': start, 'end': end})}"


def panel_url(citation: Citation) -> str:
    """The citation alone, for the panel beside a comparison."""
    query = urlencode({"start": citation.start, "end": citation.end})
    return f"{document_url(citation.doc_id)}/span?{query}"


def page_number(params: QueryParams) -> int:
    """Which page of a list the address asks for, 1-based."""
    return max(1, _number(params.get("page", "")) or 1)


def _names(params: QueryParams, key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in params.getlist(key) if value.strip()))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def _year(text: str) -> int | None:
    year = _number(text)
    return year if year and year <= _LAST_YEAR else None
