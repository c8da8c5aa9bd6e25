"""Understands a question: its language, the terms to look for, and what kind of answer it wants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from kb.errors import QuestionError
from kb.ports import Clause, Phrase
from kb.resources import load_rules
from kb.search.bridge import Carried, carry_over
from kb.search.dictionary import open_dictionary
from kb.search.ranking import Ranking
from kb.text.normalise import fold
from kb.text.tokens import bigrams, plain_words, rarity, words
from kb.types import Language

MOST_CHARACTERS = 10_000
SAYS_SOMETHING = 0.3  # the weight of an English term that is worth telling
_MOST_WORDS = 60  # of a pasted page: those that say most
_MOST_TERMS = 160  # of one kind that are looked for; a pasted page would otherwise name every word
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    empty_zh: tuple[str, ...]
    empty_en: tuple[str, ...]
    light_zh: tuple[str, ...]
    light_weight: float = Field(ge=0, le=1)
    broad_zh: tuple[str, ...]
    broad_en: tuple[str, ...]
    elsewhere_zh: tuple[str, ...]
    elsewhere_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understood:
    """A question taken apart."""

    text: str  # as asked, white space trimmed
    language: Language
    clauses: tuple[Clause, ...]
    terms: tuple[str, ...]  # folded words to mark in a passage
    wanted: tuple[tuple[str, ...], ...]  # for each term that says something, the folded forms that will do
    carried: tuple[Carried, ...]  # English terms and what they became
    known: bool  # whether the field's dictionary knows an English question; True for others
    rendering: str  # an English question in Chinese, see `_rendering`; "" for a Chinese one
    broad: bool  # asks what several districts do
    elsewhere: bool  # asks about others than one's own


@cache
def _rules() -> _Rules:
    return load_rules("question.toml", _Rules)


@cache
def _empty_words() -> re.Pattern[str]:
    ordered = sorted(_rules().empty_zh, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)))


@cache
def _empty_english() -> frozenset[str]:
    return frozenset(_rules().empty_en)


def understand(text: str, ranking: Ranking, cache_folder: Path) -> Understood:
    """Takes a question apart; `cache_folder` keeps the dictionary for English ones.

    Raises `QuestionError` when it is empty or longer than 10 000 characters.
    """
    text = text.strip()
    if not text:
        raise QuestionError("the question is empty: type a few words")
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(f"the question has {len(text)} characters; {MOST_CHARACTERS} is the most")
    language = language_of(text)
    carried = carry_over(text, open_dictionary(cache_folder), _empty_english()) if language != "zh" else ()
    clauses = _english_clauses(carried, ranking)
    if language != "en":
        clauses += _chinese_clauses(text, ranking)
    return Understood(
        text=text,
        language=language,
        clauses=tuple(clauses),
        terms=_terms(text, language, carried),
        wanted=_wanted(text, language, carried),
        carried=carried,
        known=language != "en" or known(carried, ranking),
        rendering=_rendering(text, carried, ranking) if language == "en" else "",
        broad=_says(text, _rules().broad_zh, _rules().broad_en),
        elsewhere=_says(text, _rules().elsewhere_zh, _rules().elsewhere_en),
    )


def language_of(text: str) -> Language:
    """zh without English words, en without Chinese characters, else mixed."""
    if not _HAN.search(text):
        return "en" if _LATIN.search(text) else "zh"
    return "mixed" if len(_LATIN.findall(text)) > 1 else "zh"


def content(text: str) -> str:
    """The Chinese question without the words that only ask."""
    cut = _empty_words().sub(" ", fold(text))
    return cut if _HAN.search(cut) or not _HAN.search(text) else text


def _chinese_clauses(text: str, ranking: Ranking) -> list[Clause]:
    """Words, and character pairs, of the question; see `_Weighed` for what each counts."""
    weighed = _Weighed(ranking.concept_exponent, ranking.boundary_pairs)
    for run in _runs(text):
        weighed.add(run)
    clauses = []
    for field, factor, tokens in (
        ("words", ranking.words_weight, weighed.words),
        ("title", ranking.title_weight, weighed.words),
        ("bigrams", ranking.bigrams_weight, weighed.pairs),
    ):
        if factor:
            first = islice(tokens.items(), _MOST_TERMS)
            clauses += [Clause((Phrase(field, (token,), factor * weight),)) for token, weight in first]
    return clauses


def _runs(text: str) -> list[list[str]]:
    """The words of a question as they stand side by side; of a pasted page the ones that say most, alone."""
    runs = plain_words(content(text))
    counts = Counter(word for run in runs for word in run)
    if len(counts) <= _MOST_WORDS:
        return runs
    said = {word: count**0.5 * rarity(word) for word, count in counts.items() if len(word) > 1}
    return [[word] for word in sorted(said, key=lambda word: -said[word])[:_MOST_WORDS]]


class _Weighed:
    """Tokens of a question with their weights.

    A long word is found as itself, as the words in it and as pairs, and would outweigh a short one several
    times; its tokens share a weight that grows more slowly than their number. Pairs across two words say
    little but hold the words together.
    """

    def __init__(self, exponent: float, boundary: float) -> None:
        self.words: dict[str, float] = {}
        self.pairs: dict[str, float] = {}
        self._exponent = exponent
        self._boundary = boundary

    def add(self, run: Sequence[str]) -> None:
        """Adds the words of one run, which stand side by side."""
        for word in run:
            self._share(self.words, words(word))
            self._share(self.pairs, bigrams(word))
        for left, right in pairwise(run):
            self._raise(self.pairs, left[-1] + right[0], self._boundary)

    def _share(self, tokens: dict[str, float], parts: Sequence[str]) -> None:
        for part in parts:
            self._raise(tokens, part, len(parts) ** -self._exponent * _say(part))

    def _raise(self, tokens: dict[str, float], token: str, weight: float) -> None:
        tokens[token] = max(tokens.get(token, 0.0), weight)


def _say(token: str) -> float:
    return _rules().light_weight if token in _rules().light_zh else 1.0


def _english_clauses(carried: Sequence[Carried], ranking: Ranking) -> list[Clause]:
    """The terms; the order of their forms is trusted where the field's dictionary knows the question."""
    trusted = known(carried, ranking)
    decay = ranking.known_sense_decay if trusted else ranking.sense_decay
    return [
        Clause(tuple(_alternatives(term, ranking, decay)), ordered=trusted and term.domain)
        for term in carried[:_MOST_TERMS]
    ]


