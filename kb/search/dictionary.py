"""English terms to Chinese: our glossary first, then place names, then CC-CEDICT turned round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from kb.search.english import Word, contents, joins, stem, turns
from kb.search.terms import BETWEEN, Kept, digest, made
from kb.store.layout import replacing

_FORMAT = 1  # of the kept dictionary
_MOST_KEPT = 3  # versions, for installations that share a folder
_GENERAL_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Term:
    """An English term with what Chinese texts say for it, best first."""

    chinese: tuple[str, ...]
    weight: float
    domain: bool  # from the glossary or the list of places, not from the general dictionary


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All terms by their lemmas joined with spaces, and how little some words say."""

    kept: Kept

    @property
    def terms(self) -> Mapping[str, str]:
        """Our own terms."""
        return self.kept.terms

    @property
    def weights(self) -> Mapping[str, float]:
        """Factors of words that say little."""
        return self.kept.weights

    def find(self, lemmas: str) -> Term | None:
        """The term, None when no dictionary knows it; what the field says for it comes first."""
        held = self.kept.general.get(lemmas)
        senses = held.split(BETWEEN) if held else []
        if (ours := self.terms.get(lemmas)) is not None:
            weight, *chinese = ours.split(BETWEEN)
            others = (sense for sense in senses if sense not in chinese)
            return Term((*chinese, *others), float(weight), domain=True)
        return Term(tuple(senses), _GENERAL_WEIGHT, domain=False) if senses else None

    def find_loosely(self, words: Sequence[Word]) -> Term | None:
        """One of our terms in other forms or turned round: "caring for the elderly" is "elderly care".

        It is turned where a word like "of" parts it, or where a verb stands before its object on one side
        and names an action behind it on the other: "managing the property", "waste is sorted".
        """
        said = self._stems([word.base for word in words])
        if len(said) < 2:
            return self._by(self.kept.ordered, said) if said else None
        if (term := self._by(self.kept.ordered, said) or self._by(self.kept.turned, said)) is not None:
            return term
        part = next((place for place, word in enumerate(words) if turns(word.base)), 0)
        if part:
            before = len(self._stems([word.base for word in words[:part]]))
            return self._by(self.kept.ordered, [*said[before:], *said[:before]])
        term = self._by(self.kept.ordered, [said[-1], *said[:-1]]) if words[-1].nominal else None
        article = len(words) > len(said) and joins(words[1].base)
        return term or (self._by(self.kept.ordered, [*said[1:], said[0]]) if article else None)

    def _stems(self, words: Sequence[str]) -> list[str]:
        return [self.kept.apart.get(word) or stem(word) for word in contents(words)]

    def _by(self, index: Mapping[str, str], stems: Sequence[str]) -> Term | None:
        found = index.get(" ".join(stems))
        return None if found is None else self.find(found)


@cache
def open_dictionary(cache_folder: Path) -> Dictionary:
    """The dictionary; making it takes seconds, so it is kept in `cache_folder`.

    Its file is named by all that it is made of; a damaged one is made again.
    """
    path = cache_folder / f"english-{_FORMAT}-{digest()}.json"
    kept = _read(path)
    if kept is None:
        kept = made()
        cache_folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(kept.model_dump_json(), encoding="utf-8")
        made_when = {older: older.stat().st_mtime for older in cache_folder.glob("english-*.json")}
        for older in sorted(made_when, key=lambda older: made_when[older])[:-_MOST_KEPT]:
            older.unlink(missing_ok=True)
    return Dictionary(kept)


def _read(path: Path) -> Kept | None:
    """What is kept; None when there is nothing, or it is damaged."""
    try:
        return Kept.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
