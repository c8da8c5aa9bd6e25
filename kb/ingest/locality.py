"""Streets and towns: the county that one speaks for, and how deep into a county a text goes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from kb.ingest.gazetteer import gazetteer, mentions, region_rules, resolve
from kb.types import Region

_SEVERAL = re.compile(r"社区[、和与及][^，。]{2,8}社区")
_OWN_NAME = 4  # characters of a name that may stand for its county alone
_SETTING = 40  # characters in which a text says where it is set
_STEM_AND_TOWN = 10  # characters of a county's bare name and a town
_ABOVE_OTHERS = 5  # how often a text names its own county for once that it names another
_MANY = 2  # other streets with which an article is about more than the first
_STEADY, _DWELLS = 3, 5  # times that an article about one town names it
_COUNTY = 3  # names of a path down to a county; a municipality's district has two


def is_county(region: Region) -> bool:
    """Whether a path ends at a county, a district or a county-level city."""
    return len(region) == _COUNTY or (len(region) == 2 and region[0].endswith("市"))


def by_town(part: str, names: Counter[str], text: str) -> Region:
    """The county of the first street or town of `part` that the text keeps speaking of.

    A name that several counties bear counts when the text names the province or city of exactly one.
    """
    for town in _towns_in(part):
        counties = gazetteer().bearers[town]
        alone = len(counties) == 1 and len(town) >= _OWN_NAME and not +names
        told = text.count(town) >= 2 or alone or _named_above(town, names)
        if not told and not (len(counties) == 1 and _by_bare_name(counties[0], town, text)):
            continue
        if len(counties) > 1:
            counties = _named_above(town, names)
        elif _elsewhere(counties[0], names) or (len(town) < _OWN_NAME and not _named_above(town, names)):
            counties = ()
        if len(counties) == 1:
            return counties[0]
    return ()


def _towns_in(part: str) -> Iterator[str]:
    """Listed streets and towns that `part` names, in order, the longest name at each place."""
    known = gazetteer().bearers
    for match in re.finditer(region_rules().town_end, part):
        for size in range(10, 2, -1):
            town = part[max(0, match.end() - size) : match.end()]
            if len(town) == size and town in known:
                if not _of_another(part[: match.end() - size], known[town]):
                    yield town
                break


def _of_another(before: str, bearers: tuple[Region, ...]) -> bool:
    """Whether a county's name right before a town says that it is none of the town's known bearers."""
    paths = gazetteer().paths
    county = next((before[-size:] for size in range(6, 1, -1) if before[-size:] in paths), "")
    return any(is_county(path) for path in paths.get(county, ())) and not set(paths[county]) & set(bearers)


def _by_bare_name(county: Region, town: str, text: str) -> bool:
    """Whether a text with a town of four characters or more calls its county by the bare name: 调研普陀."""
    stem = re.sub(r"[区县市旗]$", "", county[-1])
    return len(town) > _OWN_NAME and len(stem) > 1 and stem in text.replace(town, "")


def _named_above(town: str, names: Counter[str]) -> tuple[Region, ...]:
    """The counties with a street or town of that name whose province or city the text names."""
    book = gazetteer()
    named = {path for name in names if names[name] for path in book.paths[name] if len(path) <= 2}
    above = {
        county: sum(1 for size in range(1, len(county)) if county[:size] in named)
        for county in book.bearers[town]
    }
    most = max(above.values(), default=0)
    return tuple(county for county, count in above.items() if count == most > 0)


def _elsewhere(region: Region, names: Counter[str]) -> bool:
    """Whether the text names other provinces or cities in full but none that the region lies in."""
    book = gazetteer()
    own = others = 0
    for name, count in names.items():
        for path in book.paths[name]:
            if len(path) == 1 or (len(path) == 2 and name in book.short):
                inside, weak = region[: len(path)] == path, name in book.short
                own += count * inside
                others += 0 if inside or (weak and count < 2) else count
    return others > 0 and own == 0


def at_stem(opening: str, names: Counter[str]) -> Region:
    """ "在黄浦物业服务第一线": a district by its bare name where a text sets out; its city is named too."""
    rules, book = region_rules(), gazetteer()
    for match in re.finditer(rules.sets_out, opening[:_SETTING]):
        for size in (4, 3, 2):
            stem = opening[match.end() : match.end() + size]
            known = book.stems.get(stem, ())
            behind = opening[match.end() + size :]
            if not known or stem in rules.common_words or behind.startswith(rules.not_behind_short):
                continue
            named = [path for path in known if any(_is_named(path[:up], names) for up in range(1, len(path)))]
            if len(named) == 1 and is_county(named[0]):
                return named[0]
    return ()


def _is_named(path: Region, names: Counter[str]) -> bool:
    """Whether the text uses a name of the province or city."""
    return any(names[name] and path in gazetteer().paths.get(name, ()) for name in list(names))


def counties_in(body: str, names: Counter[str], text: str) -> Counter[Region]:
    """How often a text names each county in full, or behind its city's name."""
    found = Counter(resolve(mention, names, text) for mention in mentions(body) if not mention.weak)
    return Counter({region: count for region, count in found.items() if is_county(region)})


