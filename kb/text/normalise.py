"""Folds spellings of the same text together for matching, never for quoting.

Full and half width (NFKC), letter case, traditional and simplified script, and the words that text
spinners swap (效劳 for 服务). A fold keeps a map back, so that a match can be shown in the original.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import opencc
from pydantic import BaseModel, ConfigDict

from kb.resources import load_rules


class _SpunPair(BaseModel):
    """One swap; the contexts restrict where it may be undone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    spun: str
    original: str
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()


class _SpunRules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    pair: tuple[_SpunPair, ...] = ()


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text with the way back: `origin[i]` is the offset in the original of folded character i.

    `origin` has one entry more than `text`: the end of the original.
    """

    text: str
    origin: Sequence[int]


class _Simplified(dict[int, str]):
    """A `str.translate` table that asks OpenCC once per character.

    Character by character, so that lengths never change and both a question and a text fold alike.
    """

    def __init__(self) -> None:
        super().__init__()
        # "t2s" with the characters that only Hong Kong writes (衞); "tw2s" would make 着 of 著作 too.
        self._convert: Callable[[str], str] = opencc.OpenCC("hk2s").convert

    def __missing__(self, code: int) -> str:
        char = chr(code)
        wide = unicodedata.normalize("NFKC", char).lower()
        out = wide if len(wide) == 1 else char
        if out >= "\u2e80" and not "\ud800" <= out <= "\udfff":  # half a character is nothing to convert
            converted = self._convert(out)
            out = converted if len(converted) == 1 else out
        self[code] = out
        return out


@cache
def _table() -> _Simplified:
    return _Simplified()


@cache
def _spun() -> tuple[re.Pattern[str] | None, dict[str, str]]:
    pairs = load_rules("spun.toml", _SpunRules).pair
    originals = {pair.spun: pair.original for pair in pairs}
    if not originals:
        return None, {}
    ordered = sorted(pairs, key=lambda pair: -len(pair.spun))
    return re.compile("|".join(_pattern(pair) for pair in ordered)), originals


def _pattern(pair: _SpunPair) -> str:
    """The swap, then where it must stand: a pattern that begins with its letters is looked for far faster."""
    left = "|".join(f"(?<={re.escape(word + pair.spun)})" for word in pair.only_after)
    right = "|".join(map(re.escape, pair.only_before))
    return re.escape(pair.spun) + (f"(?:{left})" if left else "") + (f"(?={right})" if right else "")


def fold_characters(text: str) -> str:
    """Width, case and script folded; the length stays the same, so offsets hold."""
    return text.translate(_table())


def fold(text: str) -> str:
    """Everything folded, spun words included; offsets do not hold."""
    flat = fold_characters(text)
    pattern, originals = _spun()
    return pattern.sub(lambda match: originals[match.group()], flat) if pattern else flat


def fold_with_origin(text: str) -> Folded:
    """Everything folded, with the way back to the original."""
    flat = fold_characters(text)
    pattern, originals = _spun()
    matches = list(pattern.finditer(flat)) if pattern else []
    if not matches:
        return Folded(flat, range(len(flat) + 1))
    pieces: list[str] = []
    origin: list[int] = []
    last = 0
    for match in matches:
        pieces.append(flat[last : match.start()])
        origin.extend(range(last, match.start()))
        word = originals[match.group()]
        pieces.append(word)
        origin.extend(min(match.start() + i, match.end() - 1) for i in range(len(word)))
        last = match.end()
    pieces.append(flat[last:])
    origin.extend(range(last, len(flat) + 1))
    return Folded("".join(pieces), tuple(origin))