def _alternatives(term: Carried, ranking: Ranking, decay: float) -> list[Phrase]:
    if not term.chinese:
        return [Phrase("words", (term.english,), term.weight)]
    step = decay / max(len(term.chinese), 12)
    return [
        _form(chinese, term.weight * (1 - step * position), ranking)
        for position, chinese in enumerate(term.chinese)
    ]


def _form(chinese: str, weight: float, ranking: Ranking) -> Phrase:
    """A Chinese form as one word where the index has it as one, else as a run of character pairs."""
    folded = fold(chinese)
    if len(folded) == 1:
        return Phrase("words", (folded,), weight * ranking.single_character)
    if folded in words(folded):
        return Phrase("words", (folded,), weight)
    return Phrase("bigrams", tuple(bigrams(folded)), weight)


def _words_of(text: str) -> list[str]:
    return [part for run in _runs(text) for word in run for part in words(word)]


def _terms(text: str, language: Language, carried: Sequence[Carried]) -> tuple[str, ...]:
    own = [] if language == "en" else [word for word in _words_of(text) if len(word) > 1]
    forms = [fold(form) for term in carried for form in term.chinese or (term.english,) if len(form) > 1]
    return tuple(dict.fromkeys([*own, *forms]))


def _wanted(text: str, language: Language, carried: Sequence[Carried]) -> tuple[tuple[str, ...], ...]:
    own = [] if language == "en" else [(word,) for word in _words_of(text) if _say(word) == 1]
    forms = [
        tuple(map(fold, term.chinese or (term.english,))) for term in carried if term.weight >= SAYS_SOMETHING
    ]
    return tuple(dict.fromkeys([*own, *forms]))


def known(carried: Sequence[Carried], ranking: Ranking) -> bool:
    """Whether the field's own dictionary knows an English question.

    It knows most of its weight, and what it knows is of the field: a specific term, or many others.
    Questions of few ordinary words are encyclopedic ones ("What force acts on a charge?").
    """
    whole = sum(term.weight for term in carried)
    ours = [term.weight for term in carried if term.domain]
    of_the_field = max(ours, default=0.0) >= ranking.specific_term or sum(ours) >= ranking.telling_terms
    return of_the_field and sum(ours) >= ranking.known_question * whole


def _rendering(text: str, carried: Sequence[Carried], ranking: Ranking) -> str:
    """The question in Chinese, for the encoder, by the best form of each term.

    It stands alone when the field's dictionary knows the question, else behind the English.
    """
    chinese = [term.chinese[0] if term.chinese else term.english for term in carried]
    return " ".join(chinese if known(carried, ranking) else [text, *chinese])


def _says(text: str, chinese: Sequence[str], english: Sequence[str]) -> bool:
    folded = fold(text)
    return any(word in folded for word in chinese) or any(
        re.search(rf"\b{re.escape(word)}", folded) for word in english
    )
