"""Why a file could not be taken in, in the reader's language, from `kb/data/reasons.toml`."""

from __future__ import annotations

import re
from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.resources import load_rules
from kb.surfaces.messages import Words


class Reason(BaseModel):
    """What one kind of message means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str
    zh: str


class Reasons(BaseModel):
    """All kinds; `other` stands for a message of none of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    other: str
    reason: tuple[Reason, ...]


@cache
def reasons() -> Reasons:
    """The rules, read once. Raises `DataError` when the file is wrong."""
    return load_rules("reasons.toml", Reasons)


@cache
def refusals() -> Reasons:
    """What is said when something asked for is refused. Raises `DataError` when the file is wrong."""
    return load_rules("refusals.toml", Reasons)


def refusal_in(said: str, words: Words) -> str:
    """Why something was refused, in the visitor's language; in English what no rule knows."""
    if words.lang == "en":
        return said
    found = ((rule, re.search(rule.pattern, said)) for rule in refusals().reason)
    return next((place.expand(rule.zh) for rule, place in found if place), said)


def reason_in(said: str, words: Words) -> str:
    """What a reader said of a file, in the visitor's language; "" when it said nothing."""
    if not said or words.lang == "en":
        return said
    rules = reasons()
    return next((rule.zh for rule in rules.reason if re.search(rule.pattern, said)), rules.other)
