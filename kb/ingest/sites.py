"""Furniture that no rule names: lines that recur around the texts of one site.

Only whole short lines are looked at that stand in an unbroken run at the very top or bottom of a file, that
cut a sentence, or that speak of pages and sites; what official texts have in common is never furniture.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from kb.ingest.edges import ADDRESS, tells_of_site
from kb.ingest.labels import find_label
from kb.ingest.page_numbers import goes_on
from kb.ingest.readers.spacing import visible
from kb.ingest.reading import Marks, SiteLine
from kb.ingest.restored import stays
from kb.ingest.rules import Pattern, boilerplate, compiled
from kb.ingest.title import ends_like_title
from kb.resources import load_rules
from kb.types import Block, Removed

RULE = "site_repetition"
TOP, BOTTOM, CUT, TOLD = "top", "bottom", "cut", "told"

_BODY = re.compile(r"[。；！？!?;|]")
_PARAGRAPH = 60  # characters: a longer line is a paragraph
_SENTENCE = 30  # characters: a shorter line may be a title or a heading
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]")


class SiteRules(BaseModel):
    """kb/data/sites.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least: int = Field(ge=2)
    share: float = Field(gt=0, le=1)
    template_share: float = Field(gt=0, le=1)
    template_lines: int = Field(ge=2)
    zone: int = Field(ge=1)
    longest: int = Field(ge=2)
    formulas: tuple[Pattern, ...]


@cache
def site_rules() -> SiteRules:
    """The thresholds and formulas. Raises `DataError` when the file is wrong."""
    return load_rules("sites.toml", SiteRules)


def marks_of(lines: Sequence[str], blocks: Iterable[Block]) -> Marks:
    """The marks of a file: `lines` as cleaning by rules leaves them, `blocks` as they were read."""
    hosts = Counter(
        match.group().lower().removeprefix("www.")
        for block in blocks
        if len(block.text) < 2000
        for match in ADDRESS.finditer(block.text)
    )
    best = min(hosts, key=lambda host: (-hosts[host], host), default="")
    return Marks(best, tuple(line for _, line in _candidates(lines)))


def without_site_lines(
    lines: Sequence[Block], learned: frozenset[str], removed: list[Removed], restored: frozenset[str]
) -> list[Block]:
    """`lines` without those whose keys are `learned`; sentences that they cut are put together again."""
    places: defaultdict[int, list[SiteLine]] = defaultdict(list)
    candidates = _candidates([line.text for line in lines])
    standing = _standing([line for _, line in candidates], learned)
    for index, line in candidates:
        if line in standing or (line.place == TOLD and line.key in learned):
            places[index].append(line)
    kept: list[Block] = []
    cut = False
    for index, block in enumerate(lines):
        if index in places and not stays(block.text, restored):
            removed.append(Removed(block.text, RULE))
            cut = cut or any(line.place == CUT for line in places[index])
        elif cut and kept and goes_on(kept[-1].text, block.text):
            kept[-1] = replace(kept[-1], text=kept[-1].text + block.text)
            cut = False
        else:
            kept.append(block)
            cut = False
    return kept


def learn(files: Sequence[tuple[int, Marks]], *, templates: bool) -> frozenset[str]:
    """Keys of the lines that are furniture in the files of one site, each given with its work.

    With `templates`, files that begin or end with the same line are looked at as sites of their own too.
    """
    rules = site_rules()
    found = _recurring(files, rules.share)
    if not templates:
        return found
    groups: defaultdict[tuple[str, str], list[tuple[int, Marks]]] = defaultdict(list)
    for work, marks in files:
        for line in marks.lines:
            if line.place in (TOP, BOTTOM) and line.rank == 0:
                groups[line.place, line.key].append((work, marks))
    for (_, key), group in sorted(groups.items()):
        if len(group) >= rules.least:
            together = _recurring(group, rules.template_share)
            if key in together and len(together) >= rules.template_lines:
                found |= _recurring(group, rules.share)
    return found


def _recurring(files: Sequence[tuple[int, Marks]], share: float) -> frozenset[str]:
    """Keys that stand as furniture does in enough works, counted anew until none is left out."""
    total = len({work for work, _ in files})
    needed = max(site_rules().least, share * total)
    keys = frozenset(line.key for _, marks in files for line in marks.lines if line.place != TOLD)
    while True:
        works: defaultdict[str, set[int]] = defaultdict(set)
        for work, marks in files:
            for line in _standing(marks.lines, keys):
                works[line.key].add(work)
        left = frozenset(key for key, of in works.items() if len(of) >= needed)
        if left == keys:
            return keys
        keys = left


def _standing(lines: Sequence[SiteLine], keys: frozenset[str]) -> set[SiteLine]:
    """The lines of a file that stand as furniture does when `keys` are furniture."""
    found: set[SiteLine] = set()
    for place in (TOP, BOTTOM):
        unbroken = 0
        for line in sorted((line for line in lines if line.place == place), key=lambda line: line.rank):
            unbroken += line.rank == unbroken and line.key in keys
            if line.key in keys and (line.rank < unbroken or tells_of_site(line.key, boilerplate().edges)):
                found.add(line)
    return found | {line for line in lines if line.place == CUT and line.key in keys}


def _candidates(lines: Sequence[str]) -> list[tuple[int, SiteLine]]:
    """Lines that may be a site's, with their indexes."""
    body = [index for index, line in enumerate(lines) if _is_body(line)]
    if not body:
        return []
    zone = site_rules().zone
    cut = [index for index in range(len(lines)) if _cuts(lines, index) and _may_be(lines[index])]
    top = [index for index in range(min(body[0], zone)) if index not in cut]
    bottom = [index for index in range(len(lines) - 1, body[-1], -1) if index not in cut][:zone]
    keys = Counter(map(key_of, lines))
    inside = set(range(len(lines))).difference(cut, top, bottom)
    again = sorted(index for index in inside if keys[key_of(lines[index])] > 1)
    places = ((TOP, top), (BOTTOM, bottom), (CUT, cut), (TOLD, again))
    return [
        (index, SiteLine(place, rank, key_of(lines[index])))
        for place, indexes in places
        for rank, index in enumerate(indexes)
        if _may_be(lines[index])
    ]


def _cuts(lines: Sequence[str], index: int) -> bool:
    """Whether the lines around one are the halves of a sentence."""
    if not 0 < index < len(lines) - 1 or _is_body(lines[index]):
        return False
    before, behind = lines[index - 1], lines[index + 1]
    long = len(before) >= _SENTENCE and (_is_body(before) or "，" in before)  # a title has no such clauses
    return long and _is_body(behind) and goes_on(before, behind)


def key_of(line: str) -> str:
    """By what a line is known: its visible characters, numbers as 0."""
    return _DIGITS.sub("0", visible(line))


def _is_body(line: str) -> bool:
    return len(line) > _PARAGRAPH or _BODY.search(line) is not None or find_label(line) is not None


def _may_be(line: str) -> bool:
    rules = site_rules()
    bare = visible(line)
    return (
        len(bare) <= rules.longest
        and len(_WORDS.findall(bare)) >= 2
        and not _is_body(line)
        and not ends_like_title(line)
        and not any(compiled(formula).search(bare) for formula in rules.formulas)
    )
