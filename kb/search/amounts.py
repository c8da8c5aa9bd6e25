"""Amounts in a question: bounds that filter (投入100万元以上), and figures that are named (600多万元)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from kb.search.wishes import any_of, wish_rules
from kb.store.entries import AMOUNTS
from kb.text.figures import figures
from kb.types import Amount, Figure

_BEFORE = 10  # characters in which a cue may stand
_AFTER = 12
_SIZES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9}
_UNITS = {
    "money": r"yuan|rmb|cny|renminbi",
    "people": r"people|persons|staff|workers|residents|members|volunteers",
    "area": r"square met(?:re|er)s?|sqm|m2",
}
_ENGLISH = re.compile(
    r"\b(?:(?P<more>over|more than|above|at least|(?:not|no) less than|not fewer than|exceeding)"
    r"|(?P<less>under|below|less than|fewer than|up to|at most|no more than|not more than)) "
    r"(?:rmb|cny|¥)? ?(?P<number>\d[\d,]*(?:\.\d+)?) ?(?P<size>thousand|million|billion|k|m)? ?"
    rf"(?:(?P<money>{_UNITS['money']})|(?P<people>{_UNITS['people']})|(?P<area>{_UNITS['area']}))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Bounded:
    """A bound as a filter, and where the question says so."""

    amount: Amount
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """A figure that the question names."""

    quantity: str
    values: tuple[float, ...]  # the bounds it states
    quote: str

    def is_in(self, figure: Figure) -> bool:
        """Whether a figure of a passage is this one."""
        here = (figure.value_min, figure.value_max)
        return figure.quantity == self.quantity and any(
            _same(value, bound) for value in self.values for bound in here
        )


@cache
def _bound() -> re.Pattern[str]:
    return re.compile(any_of(wish_rules().amounts.bounds))


@cache
def _never() -> re.Pattern[str]:
    rules = wish_rules().amounts
    return re.compile(f"{any_of(rules.never)}|\\b(?:{any_of(rules.never_en)})", re.IGNORECASE)


@cache
def _cue_before() -> re.Pattern[str]:
    return re.compile(f"(?:{any_of(wish_rules().amounts.before)})[^，。；、,;？?]*$")


@cache
def _cue_after() -> re.Pattern[str]:
    return re.compile(f"[^，。；、,;？?]{{0,8}}?(?:{any_of(wish_rules().amounts.after)})")


def bounded(text: str) -> tuple[Bounded, ...]:
    """The bounds that the folded question sets as filters."""
    if _never().search(text):
        return ()
    found = [
        Bounded(Amount(figure.quantity, figure.value_min, figure.value_max), figure.start, figure.end)
        for figure in figures(text)
        if _measurable(figure) and _bound().search(figure.quote) and _cued(text, figure)
    ]
    cues = re.search(rf"\b(?:{any_of(wish_rules().amounts.cues_en)})", text, re.IGNORECASE)
    if cues:
        found += [_english(match) for match in _ENGLISH.finditer(text)]
    return tuple(found)


def named(text: str) -> tuple[Named, ...]:
    """The figures that the question names, bounds among them."""
    return tuple(
        Named(figure.quantity, values, figure.quote)
        for figure in figures(text)
        if _measurable(figure)
        and (values := tuple({v for v in (figure.value_min, figure.value_max) if v is not None}))
    )


def satisfies(figure: Figure, amount: Amount) -> bool:
    """Whether one of a figure's bounds lies within an amount that was asked for."""
    return figure.quantity == amount.quantity and any(
        (amount.low is None or bound >= amount.low) and (amount.high is None or bound <= amount.high)
        for bound in (figure.value_min, figure.value_max)
        if bound is not None
    )


def _measurable(figure: Figure) -> bool:
    return figure.quantity in AMOUNTS and not (figure.quantity == "money" and figure.unit != "CNY")


def _cued(text: str, figure: Figure) -> bool:
    if figure.quantity == "share":
        return False
    before = text[max(0, figure.start - _BEFORE) : figure.start]
    after = figure.counted + text[figure.end : figure.end + _AFTER]
    return bool(_cue_before().search(before) or _cue_after().match(after))


def _english(match: re.Match[str]) -> Bounded:
    value = float(match["number"].replace(",", "")) * _SIZES.get((match["size"] or "").lower(), 1.0)
    quantity = next(name for name in _UNITS if match[name])
    amount = Amount(quantity, value, None) if match["more"] else Amount(quantity, None, value)
    return Bounded(amount, match.start(), match.end())


def _same(value: float, bound: float | None) -> bool:
    return bound is not None and abs(value - bound) <= 1e-9 * max(abs(value), abs(bound))
