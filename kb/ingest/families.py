"""Which documents are one work: reprints, adaptations and spun copies, told from two uses of one form.

Texts are compared by the shingles of their folded words (spun words, script, width, digits and their own
places folded). MinHash buckets say which texts are worth comparing (Broder 1997; banding as in Leskovec,
Rajaraman, Ullman, "Mining of Massive Datasets", 3.4); the texts themselves decide.
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import rensa
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from kb.resources import load_rules
from kb.text.normalise import fold
from kb.types import Document, Region

Sketch = NDArray[np.uint32]

_MARKS = re.compile(r"[\W_]+")
_SENTENCE = re.compile(r"[。！？!?；;\n]+")
_DIGITS = re.compile(r"\d+")
_FIGURE = re.compile(r"\d+(?:\.\d+)?[^\W\d]{0,2}")
_YEAR = re.compile(r"(?:19|20)\d\d(?=年|\D|$)")


class FamilyRules(BaseModel):
    """kb/data/families.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shingle: int = Field(ge=2)
    sketch_shingle: int = Field(ge=2)
    sketch_share: float = Field(gt=0, le=1)
    least: int = Field(ge=1)
    rows: int = Field(ge=1)
    bands: int = Field(ge=1)
    seed: int
    met: int = Field(ge=1)
    compared: int = Field(ge=1)
    doubt: float = Field(ge=0, le=1)
    share: float = Field(gt=0, le=1)
    official_share: float = Field(gt=0, le=1)
    size: float = Field(ge=0, le=1)
    figures: float = Field(ge=0, le=1)
    figures_least: int = Field(ge=1)
    adapted: float = Field(gt=0, le=1)
    sentence: float = Field(gt=0, le=1)
    sentence_least: int = Field(ge=2)
    sentence_usual: int = Field(ge=1)
    sentence_pairs: int = Field(ge=1)
    sentences_least: int = Field(ge=1)
    adapted_floor: float = Field(ge=0, le=1)
    adapted_figures: float = Field(ge=0, le=1)
    complete: float = Field(gt=0, le=1)
    official: tuple[str, ...]
    damaged: tuple[str, ...]


