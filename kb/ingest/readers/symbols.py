"""Glyphs of symbol fonts as characters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.resources import load_rules

_BULLET = 0xB7  # the bullet of Symbol, in which Word sets most lists
_PRIVATE = re.compile("[\uf020-\uf0ff]")


class _Symbols(BaseModel):
    """kb/data/symbols.toml: per font, characters by the hexadecimal place of their glyph."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    font: Mapping[str, Mapping[str, str]]


@cache
def _fonts() -> Mapping[str, Mapping[int, str]]:
    fonts = load_rules("symbols.toml", _Symbols).font
    return {
        name.lower(): {int(place, 16): char for place, char in glyphs.items()}
        for name, glyphs in fonts.items()
    }


def symbol(font: str, place: str) -> str:
    """The character that stands at a hexadecimal place ("F0FE") of a font; "" where it is not known."""
    try:
        return _fonts().get(font.lower(), {}).get(int(place, 16) & 0xFF, "")
    except ValueError:
        return ""


def plain_bullets(text: str) -> str:
    """`text` with the glyphs told: a text file has no fonts, its bullets were Symbol's or Wingdings'."""
    return _PRIVATE.sub(_glyph, text)


def _glyph(match: re.Match[str]) -> str:
    place = ord(match.group()) & 0xFF
    return "•" if place == _BULLET else _fonts().get("wingdings", {}).get(place, "•")


def in_font(text: str, font: str) -> str:
    """`text` set in `font`, with the private-use characters that stand for its glyphs told."""
    glyphs = _fonts().get(font.lower())
    return text if glyphs is None else _PRIVATE.sub(lambda m: glyphs.get(ord(m.group()) & 0xFF, ""), text)
