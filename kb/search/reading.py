"""Reads out of a question what it asks for beside its words: exact phrases, 文号, figures, years, amounts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from kb.search.amounts import Named, bounded, named
from kb.search.periods import period
from kb.search.wishes import wish_rules
from kb.text.exact import DocumentNumber, document_numbers
from kb.text.normalise import fold_characters
from kb.types import Amount

_QUOTED = re.compile(
    r"“([^“”]{2,100})”|「([^「」]{2,100})」|『([^『』]{2,100})』|[\"＂]([^\"＂]{2,100})[\"＂]"
)
_SAYS = re.compile(r"[\u3400-\u9fff]{2}|[\u3400-\u9fff]\W*[0-9a-z]|[0-9a-z]\W*[\u3400-\u9fff]|[0-9a-z]{2}")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a question asks for beside its words."""

    text: str  # the words that are left to search for; the question itself when nothing else is
    phrases: tuple[str, ...] = ()
    numbers: tuple[DocumentNumber, ...] = ()
    figures: tuple[Named, ...] = ()
    years: tuple[int, int] | None = None
    amounts: tuple[Amount, ...] = ()
    pasted: bool = False  # too long for a question: a text whose like is looked for
    bare: bool = False  # there are no words beside the 文号


def read(text: str, today: date, literal: bool = False) -> Wishes:
    """The wishes of a question asked on the day `today`; `literal` leaves years and amounts as words.

    A question longer than a sentence or two is a pasted text, and nothing in it is a wish.
    """
    if len(text) > wish_rules().longest:
        return Wishes(text, pasted=True)
    phrases = tuple(
        dict.fromkeys(phrase for match in _QUOTED.finditer(text) if _says(phrase := _inner(match)))
    )
    outside = _QUOTED.sub(lambda match: " " * len(match.group()), text)
    flat = fold_characters(outside)
    numbers = list(document_numbers(flat)) + [
        found for phrase in phrases for found in document_numbers(fold_characters(phrase))
    ]
    taken = [(start, end) for _, start, end in document_numbers(flat)]
    kept = tuple(dict.fromkeys(number for number, _, _ in numbers))
    phrases = tuple(phrase for phrase in phrases if not _is_number(phrase))
    free = _without(flat, taken)
    when = None if literal else period(free, today)
    limits = () if literal else bounded(_without(free, [(when.start, when.end)]) if when else free)
    cuts = [(one.start, one.end) for one in limits] + ([(when.start, when.end)] if when else [])
    rest = " ".join(_without(text, cuts).split()) if cuts else text
    return Wishes(
        text=rest if _SAYS.search(fold_characters(rest)) else text,
        phrases=phrases,
        numbers=kept,
        figures=named(_without(free, cuts)),
        years=when.years if when else None,
        amounts=tuple(one.amount for one in limits),
        bare=bool(kept) and not _SAYS.search(re.sub(r"文件|通知|全文|原文", "", free)),
    )


def _inner(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None).strip(" ?？!！。，,.；;")


def _says(phrase: str) -> bool:
    """Whether a quotation is long enough to be looked for."""
    return bool(_SAYS.search(fold_characters(phrase)))


def _is_number(phrase: str) -> bool:
    """Whether a quotation is a 文号 and nothing else."""
    return any(
        start == 0 and end == len(phrase) for _, start, end in document_numbers(fold_characters(phrase))
    )


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with blanks in place of the spans, so that offsets hold."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
