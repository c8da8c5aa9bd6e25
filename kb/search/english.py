"""English words as the dictionary knows them: one spelling, base forms, stems, figures in one piece."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.resources import load_rules

_SHORTEST_INFLECTED = 3  # letters; "AI" and "UK" are no inflections
_WORD = re.compile(r"\d+(?:,\d{3})+|\d+\.\d+|[a-z0-9]+(?:'[a-z]+)?")
_BREAK = re.compile(r"[;:!?()\[\]—]|[,.](?=\s|$)|\s[-–]\s")
_NOMINAL = re.compile(r"(?:ing|[st]ion|ment|an[ct]e|en[ct]e|al|ers?|ors?)s?$")
_PREFIX = re.compile(r"\b(anti|co|e|inter|micro|mid|multi|non|pre|re|sub)[- ](?=[a-z])")
_PLAIN = re.compile(rf"[a-z]{{{_SHORTEST_INFLECTED},}}")
_NEGATED = (
    (re.compile(r"\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
)
_SHORTENED = re.compile(r"'(?:re|ve|ll|d|m)\b")
_RANK = re.compile(r"(\d+)(?:st|nd|rd|th|s)")


class _Rules(BaseModel):
    """See the comments in kb/data/english.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    joining: tuple[str, ...]
    turning: tuple[str, ...]
    listing: tuple[str, ...]
    clause: tuple[str, ...]
    spelling: tuple[tuple[str, str], ...]
    irregular: dict[str, str]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: its base form and how it was written, both lower case in one spelling."""

    base: str
    said: str

    @property
    def nominal(self) -> bool:
        """Whether it names an action or who does it: "management", "sorting"."""
        return self.said != self.base or _NOMINAL.search(self.said) is not None


@cache
def _rules() -> _Rules:
    return load_rules("english.toml", _Rules)


@cache
def _spellings() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(british), american) for british, american in _rules().spelling)


Base = Callable[[str], str]


def lemma(word: str) -> str:
    """The base form of an inflected word, lower case. What it needs takes a third of a second to load."""
    import simplemma  # on demand, as most words of a question are in the kept dictionary

    return str(simplemma.lemmatize(word, lang="en")).lower()


def lemmas_known() -> Iterator[tuple[str, str]]:
    """What `lemma` says of every word that it knows."""
    from simplemma.strategies import DefaultDictionaryFactory

    for known in DefaultDictionaryFactory().get_dictionary("en"):
        word = known.lower()
        if _PLAIN.fullmatch(word):
            yield word, lemma(word)


def runs(text: str, base: Base = lemma) -> list[list[Word]]:
    """The words of each part of an English text between marks; no term reaches across one."""
    parts = (_words(part, base) for part in _BREAK.split(_plain(text)))
    return [part for part in parts if part]


def lemmas(text: str, base: Base = lemma) -> list[str]:
    """The words of an English text in their base forms, lower case."""
    return [word.base for word in _words(_plain(text), base)]


def joins(word: str) -> bool:
    """Whether a word only holds a term together."""
    return word in _joining()


def turns(word: str) -> bool:
    """Whether what stands behind the word may as well stand before it: "care of the elderly"."""
    return word in _rules().turning


def lists(word: str) -> bool:
    """Whether the word sets things side by side."""
    return word in _rules().listing


def parts_clauses(word: str) -> bool:
    """Whether a term whose words stand apart cannot reach across the word."""
    return word in _rules().clause


@cache
def stem(word: str) -> str:
    """What inflections and derivations of a word have in common (Porter's second stemmer)."""
    import snowballstemmer  # on demand: time that a Chinese question does not need

    stemmer = snowballstemmer.stemmer("english")  # keeps the word in itself: threads must not share one
    return re.sub("ll$", "l", str(stemmer.stemWord(word)))


def contents(words: Sequence[str]) -> list[str]:
    """The words that say something."""
    return [word for word in words if not joins(word)]


@cache
def _joining() -> frozenset[str]:
    return frozenset(_rules().joining)


def _plain(text: str) -> str:
    """Lower case, no accents, no contractions, prefixes joined to what they stand before."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    plain = bare.lower().replace("’", "'")
    for contracted, whole in _NEGATED:
        plain = contracted.sub(whole, plain)
    return _PREFIX.sub(r"\1", _SHORTENED.sub("", plain))


def _words(text: str, base: Base) -> list[Word]:
    return [_word(found, base) for found in _WORD.findall(text.replace("-", " "))]


@cache
def _word(found: str, base: Base) -> Word:
    plain = found.replace(",", "").removesuffix("'s")
    if ranked := _RANK.fullmatch(plain):
        return Word(ranked[1], ranked[1])
    if not plain.isalpha() or len(plain) < _SHORTEST_INFLECTED:
        return Word(plain, plain)
    said = _spelt(plain)
    if said in _rules().irregular:
        return Word(_rules().irregular[said], said)
    return Word(_spelt(base(said)), said)


def _spelt(word: str) -> str:
    """The American spelling of a British one, and near enough the same for words that only look like one."""
    for british, american in _spellings():
        word = british.sub(american, word)
    return word
