"""The rule files of cleaning, validated."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kb.resources import load_rules, parse_rules


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class LineRule(BaseModel):
    """A whole line that is furniture."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    pattern: Pattern
    max: int = Field(default=160, gt=0)  # characters
    cuts: bool = False  # a sentence may go on behind the line
    prose: bool = False  # also a line that reads like the body


class PieceRule(BaseModel):
    """A piece inside a line, or the line with which the tail of a page begins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    pattern: Pattern
    cuts: bool = False  # a sentence goes on behind it in the next line


class WatermarkRule(BaseModel):
    """How repeated pieces are recognised."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    anchors: tuple[str, ...]
    words: tuple[str, ...]
    repeats: int = Field(ge=2)
    address: Pattern  # of a site
    share: float = Field(gt=0, le=1)  # of a mark's characters that its words and addresses must make up
    longest: int = Field(gt=0)  # characters


class SiteProseRule(BaseModel):
    """How sentences are told in which a site speaks of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    topics: tuple[str, ...]
    least: int = Field(ge=1)
    longest: int = Field(gt=0)  # characters of a sentence


class EdgeRule(BaseModel):
    """Words that betray furniture before the first and behind the last prose."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    certain: tuple[str, ...]
    likely: tuple[str, ...]
    longest: int = Field(gt=0)  # characters


class Boilerplate(BaseModel):
    """kb/data/boilerplate.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: tuple[LineRule, ...]
    inline: tuple[PieceRule, ...]
    tail: tuple[PieceRule, ...]
    harvest: tuple[PieceRule, ...]
    site_prose: SiteProseRule
    edges: EdgeRule
    watermark: WatermarkRule


class OwnCleaning(BaseModel):
    """What an office adds to them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: tuple[LineRule, ...] = Field(default=(), max_length=500)
    inline: tuple[PieceRule, ...] = Field(default=(), max_length=500)
    tail: tuple[PieceRule, ...] = Field(default=(), max_length=500)


def parse_own(text: str, name: str) -> OwnCleaning:
    """The additions in TOML `text`. Raises `DataError` naming `name`, the line and the field."""
    return parse_rules(text, name, OwnCleaning)


@cache
def shipped() -> Boilerplate:
    """Our cleaning rules. Raises `DataError` when the file is wrong."""
    return load_rules("boilerplate.toml", Boilerplate)


_in_force: list[Boilerplate] = []  # at most one: with what `use_cleaning` added


def boilerplate() -> Boilerplate:
    """The cleaning rules in force. Raises `DataError` when the file is wrong."""
    return _in_force[0] if _in_force else shipped()


def use_cleaning(text: str) -> None:
    """Lets additions apply to all that this process cleans from now on. Raises `DataError`."""
    own, ours = parse_own(text, "rules/cleaning.toml"), shipped()
    both = {name: (*getattr(ours, name), *getattr(own, name)) for name in ("line", "inline", "tail")}
    _in_force[:] = [ours.model_copy(update=both)] if text.strip() else []


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """`pattern` ready for use; Latin letters match in either case."""
    return re.compile(pattern, re.IGNORECASE)
