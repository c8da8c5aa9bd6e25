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
_BODY = 30_000  # characters of the body that are looked at
_ANONYMOUS = re.compile(r"(?:[xX×＊*]{1,4}|某某?)\s*(?:省|市|县|区|镇|乡|街道|社区|村)")
_SELF = re.compile(r"(?:本|我|全)(市|区|县|省|旗|州|自治区)")
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
    yield issuer, 0.85, sources.issuer
    if _ANONYMOUS.search(sources.title + sources.opening):
        return
    yield _first(sources.file_name, names, text), 0.75, sources.file_name
    yield _subject(sources.opening, names, text), 0.75, sources.opening[:60]
    yield unlisted((sources.opening,), text), 0.7, sources.opening[:60]
    yield _first(sources.origin, names, text), 0.6, sources.origin
    yield _dominant(sources.body[:_BODY], names, text), 0.5, "the place named most often"


def _first(part: str, names: Counter[str], text: str) -> Region:
    """The first place that a title or an issuer names as its own."""
    for mention in mentions(part):
        if not _foreign(part, mention) and (found := resolve(mention, names, text)):
            return found
    return ()


def _foreign(part: str, mention: Mention) -> bool:
    """Whether the words before a place say that it is somebody else's, or it stands inside a quoted title."""
    before = part[: mention.start]
    return before.endswith(region_rules().not_before) or (
        before.count("《") > before.count("》")
        and bool(mention.start > 2 and not before.startswith(("关于印发", "关于", "《")))
    )


def _subject(opening: str, names: Counter[str], text: str) -> Region:
    """The place with which the text begins, when the text keeps speaking of it."""
    media = region_rules().media
    for mention in mentions(opening):
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
