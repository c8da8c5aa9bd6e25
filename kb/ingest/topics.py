"""What a document is about: the topics of kb/data/topics.toml whose words it keeps using."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from kb.resources import load_rules
from kb.types import Fact

_SHOWN = 4  # words that the evidence names


class _Topic(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    words: tuple[str, ...] = Field(min_length=1)
    title: tuple[str, ...] = ()
    but: tuple[str, ...] = ()


class _Rules(BaseModel):
    """kb/data/topics.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    titled: float = Field(gt=0, le=1)
    in_text: float = Field(gt=0, le=1)
    distinct: int = Field(ge=1)
    least: int = Field(ge=1)
    per_thousand: float = Field(gt=0)
    shortest: int = Field(gt=0)
    heading: int = Field(ge=1)
    most_of_one: int = Field(ge=1)
    most: int = Field(ge=1)
    share: float = Field(ge=0, le=1)
    topic: tuple[_Topic, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """One topic with the strength of its words in a thousand characters."""

    name: str
    titled: bool
    strength: float
    evidence: str


@cache
def _rules() -> _Rules:
    return load_rules("topics.toml", _Rules)


def topic_names() -> tuple[str, ...]:
    """The topics that are known. Raises `DataError` when the file is wrong."""
    return tuple(topic.name for topic in _rules().topic)


def find_topics(title: str, text: str, headings: Sequence[str]) -> tuple[Fact, ...]:
    """The topics of a text, the strongest first, each with its confidence and the words it rests on.

    `title` is "" where the text has none of its own.
    """
    rules = _rules()
    found = [_weigh(topic, title, text, headings) for topic in rules.topic]
    told = [one for one in found if one is not None]
    if not told:
        return ()
    best = max(one.strength for one in told)
    kept = [one for one in told if one.titled or one.strength >= rules.share * best]
    kept.sort(key=lambda one: (not one.titled, -one.strength))
    return tuple(
        Fact("topics", one.name, rules.titled if one.titled else rules.in_text, one.evidence)
        for one in kept[: rules.most]
    )


@cache
def _spoken(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, the longest at each place."""
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def _weigh(topic: _Topic, title: str, text: str, headings: Sequence[str]) -> _Found | None:
    rules = _rules()
    for phrase in topic.but:
        title, text = title.replace(phrase, " "), text.replace(phrase, " ")
    spoken = _spoken(topic.words)
    counts = Counter(spoken.findall(text))
    uses = sum(min(count, rules.most_of_one) for count in counts.values())
    above = rules.heading * sum(len(spoken.findall(heading)) for heading in headings)
    strength = 1000 * (uses + above) / max(rules.shortest, len(text))
    in_title = [word for word in (*topic.words, *topic.title) if word in title]
    if in_title:
        return _Found(topic.name, True, strength, title)
    if len(counts) < rules.distinct or uses < rules.least or strength < rules.per_thousand:
        return None
    words = "、".join(f"{word}{count}次" for word, count in counts.most_common(_SHOWN))
    return _Found(topic.name, False, strength, words)
