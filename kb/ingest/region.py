"""Which place a document is about: the place of its issuer or subject, not any place that it mentions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kb.ingest.gazetteer import Mention, count_names, gazetteer, mentions, region_rules, resolve
from kb.ingest.unlisted import unlisted
from kb.types import Fact, Region

_OPENING = 160  # characters of the body in which its subject is introduced
_VISIT = 60  # characters in which visitors are named before the place that they visit
_BODY = 30_000  # characters of the body that are looked at
_ANONYMOUS = re.compile(r"(?:[xX×＊*]{1,4}|某某?)\s*(?:省|市|县|区|镇|乡|街道|社区|村)")
_SELF = re.compile(r"(?:本|我|全)(市|区|县|省|旗|州|自治区)")
_VISITORS = re.compile(r"一行|率队|率.{0,8}团")
_ZONES = ("高新区", "经开区", "开发区", "新区", "市", "县", "区")
_TOWN_END = re.compile(r"街道|镇|乡")
_TOWN = re.compile(r"([\u4e00-\u9fff]{2,6}?(?:街道|镇|乡))")
_COMMUNITY = re.compile(r"([\u4e00-\u9fff]{2,6}?社区)")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a region is looked for, from the strongest evidence to the weakest."""

    title: str
    issuer: str
    opening: str
    file_name: str
    origin: str
    body: str
    visit: bool  # a report on places that somebody else went to see
    lead: str = ""  # the first words of a text without a title
    press: bool = False  # a press article, which reports from one place


def find_region(sources: Sources) -> tuple[Region, Fact | None]:
    """The document's region and what it rests on; () when nothing says it, or something contradicts it."""
    if sources.visit or _is_central(sources):
        return (), None
    text = f"{sources.title}\n{sources.issuer}\n{sources.origin}\n{sources.file_name}\n{sources.body[:_BODY]}"
    names = count_names(text)
    for region, confidence, evidence in _candidates(sources, names, text):
        if region:
            full = _deeper(region, sources, text)
            return full, Fact("region", "/".join(full), confidence, evidence)
    return (), None


def _is_central(sources: Sources) -> bool:
    central = region_rules().central
    return sources.issuer.startswith(central) or (not sources.issuer and sources.title.startswith(central))


def _candidates(sources: Sources, names: Counter[str], text: str) -> Iterator[tuple[Region, float, str]]:
    title = _first(sources.title, names, text)
    issuer = _first(sources.issuer, names, text)
    yield unlisted((sources.title, sources.issuer), text), 0.85, sources.title
    if title and issuer and issuer[: len(title)] == title:
        yield issuer, 0.95, sources.issuer
    yield title, 0.9, sources.title
    yield _by_stem(sources.title), 0.8, sources.title
    yield issuer, 0.85, sources.issuer
    if _ANONYMOUS.search(sources.title + sources.opening):
        return
    yield _first(sources.file_name, names, text), 0.75, sources.file_name
    yield _subject(sources.opening, names, text), 0.75, sources.opening[:60]
    yield unlisted((sources.opening,), text), 0.7, sources.opening[:60]
    if not _VISITORS.search(sources.lead):
        yield _first(sources.lead, names, text), 0.65, sources.lead
    yield _by_town(f"{sources.title} {sources.opening}", names, text), 0.6, sources.opening[:60]
    yield _first(sources.origin, names, text), 0.6, sources.origin
    if sources.press:
        yield _only_county(sources.body[:_BODY], names, text), 0.5, "the only district that the article names"
    yield _dominant(sources.body[:_BODY], names, text), 0.5, "the place named most often"


def _first(part: str, names: Counter[str], text: str) -> Region:
    """The first place that a title or an issuer names as its own."""
    media = region_rules().media
    for mention in mentions(part):
        if _foreign(part, mention) or re.match(media, part[mention.end :]):
            continue
        if found := resolve(mention, names, text):
            return found
    return ()


def _foreign(part: str, mention: Mention) -> bool:
    """Whether the words before a place say that it is somebody else's, or it stands inside a quoted title."""
    before = part[: mention.start]
    return before.endswith(region_rules().not_before) or (
        before.count("《") > before.count("》")
        and bool(mention.start > 2 and not before.startswith(("关于印发", "关于", "《")))
    )


