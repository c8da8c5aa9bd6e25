"""Which place a document is about: the place of its issuer or subject, not any place that it mentions."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kb.ingest.gazetteer import Mention, count_names, gazetteer, mentions, region_rules, resolve
from kb.ingest.locality import (
    at_stem,
    by_town,
    dateline,
    deeper,
    down_the_chain,
    is_county,
    only_county,
    own_community,
    speaks_of_itself,
    steady_town,
    stem_with_town,
    town_below,
    up_to_its_level,
)
from kb.ingest.unlisted import unlisted
from kb.types import Fact, Region

_BODY = 30_000  # characters of the body that are looked at
_STATED = 0.8  # confidence of a region that title or issuer state
_COMMUNITY = 5  # names of a path down to a community
_CLAIM = 5  # mentions that the province of a document's number or site weighs


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
    number: str = ""  # 发文字号
    credit: str = ""  # whom a press article is from: 来源：上海长宁
    around: str = ""  # folders and the site's owner: they settle which namesake is meant, no more


def find_region(sources: Sources) -> tuple[Region, Fact | None]:
    """The document's region and what it rests on; () when nothing says it, or something contradicts it."""
    if sources.visit or _is_central(sources):
        return (), None
    text = f"{sources.title}\n{sources.issuer}\n{sources.origin}\n{sources.file_name}\n{sources.body[:_BODY]}"
    names = count_names(text)
    if claimed := _number_place(sources.number):
        names.update(dict.fromkeys(claimed, _CLAIM))
    names.update(count_names(f"{sources.around} {sources.credit}"))
    foreign = {
        resolve(mention, names, text)
        for mention in mentions(sources.title)
        if _foreign(sources.title, mention)
    }
    for region, confidence, evidence in _candidates(sources, names, text):
        if region and not (confidence < _STATED and region in foreign):
            full = _fitted(region, evidence == sources.title, sources, names, text)
            return full, Fact("region", "/".join(full), confidence, evidence)
    return (), None


def _fitted(region: Region, titled: bool, sources: Sources, names: Counter[str], text: str) -> Region:
    """The region as deep as the text is about it, no deeper; `titled` when the title states it."""
    opening = sources.opening if sources.press and not (titled and is_county(region)) else ""
    if sources.press and not sources.issuer and not re.search(region_rules().visitors, sources.opening):
        region = region if titled else up_to_its_level(region, text)
        if not titled or _only_a_short_name(sources.title, region):
            region = down_the_chain(region, f"{sources.title} {sources.opening}", names, text)
    if sources.press and not is_county(region) and not titled:
        region = town_below(region, sources.opening, names, text)
    if not is_county(region):
        return region
    deep = deeper(region, (sources.title, sources.issuer), opening, text)
    if sources.press and deep == region and not sources.issuer:
        deep = steady_town(region, sources.title, text)
    return own_community(deep, sources.title or sources.lead, text) if len(deep) < _COMMUNITY else deep


def _only_a_short_name(title: str, region: Region) -> bool:
    """Whether a title speaks of 浙江 and not of 浙江省: the article may be about a place in it."""
    return region[-1] not in title


