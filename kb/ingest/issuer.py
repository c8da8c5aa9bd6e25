"""Who issued a document, and under which number (发文字号)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.ingest.dates import FULL_DATE, statements
from kb.ingest.readers.spacing import visible
from kb.ingest.rules import Pattern
from kb.resources import load_rules
from kb.types import Fact, Region

_HEAD = 10  # lines in which a head may stand
_SIGNATURE = 60  # characters of a line that signs
_NAME = 4  # characters of an organisation's name at least
_SEPARATOR = re.compile(r"[\s、，,；;]+")
_SENTENCE = re.compile(r"[。！？：:；;|]")


class _Rules(BaseModel):
    """kb/data/issuers.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endings: tuple[Pattern, ...]
    alone: tuple[str, ...]
    posts: tuple[str, ...]
    rows: Pattern
    before_title: Pattern
    headed: Pattern
    ordered: Pattern
    number_row: Pattern
    number: Pattern
    signer: Pattern
    order_number: Pattern
    adopted: Pattern
    work_report: Pattern
    own_government: Pattern
    passed_on: Pattern


@dataclass(frozen=True, slots=True)
class _Patterns:
    org: re.Pattern[str]
    officer: re.Pattern[str]
    before_title: re.Pattern[str]
    headed: re.Pattern[str]
    ordered: re.Pattern[str]


@cache
def _rules() -> _Rules:
    return load_rules("issuers.toml", _Rules)


@cache
def _patterns() -> _Patterns:
    rules = _rules()
    named = rf"[\u4e00-\u9fff（）()·]{{2,30}}?(?:{'|'.join(rules.endings)})"
    org = f"(?:{'|'.join(rules.alone)}|{named})"
    return _Patterns(
        re.compile(org),
        re.compile(rf"(?P<value>{org})(?:{'|'.join(rules.posts)})[\u4e00-\u9fff·]{{2,5}}"),
        *(re.compile(text.replace("ORG", org)) for text in (rules.before_title, rules.headed, rules.ordered)),
    )


def find_issuer(title: str, lines: Sequence[str], furniture: Sequence[str], origin: str) -> Fact | None:
    """The first issuer, as the head, the title, the signature or a page's table of facts spells it.

    `origin` is where a page says that it took the text from; it counts when it is an organisation.
    """
    for line in (*lines[:_HEAD], *furniture):
        if match := re.search(_rules().rows, line):
            value = re.split(r"[、，,]", match.group("value"))[0]
            if not value.startswith(("有关", "各")):
                return _fact("issuer", value, 0.95, line)
    for found in (_headed(title, lines), _adopted(lines), _signature(lines), _officer(lines)):
        if found:
            return found
    named = re.match(r"[省市区县]", origin) is None  # 省政府研究室 of which province?
    if origin and named and _patterns().org.fullmatch(origin):
        return _fact("issuer", origin, 0.6, origin)
    return None


def _headed(title: str, lines: Sequence[str]) -> Fact | None:
    patterns = _patterns()
    for index, line in enumerate(lines[:6]):
        for pattern in (patterns.headed, patterns.ordered):
            if match := pattern.search(visible(line)):
                first = next((names[0] for over in lines[:index] if (names := _organisations(over))), "")
                return _fact("issuer", first or match.group("value"), 0.9, line)
    for line in (
        title,
        *(line for line in lines[:3] if len(line) <= 2 * _SIGNATURE and line.endswith("通知")),
    ):
        match = patterns.before_title.search(line)
        if match and not re.search(_rules().passed_on, match.group("value")):
            return _fact("issuer", match.group("value"), 0.9, line)
    for line in lines[:6]:
        if visible(line) not in visible(title) and (names := _organisations(line)):
            return _fact("issuer", names[0], 0.85, line)
    return None


def _adopted(lines: Sequence[str]) -> Fact | None:
    """The congress or its standing committee that passed a statute, as the line under its title tells."""
    for line in statements(lines[:_HEAD]):
        if match := re.search(_rules().adopted, line):
            return _fact("issuer", f"{match.group('place')}{match.group('organ')}", 0.9, line)
    return None


def government_issuer(title: str, region: Region) -> Fact | None:
    """The government whose work report this is, or that a title calls 市政府: the region tells its name."""
    if region and re.search(_rules().work_report, title):
        return _fact("issuer", f"{region[-1]}人民政府", 0.8, title)
    if (
        (own := re.match(_rules().own_government, title))
        and region
        and region[-1].endswith(own.group("level"))
    ):
        return _fact("issuer", f"{region[-1]}人民政府{own.group('office') or ''}", 0.7, title)
    return None


def _organisations(line: str) -> list[str]:
    """The names in a line that holds nothing but names of organisations."""
    if _SENTENCE.search(line) or len(line) > 2 * _SIGNATURE:
        return []
    names = [name for name in _SEPARATOR.split(line.strip("()（） ")) if name]
    org = _patterns().org
    whole = bool(names) and (len(names[0]) >= _NAME or names[0] in _rules().alone)
    return names if whole and all(org.fullmatch(name) for name in names) else []


def _signature(lines: Sequence[str]) -> Fact | None:
    """A line with organisations right above or before a date of its own."""
    for index, line in enumerate(lines):
        match = FULL_DATE.search(line) if len(line) <= _SIGNATURE else None
        if match is None or line[match.end() :].strip(" )）印发"):
            continue
        for candidate in (line[: match.start()].strip(), *_above(lines, index)):
            if names := _organisations(candidate):
                return _fact("issuer", names[0], 0.85, f"{candidate} {match.group()}")
    return None


def _above(lines: Sequence[str], index: int) -> Iterator[str]:
    """The lines over a date that are signatures, the first of them first."""
    first = index
    while first > 0 and first > index - 4 and _organisations(lines[first - 1]):
        first -= 1
    yield from lines[first:index]


def _officer(lines: Sequence[str]) -> Fact | None:
    """ "栖桥县民政局局长 鲁知远" under the title of a report."""
    for line in lines[:6]:
        if match := _patterns().officer.fullmatch(visible(line)):
            return _fact("issuer", match.group("value"), 0.8, line)
    return None


def find_number(lines: Sequence[str], furniture: Sequence[str]) -> Fact | None:
    """The document's own number: on a line of its own in the head, or in the page's table of facts."""
    rules = _rules()
    for line in (*lines[:_HEAD], *furniture):
        if match := re.search(rules.number_row, line):
            return _fact("number", match.group("value").strip("】"), 0.95, line)
    for line in lines[:_HEAD]:
        if match := re.fullmatch(rules.number, re.sub(rules.signer, "", line).strip()):
            return _fact("number", match.group("value"), 0.9, line)
    for index, line in enumerate(lines[:6]):
        order = _patterns().ordered.search(visible(lines[index - 1])) if index else None
        if order and re.fullmatch(rules.order_number, line.strip()):
            return _fact("number", f"{order.group('value')}令{visible(line)}", 0.9, line)
    return None


def _fact(field: str, value: str, confidence: float, evidence: str) -> Fact:
    return Fact(field, visible(value), confidence, evidence.strip()[:120])
