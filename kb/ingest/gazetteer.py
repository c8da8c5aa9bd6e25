"""The official divisions, and where a text names them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.ingest.rules import Pattern
from kb.resources import data_text, load_rules
from kb.types import Region

_TOWN_NAME = 3  # characters of a street's or town's name that tells anything


class RegionRules(BaseModel):
    """kb/data/regions.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    additions: tuple[str, ...]
    generic: frozenset[str]
    peoples: tuple[str, ...]
    not_behind_short: tuple[str, ...]
    not_before: tuple[str, ...]
    common_words: frozenset[str]
    central: tuple[str, ...]
    not_names: tuple[str, ...]
    not_in_names: str
    inside_words: frozenset[str]
    not_cities: tuple[str, ...]
    not_stems: tuple[str, ...]
    media: Pattern
    anonymous: Pattern
    self: Pattern
    for_province: Pattern
    for_place_below: Pattern
    sets_out: Pattern
    visitors: Pattern
    outgoing: Pattern
    host_after: tuple[str, ...]
    zones: tuple[str, ...]
    office_of: Pattern
    part_of_it: Pattern
    town_and_community: Pattern
    dateline: Pattern
    local_press: Pattern
    credit: Pattern
    own_title: tuple[str, ...]
    borne_out: Pattern
    lies_in: Pattern
    town_end: Pattern
    town: Pattern
    community: Pattern
    site_owner: Pattern
    number_places: dict[str, str]
    not_behind: dict[str, str]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names to the divisions that bear them."""

    paths: dict[str, tuple[Region, ...]]  # full names, and the short names of provinces and prefectures
    short: frozenset[str]
    towns: dict[Region, tuple[str, ...]]
    heads: dict[str, tuple[str, ...]]  # the first two characters of a name → names, longest first
    stems: dict[
        str, tuple[Region, ...]
    ]  # counties by name without 区, 县, 市: only behind their city or province
    bearers: dict[str, tuple[Region, ...]]  # streets and towns → the counties that have one of that name


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name at [start, end) of a text, with every division that it may mean."""

    start: int
    end: int
    paths: tuple[Region, ...]
    weak: bool  # only a short name, such as 南京


@cache
def region_rules() -> RegionRules:
    """How names are used. Raises `DataError` when the file is wrong."""
    return load_rules("regions.toml", RegionRules)


@cache
def gazetteer() -> Gazetteer:
    """Provinces, prefectures and counties by name, and the streets and towns of each county."""
    paths: defaultdict[str, list[Region]] = defaultdict(list)
    towns: dict[Region, tuple[str, ...]] = {}
    short: set[str] = set()
    for path, below in divisions():
        paths[path[-1]].append(path)
        if below:
            towns[path] = below
        if len(path) == 1 or (len(path) == 2 and not path[0].endswith("市")):
            for name in _short_names(path[-1]):
                paths[name].append(path)
                short.add(name)
        elif path[-1].endswith("自治县"):
            for name in _short_names(path[-1]):
                paths[f"{name}县"].append(path)
    former = frozenset(region_rules().additions)
    stems: defaultdict[str, list[Region]] = defaultdict(list)
    for name in list(paths):
        for path in paths[name]:
            if name == path[-1] and len(path) > 1 and len(stem := _stem(name)) >= 2:
                stems[stem].append(path)
    bearers: defaultdict[str, list[Region]] = defaultdict(list)
    for path, below in towns.items():
        for town in below:
            bearers[town].append(path)
    heads: defaultdict[str, list[str]] = defaultdict(list)
    for name in paths:
        heads[name[:2]].append(name)
    return Gazetteer(
        {name: tuple(dict.fromkeys(found)) for name, found in paths.items()},
        frozenset(short),
        towns,
        {head: tuple(sorted(names, key=len, reverse=True)) for head, names in heads.items()},
        {stem: _current(tuple(dict.fromkeys(found)), former) for stem, found in stems.items()},
        {town: tuple(found) for town, found in bearers.items() if len(town) >= _TOWN_NAME},
    )


def _current(paths: tuple[Region, ...], former: frozenset[str]) -> tuple[Region, ...]:
    """Without former names of divisions that are listed under another: 藁城市 beside 藁城区."""
    listed = {path[:-1] for path in paths if "/".join(path) not in former}
    return tuple(path for path in paths if "/".join(path) not in former or path[:-1] not in listed)


def _stem(name: str) -> str:
    return re.sub(r"(?:新区|自治县|区|县|市|旗)$", "", name)


