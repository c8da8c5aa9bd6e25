"""Mends a wrong, missing, doubled or swapped character in a question, towards words that the library has.

Only towards words of the field that the library has, and only where it has nothing as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kb.ports import LexicalIndex
from kb.search.bridge import Carried
from kb.search.dictionary import Dictionary, open_dictionary
from kb.search.english import lemmas
from kb.search.field import LONGEST, SHORTEST, field_words, skeletons
from kb.search.question import Understood, content, understand
from kb.search.ranking import Ranking
from kb.search.sounds import open_sounds, sound_alike
from kb.text.normalise import fold
from kb.text.tokens import bigrams, frequency, plain_words

_LEAST = 2  # passages that must hold it
_SHORTEST_CUT = 4  # of a word that may have lost a character
_SHORTEST_ENGLISH = 5  # letters
_MOST = 3  # in one question; with more it is no slip but another subject
_HAN = re.compile(r"[\u3400-\u9fff]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Slip:
    """What was typed, and what was most likely meant."""

    typed: str
    meant: str


@dataclass(frozen=True, slots=True)
class Mending:
    """What mending needs beside the question."""

    index: LexicalIndex
    ranking: Ranking
    cache_folder: Path


def slips(text: str, index: LexicalIndex, cache_folder: Path) -> tuple[Slip, ...]:
    """The slips in a Chinese question; none when nothing is certain enough.

    A wrong character must sound like the right one, a superfluous one must repeat its neighbour. What the
    library has as it was typed is left alone. `cache_folder` keeps the sounds.
    """
    found: list[Slip] = []
    for run in plain_words(content(text)):
        whole = "".join(run)
        if len(whole) >= SHORTEST and _HAN.fullmatch(whole):
            found += _in_run(whole, _loose(run), index, cache_folder)
    return tuple(found) if len(found) <= _MOST else ()


def _loose(run: Sequence[str]) -> frozenset[int]:
    """Places of the characters that belong to no known word of several."""
    places: list[int] = []
    at = 0
    for word in run:
        if len(word) == 1 or not frequency(word):
            places.extend(range(at, at + len(word)))
        at += len(word)
    return frozenset(places)


def _in_run(whole: str, loose: frozenset[int], index: LexicalIndex, cache_folder: Path) -> list[Slip]:
    """At most one slip for each place of a run of characters, the longest words first."""
    candidates = [
        (len(word), start, Slip(whole[start:end], word))
        for start in range(len(whole))
        for end in range(start + 2, min(len(whole), start + LONGEST + 1) + 1)
        if not loose.isdisjoint(range(start, end))  # every slip is at such a place
        for word in _meant(whole[start:end], frozenset(place - start for place in loose), cache_folder)
    ]
    taken: set[int] = set()
    found = []
    for _, start, slip in sorted(candidates, key=lambda one: (-one[0], one[1])):
        places = set(range(start, start + len(slip.typed)))
        if taken & places or not _certain(slip, index):
            continue
        taken |= places
        found.append(slip)
    return found


def _certain(slip: Slip, index: LexicalIndex) -> bool:
    """Whether the library has what was meant and not what was typed."""
    typed = index.frequency("bigrams", tuple(bigrams(slip.typed)))
    return not typed and index.frequency("bigrams", tuple(bigrams(slip.meant))) >= _LEAST


def _meant(window: str, loose: frozenset[int], cache_folder: Path) -> Iterator[str]:
    """Words of the field that one slip turns into the window, at one of the `loose` places."""
    if window in field_words(cache_folder):
        return
    for place in range(len(window)):
        shorter = window[:place] + window[place + 1 :]
        if place in loose:
            yield from _same_sound(window[place], place, shorter, cache_folder)
        doubled = window[place : place + 2] == 2 * window[place] and {place, place + 1} & loose
        if doubled and shorter in field_words(cache_folder):
            yield shorter
        swapped = window[:place] + window[place : place + 2][::-1] + window[place + 2 :]
        if swapped in field_words(cache_folder) and swapped != window and {place, place + 1} & loose:
            yield swapped
    for word, left_out in skeletons(cache_folder).get(window, ()):
        if len(word) >= _SHORTEST_CUT and 0 < left_out < len(word) - 1 and {left_out - 1, left_out} & loose:
            yield word


def _same_sound(typed: str, place: int, shorter: str, cache_folder: Path) -> Iterator[str]:
    """Words that differ from the window at `place` only, in a character that sounds like the one typed."""
    for word, left_out in skeletons(cache_folder).get(shorter, ()):
        exact = len(word) == SHORTEST
        if left_out == place and sound_alike(typed, word[place], open_sounds(cache_folder), exact):
            yield word


def english_slips(text: str, carried: Sequence[Carried], dictionary: Dictionary) -> tuple[Slip, ...]:
    """Misspelt English words that no dictionary knows, each with the one term of the field it can be.

    A capital inside a sentence is a name and stays.
    """
    names = {base for word in re.findall(r"(?<=\s)[A-Z]\w+", text) for base in lemmas(word, dictionary.base)}
    found = []
    for term in carried:
        word = term.english
        unknown = not term.chinese and word.isalpha() and word.isascii() and len(word) >= _SHORTEST_ENGLISH
        if unknown and word not in names:
            meant = {base for other in _edits(word) if (base := _known(other, dictionary))}
            if len(meant) == 1:
                found.append(Slip(word, meant.pop()))
    return tuple(found)


def _known(word: str, dictionary: Dictionary) -> str:
    """The word's base form when our glossary has it, else ""."""
    for form in (word, word.removesuffix("s"), re.sub("ies$", "y", word)):
        if dictionary.is_ours(form):
            return " ".join(lemmas(form, dictionary.base))
    return ""


def _edits(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if not head:
            continue  # the first letter is seldom wrong
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in _LETTERS)


def mended(text: str, found: Sequence[Slip]) -> str:
    """The question with the slips mended; it is folded where they are."""
    for slip in found:
        if slip.typed.isascii():
            text = re.sub(rf"\b{slip.typed}\w{{0,3}}\b", slip.meant, text, flags=re.IGNORECASE)
        else:
            text = (text if slip.typed in text else fold(text)).replace(slip.typed, slip.meant)
    return text


def mend(understood: Understood, desk: Mending) -> tuple[Understood, tuple[Slip, ...]]:
    """The question with its slips mended, and which they were; what was typed still counts in its vector."""
    text = understood.text
    if understood.language == "en":
        found = english_slips(text, understood.carried, open_dictionary(desk.cache_folder))
    else:
        found = slips(text, desk.index, desk.cache_folder)
    if not found:
        return understood, ()
    better = understand(mended(text, found), desk.ranking, desk.cache_folder)
    return replace(better, rendering=better.rendering or text), found
