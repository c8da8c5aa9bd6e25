"""Lenses: named lists of dimensions in TOML, shipped in kb/data/lenses or written by staff.

A lens is asked for by its file's name, its Chinese or its English name. Staff's folder comes first, so a
lens of theirs replaces ours of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from kb.compare.terms import telling
from kb.errors import DataError, QuestionError
from kb.resources import parse_rules
from kb.types import Dimension, Lens

DEFAULT = "default"
MOST_DIMENSIONS = 40
_FEW_TERMS = 3  # a question of so few words looks for each of them; of a longer one several must meet

_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
_Quantity = Literal["money", "people", "count", "area", "length", "share", "duration", "frequency", "date"]


class _DimensionRules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: _Name
    name_en: str = ""
    description: str = ""
    strong: tuple[_Word, ...] = ()
    words: tuple[_Word, ...] = ()
    weak: tuple[_Word, ...] = ()
    against: tuple[_Word, ...] = ()
    never: tuple[_Word, ...] = ()
    figures: tuple[_Quantity, ...] = ()
    only_with_figures: bool = False
    examples: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> _DimensionRules:
        if not (self.strong or self.words):
            raise ValueError(f'dimension "{self.name}" needs words or strong words')
        listed = [*self.strong, *self.words, *self.weak]
        twice = sorted({word for word in listed if listed.count(word) > 1})
        if twice:
            raise ValueError(f'dimension "{self.name}" lists {"、".join(twice)} twice')
        if self.only_with_figures and not self.figures:
            raise ValueError(f'dimension "{self.name}" is to be filled only with figures: say which')
        both = sorted(set(listed) & set(self.against))
        if both:
            raise ValueError(f'dimension "{self.name}" has {"、".join(both)} both for and against')
        return self


class _LensRules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: _Name
    name_en: str = ""
    description: str = ""
    subject: tuple[_Word, ...] = ()
    dimension: tuple[_DimensionRules, ...] = Field(min_length=1, max_length=MOST_DIMENSIONS)

    @model_validator(mode="after")
    def _distinct(self) -> _LensRules:
        names = [rule.name for rule in self.dimension]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"dimension names must differ: {'、'.join(twice)}")
        return self


def lenses(folder: Path | None = None) -> tuple[Lens, ...]:
    """All lenses, staff's first, then ours that they did not replace.

    Raises `DataError` naming the file and the field that is wrong.
    """
    found = list(_own(folder)) if folder and folder.is_dir() else []
    taken = {lens.key for lens in found}
    return (*found, *(lens for lens in _shipped() if lens.key not in taken))


def find_lens(name: str = "", folder: Path | None = None) -> Lens:
    """The lens of that file name, Chinese or English name; the default lens for "".

    Raises `QuestionError` when there is none, `DataError` when a file is wrong.
    """
    wanted = (name or DEFAULT).strip().casefold()
    every = lenses(folder)
    for lens in every:
        if wanted in (lens.key.casefold(), lens.name.casefold(), lens.name_en.casefold()):
            return lens
    known = "、".join(lens.name for lens in every)
    raise QuestionError(f'there is no lens "{name}"; there are: {known}')


def ask_dimension(question: str) -> Dimension:
    """A dimension typed on the spot as a question. Raises `QuestionError` when it names nothing."""
    asked = question.strip()
    terms = telling(asked)
    if not terms:
        raise QuestionError(f'the dimension "{question}" names nothing to look for: write a few words more')
    name = re.sub(r"[？?。\s]+$", "", asked)
    few = len(terms) <= _FEW_TERMS
    return Dimension(name, "", asked, words=() if few else terms, strong=terms if few else ())


def parse_lens(text: str, key: str) -> Lens:
    """The lens in TOML `text`. Raises `DataError` naming `key` and the field that is wrong."""
    rules = parse_rules(text, f"lens {key}", _LensRules)
    dimensions = tuple(Dimension(**rule.model_dump()) for rule in rules.dimension)
    return Lens(key, rules.name, rules.name_en, rules.description, dimensions, rules.subject)


@cache
def _shipped() -> tuple[Lens, ...]:
    entries = sorted(files("kb").joinpath("data", "lenses").iterdir(), key=lambda entry: entry.name)
    found = [
        parse_lens(entry.read_text(encoding="utf-8"), entry.name.removesuffix(".toml"))
        for entry in entries
        if entry.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda lens: lens.key != DEFAULT))


def _own(folder: Path) -> Iterator[Lens]:
    for path in sorted(folder.glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8-sig")  # Notepad writes a byte order mark
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"the lens {path} cannot be read: {error}") from error
        yield parse_lens(text, path.stem)