@cache
def family_rules() -> FamilyRules:
    """The thresholds. Raises `DataError` when the file is wrong."""
    return load_rules("families.toml", FamilyRules)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two documents are compared by."""

    words: str  # the folded text without marks, digits as written
    shingles: frozenset[str]
    sentences: tuple[str, ...]  # without marks, digits folded
    figures: frozenset[str]  # numbers with what stands right behind them
    title_years: frozenset[str]
    region: Region
    number: str
    issued: str
    kind: str
    flags: frozenset[str]


def likeness(document: Document) -> Likeness:
    """What `document` is compared by."""
    flat = fold(document.text)
    for name in sorted(document.region, key=len, reverse=True):
        flat = flat.replace(name, "")
    words = _MARKS.sub("", flat)
    return Likeness(
        words,
        _shingles(_DIGITS.sub("0", words), family_rules().shingle),
        tuple(_DIGITS.sub("0", _MARKS.sub("", part)) for part in _SENTENCE.split(flat)),
        frozenset(_FIGURE.findall(flat)),
        frozenset(_YEAR.findall(document.title)),
        document.region,
        _MARKS.sub("", document.number),
        document.issued,
        document.kind,
        frozenset(flag.name for flag in document.flags),
    )


def _shingles(words: str, size: int) -> frozenset[str]:
    return frozenset(words[i : i + size] for i in range(len(words) - size + 1))


def sketch(one: Likeness) -> Sketch:
    """The MinHash values of a text, uint32 (rows * bands,); none for a text too short to be compared."""
    rules = family_rules()
    if len(one.shingles) < rules.least:
        return np.zeros(0, np.uint32)
    made = rensa.RMinHash(num_perm=rules.rows * rules.bands, seed=rules.seed)
    made.update(_shingles(_DIGITS.sub("0", one.words), rules.sketch_shingle))
    return np.array(made.digest(), np.uint32)


def buckets(values: Sketch) -> tuple[int, ...]:
    """The buckets in which a sketch meets those like it, signed 64-bit."""
    rows = family_rules().rows
    return tuple(
        _bucket(band, values[band * rows : (band + 1) * rows].tolist()) for band in range(len(values) // rows)
    )


def may_be_kin(one: tuple[Sketch, int], other: tuple[Sketch, int]) -> float:
    """The part of the smaller text that the other has, by their sketches; 0 for too little to compare."""
    rules = family_rules()
    smaller, larger = sorted((one[1], other[1]))
    if smaller < rules.size * larger or len(one[0]) != len(other[0]) or not len(one[0]):
        return 0.0
    same = float(np.mean(one[0] == other[0]))  # estimates |A ∩ B| / |A ∪ B|
    share = same / (1 + same) * (smaller + larger) / max(1, smaller)
    return share if share >= rules.sketch_share - rules.doubt else 0.0


def _bucket(band: int, values: Sequence[int]) -> int:
    """A signed 64-bit number of the band and its values (FNV-1a)."""
    mixed = 0xCBF29CE484222325
    for byte in struct.pack(f"<{len(values) + 1}I", band, *values):
        mixed = ((mixed ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return mixed - (1 << 64) if mixed >> 63 else mixed


def sketch_version() -> str:
    """Names the way sketches are made; buckets of different versions do not meet."""
    rules = family_rules()
    return (
        f"{rensa.RMinHash.ALGORITHM_VERSION}.{rules.sketch_shingle}.{rules.rows}.{rules.bands}.{rules.seed}"
    )


def kinship(one: Likeness, other: Likeness) -> float | None:
    """The part of the smaller text that stands in the other when both are one work; else None."""
    rules = family_rules()
    smaller, larger = sorted((len(one.shingles), len(other.shingles)))
    if smaller < rules.least or smaller < rules.size * larger:
        return None
    share = len(one.shingles & other.shingles) / smaller
    if one.words == other.words:
        return share
    official = one.kind in rules.official or other.kind in rules.official
    if share < (rules.official_share if official else rules.share):
        return None if official or share < rules.adapted_floor else _adaptation(one, other)
    if _other_occasion(one, other, rules.figures) or (official and _other_authority(one, other)):
        return None
    return share


def _adaptation(one: Likeness, other: Likeness) -> float | None:
    """The part of the smaller text whose sentences the other has in other words; None when too little."""
    rules = family_rules()
    if _other_occasion(one, other, rules.adapted_figures) or _other_place(one, other):
        return None
    smaller, larger = sorted((one, other), key=lambda text: len(text.words))
    share = _said_again(smaller.sentences, larger.sentences)
    return share if share >= rules.adapted else None


def _said_again(own: Sequence[str], others: Sequence[str]) -> float:
    """The share of characters that lie in sentences most of whose pairs one sentence of the others holds.

    Pairs that come again and again in the text are its form or its matter and tell no sentence from another.
    """
    rules = family_rules()
    telling = [(sentence, _pairs(sentence)) for sentence in own if len(sentence) >= rules.sentence_least]
    if len(telling) < rules.sentences_least:
        return 0.0
    usual = max(rules.sentence_usual, len(telling) // 10)
    counts = Counter(pair for _, pairs in telling for pair in pairs)
    holders: dict[str, list[int]] = {}
    for index, sentence in enumerate(others):
        for pair in _pairs(sentence):
            holders.setdefault(pair, []).append(index)
    said = 0
    for sentence, pairs in telling:
        rare = [pair for pair in pairs if counts[pair] <= usual]
        held = Counter(index for pair in rare for index in holders.get(pair, ()))
        most = max(held.values(), default=0)
        said += len(sentence) * (most >= max(rules.sentence_pairs, rules.sentence * len(rare)))
    return said / sum(len(sentence) for sentence, _ in telling)


def _pairs(sentence: str) -> frozenset[str]:
    return _shingles(sentence, 2)


def _other_occasion(one: Likeness, other: Likeness, figures: float) -> bool:
    """Whether the texts are one form filled in twice: other numbers, other years, other figures."""
    rules = family_rules()
    if one.number and other.number and one.number != other.number:
        return True
    if (one.flags | other.flags) & set(rules.damaged):
        return False
    if one.title_years and other.title_years and not one.title_years & other.title_years:
        return True
    fewer = min(len(one.figures), len(other.figures))
    return fewer >= rules.figures_least and len(one.figures & other.figures) < figures * fewer


def _other_authority(one: Likeness, other: Likeness) -> bool:
    """Whether official texts were issued at other times or for other places."""
    length = min(len(one.issued), len(other.issued))
    return one.issued[:length] != other.issued[:length] or _other_place(one, other)


def _other_place(one: Likeness, other: Likeness) -> bool:
    depth = min(len(one.region), len(other.region))
    return one.region[:depth] != other.region[:depth]


@dataclass(frozen=True, slots=True)
class Member:
    """A document where the main one of its family is chosen."""

    id: str
    shingles: int
    issued: str
    flags: frozenset[str]


def order(members: Sequence[Member]) -> list[Member]:
    """The one to cite first: undamaged, complete, no reprint, early; a date that is unknown is late."""
    rules = family_rules()
    spoilt = {member.id for member in members if member.flags & set(rules.damaged)}
    whole = [member.shingles for member in members if member.id not in spoilt]  # a spinner pads its text
    enough = rules.complete * max(whole, default=0)

    def standing(member: Member) -> tuple[bool, bool, bool, str, int, str]:
        partial = member.shingles < enough or "truncated" in member.flags
        late = member.issued or "9999"
        return (member.id in spoilt, partial, "reprint" in member.flags, late, -member.shingles, member.id)

    return sorted(members, key=standing)


def grouped(
    members: Sequence[Member], links: Mapping[str, frozenset[str]], decided: Mapping[str, str]
) -> dict[str, str]:
    """The id of the main member for every member.

    `links` names each document's kin, both ways; `decided` what a person said: "none" for a document that is
    a work of its own, or the id of a document of its family. A member is linked to its main member itself,
    so that a chain of likenesses does not run from one work into another.
    """
    main: dict[str, str] = {}
    free = [member.id for member in order(members) if member.id not in decided]
    for id in free:
        if id in main:
            continue
        main[id] = id
        for kin in free:
            if kin not in main and kin in links.get(id, frozenset()):
                main[kin] = id
    for member in members:
        if member.id in decided:
            root = _root(member.id, decided)
            main[member.id] = main.get(root, root)
    return main


def _root(id: str, decided: Mapping[str, str]) -> str:
    """Where decisions lead: the first document without one; the smallest id of a circle."""
    seen = [id]
    while decided.get(seen[-1], "none") != "none":
        following = decided[seen[-1]]
        if following in seen:
            return min(seen[seen.index(following) :])
        seen.append(following)
    return seen[-1]
