"""The JSON shapes of own lenses and rules, what the API accepts for them, and how to fill them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from kb.store.own_files import LONGEST
from kb.surfaces.backups import when
from kb.surfaces.requests import TOPIC_LIMIT
from kb.types import Change, Trial


@dataclass(frozen=True, slots=True)
class OwnFileOut:
    """A file of the office's own; `text` is "" when there is none, `problem` says what is wrong with it."""

    name: str
    text: str
    version: str
    problem: str


@dataclass(frozen=True, slots=True)
class ChangeOut:
    """One change: what the file held before and after; "" for no file."""

    id: int
    name: str
    before: str
    after: str
    who: str
    at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class ChangesOut:
    """The changes, the last one first."""

    changes: list[ChangeOut]


@dataclass(frozen=True, slots=True)
class TriedPieceOut:
    """Words with the rule that takes them away, or took them."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class TriedWordOut:
    """A spun word and how often it would count."""

    word: str
    count: int


@dataclass(frozen=True, slots=True)
class TriedOut:
    """What changed rules would do to one document; `flagged` is null when that does not change."""

    doc_id: str
    title: str
    removed: list[TriedPieceOut]
    kept: list[TriedPieceOut]
    spun: list[TriedWordOut]
    flagged: bool | None


@dataclass(frozen=True, slots=True)
class TrialOut:
    """What changed rules would do: how many documents were looked at, how many of those would change."""

    documents: int
    total: int
    changed: int
    more: int
    tried: list[TriedOut]


class OwnTextIn(BaseModel):
    """The text of a file of the office's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(
        max_length=LONGEST,
        description="The whole file, in TOML.",
        examples=['name = "经费"\n[[dimension]]\nname = "来源"\nwords = ["财政", "自筹"]\n'],
    )
    version: str | None = Field(
        None,
        max_length=16,
        description='The version that was changed, "" for a new file; left out, nothing is compared.',
        examples=[""],
    )


class LensTrialIn(BaseModel):
    """A lens to be tried before it is saved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(
        max_length=LONGEST,
        description="The lens, in TOML.",
        examples=['name = "经费"\n[[dimension]]\nname = "来源"\nwords = ["财政", "自筹"]\n'],
    )
    topic: str = Field("", max_length=TOPIC_LIMIT, description="What is compared.", examples=["社区经费"])


class RulesTrialIn(BaseModel):
    """Rules to be tried before they are saved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(
        max_length=LONGEST,
        description="The whole file, in TOML.",
        examples=["[[line]]\nname = \"责任编辑\"\npattern = '责任编辑：.{2,10}'\n"],
    )


def changes_out(changes: Sequence[Change]) -> ChangesOut:
    """The changes of files."""
    return ChangesOut([ChangeOut(c.id, c.name, c.before, c.after, c.who, when(c.at)) for c in changes])


def trial_out(trial: Trial) -> TrialOut:
    """What changed rules would do."""
    return TrialOut(
        trial.documents,
        trial.total,
        trial.changed,
        trial.more,
        [
            TriedOut(
                one.doc_id,
                one.title,
                [TriedPieceOut(*piece) for piece in one.removed],
                [TriedPieceOut(*piece) for piece in one.kept],
                [TriedWordOut(*word) for word in one.spun],
                one.flagged,
            )
            for one in trial.tried
        ],
    )
