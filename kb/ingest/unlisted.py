"""Places that the official divisions do not list: new districts, former names, places that a text invents.

Such a name counts only when the text itself bears it out: it stands in the title, the issuer or the opening,
it is repeated, and the text speaks of it as of a district (X区委, X县人民政府, Y市X区, X区位于Y市).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.ingest.gazetteer import gazetteer, region_rules
from kb.types import Region

_STEM = 4  # characters of a name before 区, 县 or 市
_DISTRICT = re.compile(r"[区县旗](?![域间别划分级])")
_CITY = re.compile(r"[\u4e00-\u9fff]{2,6}市(?![场民集长值])")


def unlisted(parts: tuple[str, ...], text: str) -> Region:
    """The district that `parts` (title, issuer, opening) speak of, with its city where the text names it.

    A city alone when there is no district; () when nothing is borne out.
    """
    for part in parts:
        for name in _names(part, text):
            if _is_listed(name) and not _unlisted_pair(name, text):
                continue
            if text.count(name) >= 2 and _borne_out(name, text):
                return _with_city(name, text)
    for part in parts:
        for match in _CITY.finditer(part):
            city = _tidy(match.group(), text)
            if not city or _listed_ending(match.group()) or text.count(city) < 2:
                continue
            if re.search(re.escape(city) + region_rules().borne_out, text):
                return (city,)
    return ()


def _names(part: str, text: str) -> Iterator[str]:
    """Names of districts, cut free from the words before them, in order."""
    rules = region_rules()
    for match in _DISTRICT.finditer(part):
        listed = _listed_ending(part[: match.end()])
        name = listed or _cut_free(part[max(0, match.start() - _STEM) : match.end()], text)
        stem = name[:-1]
        if len(stem) < 2 or name in rules.generic or any(name.endswith(word) for word in rules.not_names):
            continue
        if not any(char in rules.not_in_names for char in stem) and not stem.startswith(rules.not_stems):
            yield name


def _cut_free(run: str, text: str) -> str:
    """The longest ending of `run` that is as frequent as its last three characters: 青禾区 of 关于青禾区."""
    run = re.split(r"[^\u4e00-\u9fff]|[省市州](?=.)", run)[-1]
    shortest = run[-3:]
    best = shortest
    for size in range(4, len(run) + 1):
        if text.count(run[-size:]) == text.count(shortest) >= 2:
            best = run[-size:]
        else:
            break
    return best


def _listed_ending(run: str) -> str:
    """The longest listed name with which `run` ends: 卫东区 of 平顶山卫东区; or ""."""
    return next(
        (run[-size:] for size in range(12, 1, -1) if len(run) >= size and _is_listed(run[-size:])), ""
    )


def _is_listed(name: str) -> bool:
    return name in gazetteer().paths


def _borne_out(name: str, text: str) -> bool:
    return re.search(re.escape(name) + region_rules().borne_out, text) is not None or _city(name, text) != ""


def _with_city(name: str, text: str) -> Region:
    city = _city(name, text)
    known = [path for path in gazetteer().paths.get(city, ()) if path[-1] == city]
    if len(known) == 1:
        return (*known[0], name)
    return (city, name) if city else (name,)


def _city(name: str, text: str) -> str:
    """The city of a district: right before it, said of it, or the only city that the text names."""
    quoted = re.escape(name)
    pair = re.search(rf"([\u4e00-\u9fff]{{2,6}}市){quoted}", text)
    said = re.search(rf"(?:{quoted}|[我本全][区县]){region_rules().lies_in}([\u4e00-\u9fff]{{2,6}}?市)", text)
    for match in (pair, said):
        if match and (city := _tidy(match.group(1), text)):
            return city
    cities = {city for match in _CITY.finditer(text) if (city := _tidy(match.group(), text))}
    return cities.pop() if len(cities) == 1 else ""


def _tidy(run: str, text: str) -> str:
    """A city's name: listed as it is, else two characters and 市 unless a third is always there; or ""."""
    rules = region_rules()
    if listed := _listed_ending(run):
        return listed
    four = run[-4:]
    name = four if len(four) == 4 and text.count(four) == text.count(four[-3:]) >= 2 else run[-3:]
    stem = name[:-1]
    bad = any(char in rules.not_in_names for char in stem) or name.endswith(rules.not_cities)
    bad = bad or stem.startswith(rules.not_stems)
    return "" if bad else name


def _unlisted_pair(name: str, text: str) -> bool:
    """Whether a listed district stands in a city that is not listed: a namesake."""
    match = re.search(rf"[\u4e00-\u9fff]{{2,6}}市(?={re.escape(name)})", text)
    if match is None or _listed_ending(match.group()):
        return False
    return (city := _tidy(match.group(), text)) != "" and not _is_listed(city)