def divisions() -> Iterator[tuple[Region, tuple[str, ...]]]:
    """Every division down to counties with the names of its streets and towns."""
    known: dict[str, Region] = {}
    for line in data_text("divisions.txt").splitlines():
        if line.startswith("#"):
            continue
        code, name, *rest = line.split("\t")
        above = known.get(code[:4]) or known.get(code[:2]) or () if len(code) > 2 else ()
        known[code] = (*above, name)
        yield known[code], _as_written(tuple(rest[0].split(" "))) if rest else ()
    for addition in region_rules().additions:
        yield tuple(addition.split("/")), ()


def _as_written(towns: tuple[str, ...]) -> tuple[str, ...]:
    """The official names and what everybody writes: 民族街道 for 民族街街道."""
    short = tuple(f"{name[:-3]}街道" for name in towns if name.endswith("街街道"))
    return (*towns, *(name for name in short if name not in towns))


def _short_names(name: str) -> Iterator[str]:
    """广西 for 广西壮族自治区, 恩施州 and 恩施 for 恩施土家族苗族自治州, 南京 for 南京市."""
    bare = re.sub(r"(?:省|市|地区|盟|特别行政区|自治区|自治州|自治县)$", "", name)
    stripped = re.sub(f"(?:{'|'.join(sorted(region_rules().peoples, key=len, reverse=True))})+$", "", bare)
    if name.endswith("自治州") and len(stripped) >= 2:
        yield stripped + "州"
    if 2 <= len(stripped) < len(name):
        yield stripped


def mentions(text: str) -> Iterator[Mention]:
    """Place names in order; adjacent names of one place (天津市河东区) are one mention."""
    book = gazetteer()
    place = 0
    while place < len(text) - 1:
        name = _name_at(text, place, book)
        if not name:
            place += 1
            continue
        start, paths, weak = place, book.paths[name], name in book.short
        alone = not start or not "\u4e00" <= text[start - 1] <= "\u9fff"
        generic = name in region_rules().generic or (len(name) == 2 and not weak and not alone)
        place += len(name)
        while found := _below(text, place, paths, book):
            paths, size, is_short = found
            weak, generic = is_short and weak, False
            place += size
        if not generic and not (weak and _is_word(text, start, place)):
            yield Mention(start, place, paths, weak)


def _below(
    text: str, place: int, paths: tuple[Region, ...], book: Gazetteer
) -> tuple[tuple[Region, ...], int, bool] | None:
    """The name at `place` when it lies in one of `paths`: its divisions, its length, whether it is short."""
    name = _name_at(text, place, book)
    candidates = [(name, book.paths[name], name in book.short)] if name else []
    stems = (text[place : place + size] for size in (4, 3, 2))
    candidates += [(stem, book.stems[stem], False) for stem in stems if stem in book.stems]
    for found, bearers, is_short in candidates:
        below = tuple(path for path in bearers if any(path[: len(up)] == up != path for up in paths))
        if below:
            return below, len(found), is_short
    return None


def _name_at(text: str, place: int, book: Gazetteer) -> str:
    for name in book.heads.get(text[place : place + 2], ()):
        if text.startswith(name, place):
            behind = text[place + len(name) : place + len(name) + 1]
            if place and text[place - 1 : place + len(name)] in region_rules().inside_words:
                continue
            if not behind or behind not in region_rules().not_behind.get(name[-1], ""):
                return name
    return ""


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether a short name is an ordinary word or part of another name here."""
    rules = region_rules()
    return text[start:end] in rules.common_words or text.startswith(rules.not_behind_short, end)


def resolve(mention: Mention, names: Counter[str], text: str) -> Region:
    """The division that a mention means in a text, () when the text does not decide between several.

    `names` counts the names that the text uses. A division speaks for itself through the names above it and
    through its own streets and towns.
    """
    if len(mention.paths) == 1:
        return mention.paths[0]
    scores = {path: _support(path, names, text) for path in mention.paths}
    best = max(scores.values())
    winners = [path for path, score in scores.items() if score == best]
    return winners[0] if best > 0 and len(winners) == 1 else ()


def _support(path: Region, names: Counter[str], text: str) -> int:
    above = sum(names[name] + sum(names[short] for short in _short_names(name)) for name in path[:-1])
    below = sum(1 for town in gazetteer().towns.get(path, ()) if len(town) >= 3 and town in text)
    return above + 2 * below


def count_names(text: str) -> Counter[str]:
    """How often the text uses each name of a division, full or short, inside longer names too."""
    book = gazetteer()
    counts: Counter[str] = Counter()
    for place in range(len(text) - 1):
        for name in book.heads.get(text[place : place + 2], ()):
            if text.startswith(name, place):
                counts[name] += 1
    return counts