def only_county(body: str, names: Counter[str], text: str) -> Region:
    """The one county that a text names: twice, or once with a street of its own or as "our" county."""
    counties = counties_in(body, names, text)
    if len(counties) != 1:
        return ()
    region, count = next(iter(counties.items()))
    stem = region[-1][:-1]
    borne = (
        any(len(town) > 2 and town in text for town in gazetteer().towns.get(region, ()))
        or speaks_of_itself(text, region[-1])
        or (len(stem) > 1 and text.count(stem) > 2)
    )
    return region if count >= 2 or borne else ()


def speaks_of_itself(text: str, name: str) -> bool:
    """Whether a text says 我区 or 全区 when `name` is a district."""
    return any(match.group(1) == name[-1] for match in re.finditer(region_rules().self, text))


def down_the_chain(region: Region, opening: str, names: Counter[str], text: str) -> Region:
    """A county under `region` when the text names no other county: "四川省…中心与成都市新都…"."""
    if is_county(region) or _speaks_for_province(text):
        return region
    counties = counties_in(text, names, text)
    if not counties:
        return region
    county, count = counties.most_common(1)[0]
    if len(counties) > 1 and count < _ABOVE_OTHERS * (counties.total() - count):
        return region
    in_opening = any(resolve(mention, names, text) == county for mention in mentions(opening))
    return county if county[: len(region)] == region and (in_opening or count >= 2) else region


def up_to_its_level(region: Region, text: str) -> Region:
    """The province alone, when the text speaks for it all along and for no place below."""
    return region[:1] if len(region) > 1 and _speaks_for_province(text) else region


def _speaks_for_province(text: str) -> bool:
    rules = region_rules()
    own = len(re.findall(rules.for_province, text))
    return own >= 3 and own > 2 * len(re.findall(rules.for_place_below, text))


def deeper(region: Region, heads: tuple[str, ...], opening: str, text: str) -> Region:
    """The street and its community, when a head (title, issuer) names them behind the district.

    `opening` is given for an article that tells of one place: there the only street of the district that it
    names counts too, unless the text goes on to another as often.
    """
    known = gazetteer().towns.get(region, ())
    for head in heads:
        if found := _behind(region, head, known, text):
            return found
        if town := _only_town(head, known):
            return (*region, town)
    town = _only_town(opening, known)
    if text.count(town) < 2 and region[-1] in text and f"{region[-1]}{town}" not in opening:
        return region
    others = [other for other in known if len(other) > 2 and town not in other and other in text]
    if town and len(others) < _MANY and all(text.count(other) < text.count(town) for other in others):
        return (*region, town)
    return region


