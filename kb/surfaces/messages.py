"""The interface's own words in Chinese and English, from `kb/data/messages.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, model_validator

from kb.errors import DataError
from kb.resources import load_rules

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)
LANG_TAGS = {"zh": "zh-CN", "en": "en"}


class Message(BaseModel):
    """One message. English with a count is "{n} document|{n} documents": the first form is for one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str
    en: str

    @model_validator(mode="after")
    def _same_places(self) -> Message:
        places = [_places(form) for form in (self.zh, *self.en.split("|"))]
        if any(place != places[0] for place in places):
            raise ValueError(f"the placeholders differ between {self.zh!r} and {self.en!r}")
        return self


class Catalogue(BaseModel):
    """Every message of the pages by its key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    messages: dict[str, Message]


def _places(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@cache
def catalogue() -> Catalogue:
    """The catalogue, read once. Raises `DataError` when the file is wrong."""
    return load_rules("messages.toml", Catalogue)


@dataclass(frozen=True, slots=True)
class Words:
    """The messages of one language: `words("hit.page", n=3)`."""

    lang: Lang

    @property
    def tag(self) -> str:
        """The BCP 47 tag for a `lang` attribute."""
        return LANG_TAGS[self.lang]

    def __call__(self, key: str, **values: object) -> str:
        """The message with its places filled. Raises `DataError` for a key that does not exist."""
        message = catalogue().messages.get(key)
        if message is None:
            raise DataError(f"messages.toml has no message {key!r}")
        if self.lang == "zh":
            return message.zh.format(**values)
        one, _, many = message.en.partition("|")
        return (many if many and values.get("n") != 1 else one).format(**values)

    def known(self, prefix: str, name: str) -> str:
        """The message `prefix.name`, or `name` itself when there is none (a flag or rule added by hand)."""
        key = f"{prefix}.{name}"
        return self(key) if key in catalogue().messages else name
