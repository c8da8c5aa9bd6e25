"""What a document is: title, issuer, number, date, kind, region and origin, each with what it rests on.

Right or empty: a value that the text does not state is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.ingest.clean import Hints
from kb.ingest.dates import find_issued, stated_dates
from kb.ingest.gazetteer import region_rules
from kb.ingest.issuer import find_issuer, find_number, government_issuer
from kb.ingest.quality import is_reprint
from kb.ingest.region import Sources, find_region
from kb.ingest.rules import Pattern, compiled
from kb.ingest.title import Title, ends_like_title
from kb.ingest.title_rules import tidy
from kb.ingest.topics import find_topics
from kb.resources import load_rules
from kb.types import Fact, Region

_STATED = 0.5  # confidence of a title that is one, rather than the first words of the text
_FOLDERS = 3  # folders, and names of site owners, that are looked at
_NEWS, _STATUTE, _MEASURE = "新闻", "法规", "办法"
_VISIT = "考察报告"  # its places are those visited, not its own


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: Pattern = ""
    body: Pattern = ""


class _IssuedBy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    congress: Pattern
    government: Pattern


class _Page(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sharing: Pattern
    press: Pattern


class _Kinds(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: tuple[_Kind, ...]
    issued_by: _IssuedBy
    page: _Page


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around the articles of a file."""

    name: str  # the file's, with its folders
    hints: Hints
    furniture: tuple[str, ...]  # short lines that cleaning took away


@dataclass(frozen=True, slots=True)
class Described:
    """The metadata of one article."""

    title: str
    issuer: str
    number: str
    issued: str
    kind: str
    region: Region
    origin: str
    facts: tuple[Fact, ...]
    topics: tuple[str, ...] = ()


def describe(
    own_title: str, title: Title, text: str, context: Context, headings: Sequence[str] = ()
) -> Described:
    """The metadata of the article `text` called `own_title`; `title` is the file's, with its evidence."""
    lines = text.split("\n")
    title_fact = title.fact if own_title == title.value else Fact("title", own_title, 0.8, own_title)
    shared = _around(_kinds().page.sharing, context)
    origin = next((Fact("origin", value, 0.8, value) for value in context.hints.origin if value), None)
    issuer = find_issuer(own_title, lines, context.furniture, origin.value if origin and not shared else "")
    number = find_number(lines, context.furniture)
    copied = shared or is_reprint(context.furniture)
    posted = next(iter(context.hints.posted), "")
    issued = find_issued(
        own_title, lines, context.furniture, "" if copied else posted, number.value if number else ""
    )
    dates = stated_dates(lines, context.furniture, posted, copied)
    press = _around(_kinds().page.press, context) and not shared
    kind = _by_authority(_kind(own_title, text, shared, press), issuer)
    stated = title_fact.confidence >= _STATED
    region, region_fact = find_region(
        Sources(
            title=own_title if stated else "",
            lead="" if stated else own_title,
            press=kind is not None and kind.value == _NEWS,
            issuer=issuer.value if issuer else "",
            opening=_opening(lines, own_title),
            file_name=tidy(context.name.rpartition("/")[2]),
            origin=origin.value if origin else "",
            body=text,
            number=number.value if number else "",
            around=_around_places(context),
            credit=_credit(context),
            visit=kind is not None and kind.value == _VISIT,
        )
    )
    issuer = issuer or government_issuer(own_title, region)
    topics = find_topics(own_title if stated else "", text, headings)
    facts = [title_fact, issuer, number, issued, *dates, kind, region_fact, origin, *topics]
    return Described(
        title=own_title,
        issuer=issuer.value if issuer else "",
        number=number.value if number else "",
        issued=issued.value if issued else "",
        kind=kind.value if kind else "",
        region=region,
        origin=origin.value if origin else "",
        facts=tuple(fact for fact in facts if fact is not None and fact.value),
        topics=tuple(fact.value for fact in topics),
    )


def _around(pattern: str, context: Context) -> bool:
    """Whether a line of furniture says it."""
    return any(compiled(pattern).search(line) for line in context.furniture)


def _around_places(context: Context) -> str:
    """The folders that the file lies in, and the owners of the site that the page came from."""
    folders = context.name.rpartition("/")[0]
    owner = compiled(region_rules().site_owner)
    owners = [match.group("owner") for line in context.furniture if (match := owner.search(line))]
    return " ".join((*folders.split("/")[-_FOLDERS:], *owners[:_FOLDERS]))


def _credit(context: Context) -> str:
    """Whom a press article is from, as a line around it says."""
    pattern = compiled(region_rules().credit)
    return " ".join(match.group("value") for line in context.furniture if (match := pattern.search(line)))


def _opening(lines: list[str], title: str) -> str:
    """The beginning of the body, behind the title."""
    body = [line for line in lines[:12] if line != title]
    return " ".join(body)[:160]


@cache
def _kinds() -> _Kinds:
    return load_rules("kinds.toml", _Kinds)


def _kind(title: str, text: str, shared: bool, press: bool) -> Fact | None:
    if press and not ends_like_title(title):
        return Fact("kind", _NEWS, 0.8, "正文：")
    for kind in _kinds().kind:
        if kind.title and (match := compiled(kind.title).search(title)):
            return Fact("kind", kind.name, 0.9, match.group())
        if (
            kind.body
            and not (shared and kind.name == _NEWS)
            and (match := compiled(kind.body).search(text[:600]))
        ):
            return Fact("kind", kind.name, 0.6, match.group())
    return None


def _by_authority(kind: Fact | None, issuer: Fact | None) -> Fact | None:
    """法规 when a people's congress made the rule, 办法 when a government did."""
    if kind is None or issuer is None or kind.value not in (_STATUTE, _MEASURE):
        return kind
    made_by = _kinds().issued_by
    if compiled(made_by.congress).search(issuer.value):
        return Fact("kind", _STATUTE, 0.9, f"{kind.evidence} {issuer.value}")
    if compiled(made_by.government).search(issuer.value) and not kind.evidence.startswith("条例"):
        return Fact("kind", _MEASURE, 0.9, f"{kind.evidence} {issuer.value}")
    return kind
