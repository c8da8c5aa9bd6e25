"""Chinese places as an English question spells them: in pinyin without tones and spaces."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice, product

from kb.ingest.gazetteer import divisions

_KIND = re.compile(r"(?<=..)(?:街道|地区|新区|自治县|自治旗|省|市|盟|州|区|县|旗|镇|乡)$")
_FEWEST_LETTERS = 4  # shorter ones are words of other languages,
_FEWEST_OF_TOWNS = 5  # whose spellings are many
_MOST_READINGS = 8  # of one name whose characters have several sounds
_MOST_PLACES = 6  # of one spelling


def places(sounds_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Divisions, streets and towns by their spelling, higher ones first: "anji" is 安吉.

    `sounds_of` has the sounds of each character, see `kb.search.sounds.sounds_in`.
    """
    sounds = {char: held.replace("u:", "v").split() for char, held in sounds_of.items()}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    listed = list(divisions())
    for names, fewest in (
        ((region[-1] for region, _ in listed), _FEWEST_LETTERS),
        ((town for _, towns in listed for town in towns), _FEWEST_OF_TOWNS),
    ):
        for name in map(_bare, names):
            for spelling in _spellings(name, sounds):
                if len(spelling) >= fewest:
                    found[spelling][name] = None
    return {spelling: tuple(islice(names, _MOST_PLACES)) for spelling, names in found.items()}


def _bare(name: str) -> str:
    return _KIND.sub("", name)


def _spellings(name: str, sounds: dict[str, list[str]]) -> Iterator[str]:
    if len(name) < 2 or not all(char in sounds for char in name):
        return
    for reading in islice(product(*(sounds[char] for char in name)), _MOST_READINGS):
        yield "".join(reading)