def steady_town(region: Region, title: str, text: str) -> Region:
    """The one street or town of a county that an article names at all, and names again and again.

    An article whose title names the county in full is the county's; it must dwell on the town.
    """
    town = _only_town(text, gazetteer().towns.get(region, ()))
    least = _DWELLS if region[-1] in title else _STEADY
    return (*region, town) if town and text.count(town) >= least else region


def town_below(region: Region, part: str, names: Counter[str], text: str) -> Region:
    """The county under a province or city of which `part` names a street or town, and no other county."""
    if counties_in(text, names, text) or re.search(region_rules().outgoing, part):
        return region
    county = by_town(part, names, text)
    steady = county[: len(region)] == region and steady_town(county, "", text) != county
    return county if steady else region


def own_community(region: Region, title: str, text: str) -> Region:
    """The community that a title speaks of, behind its street as the text tells: 濛洲街道玉田社区."""
    if not is_county(region[:-1]) and not is_county(region):
        return region
    county = region if is_county(region) else region[:-1]
    if _SEVERAL.search(title):
        return region
    for match in re.finditer(region_rules().town_and_community, text):
        community = match.group("community")
        towns = [town for town in gazetteer().towns.get(county, ()) if match.group("before").endswith(town)]
        if community in title and towns and (region == county or region[-1] in towns):
            return (*county, max(towns, key=len), community)
    return region


def _only_town(part: str, known: tuple[str, ...]) -> str:
    """The one street or town of a county that `part` names; "" when it names none or several."""
    named = [town for town in known if len(town) > 2 and town in part]
    longest = [town for town in named if not any(town in other for other in named if other != town)]
    return longest[0] if len(longest) == 1 else ""


def _behind(region: Region, head: str, known: tuple[str, ...], text: str) -> Region:
    """The street right behind the district's name, and the community right behind the street's."""
    at = head.find(region[-1])
    if at < 0 or len(region) < 2:
        return ()
    rest = head[at + len(region[-1]) :]
    town = next((name for name in sorted(known, key=len, reverse=True) if rest.startswith(name)), "")
    if not town and not known and (match := re.match(region_rules().town, rest)):
        town = match.group(1) if text.count(match.group(1)) >= 2 else ""
    if not town:
        return ()
    community = re.match(region_rules().community, rest[len(town) :])
    told = community is not None and text.count(community.group(1)) >= 2
    return (*region, town, community.group(1)) if community and told else (*region, town)


def stem_with_town(part: str, names: Counter[str]) -> Region:
    """ "浦东唐镇", "相城黄桥街道": a county by its bare name with one of its streets or towns behind it."""
    book = gazetteer()
    for match in re.finditer(region_rules().town_end, part):
        before = part[max(0, match.end() - _STEM_AND_TOWN) : match.end()]
        told = {
            path
            for start in range(len(before) - 3)
            for size in (2, 3, 4)
            for path in book.stems.get(before[start : start + size], ())
            if before[start + size :] in book.towns.get(path, ())
        }
        if len(told) == 1 and not _elsewhere(path := told.pop(), names):
            return path
    return ()


def dateline(opening: str, names: Counter[str], text: str) -> Region:
    """Where an agency filed an article from: its province, and the place in it that the text keeps naming."""
    match = re.search(region_rules().dateline, opening)
    known = gazetteer().paths.get(match.group("place"), ()) if match else ()
    if len(known) != 1 or match is None:
        paper = re.search(region_rules().local_press, opening)
        known = gazetteer().paths.get(paper.group("place"), ()) if paper else ()
        return known[0] if len(known) == 1 else ()
    province, filed = known[0][:1], known[0]
    behind = text[text.find(match.group()) + len(match.group()) :]
    found = Counter(resolve(mention, names, text) for mention in mentions(behind))
    inside = [place for place, count in found.items() if count > 1 and place[:1] == province != place]
    return inside[0] if len(inside) == 1 and inside[0] != filed else province