def _number_place(number: str) -> Region:
    """北京市 of 京政发〔2016〕43号; () when the number does not tell."""
    places = region_rules().number_places
    known = next((places[number[:size]] for size in (2, 1) if number[:size] in places), "")
    return tuple(known.split("/")) if known else ()


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
    rules = region_rules()
    if re.search(rules.anonymous, sources.title + sources.opening):
        return
    if re.search(rules.outgoing, sources.opening):
        yield _common(sources.opening, names, text), 0.5, sources.opening[:60]
        return
    yield _first(sources.file_name, names, text), 0.75, sources.file_name
    yield _subject(sources.opening, names, text), 0.75, sources.opening[:60]
    yield unlisted((sources.opening,), text), 0.7, sources.opening[:60]
    if not re.search(rules.visitors, sources.lead):
        yield _first(sources.lead, names, text), 0.65, sources.lead
    head = f"{sources.title} {sources.opening}"
    yield stem_with_town(head, names), 0.6, sources.opening[:60]
    yield by_town(head, names, text), 0.6, sources.opening[:60]
    yield _first(sources.origin, names, text), 0.6, sources.origin
    yield _first(sources.credit, names, text), 0.5, sources.credit
    if sources.press:
        yield _chain(sources.opening, names, text), 0.5, sources.opening[:60]
        yield at_stem(sources.opening, names), 0.5, sources.opening[:60]
        yield only_county(sources.body[:_BODY], names, text), 0.5, "the only district that the article names"
    yield _dominant(sources.body[:_BODY], names, text), 0.5, "the place named most often"
    if sources.press:
        yield dateline(sources.title + sources.opening, names, text), 0.4, sources.opening[:60]
    if claimed := _number_place(sources.number):
        yield claimed, 0.6, sources.number


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
        and mention.start > 2
        and not before.startswith(("关于印发", "关于", "《"))
        and not before.endswith(region_rules().own_title)
    )


def _by_stem(title: str) -> Region:
    """ "张家港高新区…" and "舞阳：…" at the start of a title: a county's name without its last character."""
    stems = gazetteer().stems
    title = title.lstrip("【[“《")
    for size in (4, 3, 2):
        paths = stems.get(title[:size], ())
        if len(paths) != 1 or title[:size] in region_rules().common_words:
            continue
        if (
            title[size:].startswith(("：", ":"))
            or (size > 2 and title[size:].startswith(region_rules().zones))
            or re.match(region_rules().office_of, title[size:])
        ):
            return paths[0]
    return ()


def _chain(opening: str, names: Counter[str], text: str) -> Region:
    """The deepest place of an opening, when each that it names lies in the one before: 宁夏, 吴忠市."""
    opening = re.sub(region_rules().dateline, "", opening)
    deepest: Region = ()
    told = 0
    for mention in mentions(opening):
        found = resolve(mention, names, text)
        if re.match(region_rules().media, opening[mention.end :]):
            continue
        if not found or not (found[: len(deepest)] == deepest or deepest[: len(found)] == found):
            return ()
        deepest = max(deepest, found, key=len)
        told += 1 if mention.weak and not opening[: mention.end].endswith("州") else 2
    return deepest if told > 1 else ()


def _common(opening: str, names: Counter[str], text: str) -> Region:
    """What the place of those who went and that of their hosts have in common; () when one is unknown."""
    found = [mention for mention in mentions(opening) if not mention.weak]
    if not found or opening[: found[0].start].endswith(region_rules().host_after):
        return ()
    paths = [path for mention in found if (path := resolve(mention, names, text))]
    levels = itertools.takewhile(lambda level: len(set(level)) == 1, zip(*paths, strict=False))
    return tuple(level[0] for level in levels)


def _subject(opening: str, names: Counter[str], text: str) -> Region:
    """The place with which the text begins, when the text keeps speaking of it."""
    rules = region_rules()
    media, visitors = rules.media, re.search(rules.visitors, opening)
    for mention in mentions(opening):
        if visitors:
            if opening[: mention.start].endswith(rules.host_after):
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
            or (_is_division(found) and re.match(rules.part_of_it, opening[mention.end :]))
            or speaks_of_itself(text, name)
            or (at_start and mention.start <= 30 and not mention.weak)
        ):
            return found
        return ()
    return ()


def _is_division(region: Region) -> bool:
    """Whether a path ends at a division with towns of its own, and not at a functional zone."""
    return region in gazetteer().towns or not is_county(region)


def _dominant(body: str, names: Counter[str], text: str) -> Region:
    """The place that a text which says 本市 or 我区 names far more often than any other of that level."""
    levels = Counter(match.group(1) for match in re.finditer(region_rules().self, body))
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