def _by_stem(title: str) -> Region:
    """ "张家港高新区…" and "舞阳：…" at the start of a title: a county's name without its last character."""
    stems = gazetteer().stems
    for size in (4, 3, 2):
        paths = stems.get(title[:size], ())
        if len(paths) != 1 or title[:size] in region_rules().common_words:
            continue
        if title[size:].startswith(("：", ":")) or (size > 2 and title[size:].startswith(_ZONES)):
            return paths[0]
    return ()


def _only_county(body: str, names: Counter[str], text: str) -> Region:
    """The one district that a text names, twice or more."""
    found = Counter(resolve(mention, names, text) for mention in mentions(body) if not mention.weak)
    counties = {region: count for region, count in found.items() if len(region) == 3 or _is_urban(region)}
    if len(counties) != 1:
        return ()
    region, count = next(iter(counties.items()))
    return region if count >= 2 else ()


def _is_urban(region: Region) -> bool:
    """A district of a municipality."""
    return len(region) == 2 and region[0].endswith("市")


def _by_town(part: str, names: Counter[str], text: str) -> Region:
    """The county of a street or town that bears its name alone, when the text keeps speaking of it."""
    only = gazetteer().only_towns
    for match in _TOWN_END.finditer(part):
        for size in (8, 7, 6, 5, 4):
            town = part[max(0, match.end() - size) : match.end()]
            if town in only and text.count(town) >= 2 and not _elsewhere(only[town], names):
                return only[town]
    return ()


def _elsewhere(region: Region, names: Counter[str]) -> bool:
    """Whether the text names other provinces or cities but none that the region lies in."""
    book = gazetteer()
    own = others = 0
    for name, count in names.items():
        for path in book.paths[name]:
            if len(path) == 1 or (len(path) == 2 and name in book.short):
                inside = region[: len(path)] == path
                own, others = own + count * inside, others + count * (not inside)
    return others > 0 and own == 0


def _subject(opening: str, names: Counter[str], text: str) -> Region:
    """The place with which the text begins, when the text keeps speaking of it."""
    media = region_rules().media
    visitors = _VISITORS.search(opening[:_VISIT])
    for mention in mentions(opening):
        if visitors:
            if opening[: mention.start].endswith("到"):
                return resolve(mention, names, text)
            continue
        if _foreign(opening, mention) or re.match(media, opening[mention.end :]):
            continue
        found = resolve(mention, names, text)
        if not found:
            return ()
        name = found[-1]
        spoken = text.count(name) + text.count(name[:-1]) * (len(name) > 2)
        at_start = not re.search(r"[。；;]", opening[: mention.start])
        if (
            spoken >= 3
            or _speaks_of_itself(text, name)
            or (at_start and mention.start <= 30 and not mention.weak)
        ):
            return found
        return ()
    return ()


def _speaks_of_itself(text: str, name: str) -> bool:
    return any(match.group(1) == name[-1] for match in _SELF.finditer(text))


def _dominant(body: str, names: Counter[str], text: str) -> Region:
    """The place that a text which says 本市 or 我区 names far more often than any other of that level."""
    levels = Counter(match.group(1) for match in _SELF.finditer(body))
    if sum(levels.values()) < 2:
        return ()
    level = levels.most_common(1)[0][0]
    counts: Counter[Region] = Counter()
    for mention in mentions(body):
        found = resolve(mention, names, text)
        if found and (
            found[-1].endswith(level) or (level == "市" and len(found) == 1 and found[0].endswith("市"))
        ):
            counts[found] += 1
    ranked = counts.most_common(2)
    if not ranked or ranked[0][1] < 3 or (len(ranked) > 1 and ranked[0][1] < 2 * ranked[1][1]):
        return ()
    return ranked[0][0]


def _deeper(region: Region, sources: Sources, text: str) -> Region:
    """The street and its community, when the title or the issuer names them right behind the district."""
    for part in (sources.title, sources.issuer):
        at = part.find(region[-1])
        if at < 0 or len(region) < 2:
            continue
        rest = part[at + len(region[-1]) :]
        known = gazetteer().towns.get(region, ())
        town = next((name for name in sorted(known, key=len, reverse=True) if rest.startswith(name)), "")
        if not town and not known and (match := _TOWN.match(rest)) and text.count(match.group(1)) >= 2:
            town = match.group(1)
        if town:
            community = _COMMUNITY.match(rest[len(town) :])
            return (*region, town, community.group(1)) if community else (*region, town)
    return region
