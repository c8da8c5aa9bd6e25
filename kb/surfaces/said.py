"""Says in words what was read out of a question, the same on the page, the command line and in JSON."""

from __future__ import annotations

from collections.abc import Iterable

from kb.surfaces.messages import Words
from kb.text.exact import document_numbers
from kb.types import Amount, Hit, Note, Reading


def noted(notes: Iterable[Note], words: Words) -> tuple[str, ...]:
    """What was done with the question without being asked."""
    return tuple(words(f"note.{note.kind}", about=note.about) for note in notes)


def restrictions(reading: Reading, words: Words) -> tuple[str, ...]:
    """The filters that were read out of the words and can be taken back: years and amounts."""
    said = []
    if reading.years:
        first, last = reading.years
        key = "understood.year" if first == last else "understood.years"
        said.append(words(key, first=first, last=last))
    said += [_amount(amount, words) for amount in reading.amounts]
    return tuple(said)


def demands(reading: Reading, words: Words) -> tuple[str, ...]:
    """What every hit holds, what comes first, and what else was done with the words."""
    absent = set(reading.absent)
    said = [words("understood.phrase", phrase=phrase) for phrase in reading.phrases if phrase not in absent]
    said += [words("understood.number", number=number) for number in reading.numbers if number not in absent]
    said += [words("understood.figure", figure=figure) for figure in reading.figures]
    said += [words("understood.corrected", typed=typed, searched=new) for typed, new in reading.corrected]
    said += [
        words("understood.places", name=name, n=len(places), places="、".join(places))
        for name, places in reading.places
        if places
    ]
    said += [words("understood.copied", title=title) for _, title in reading.copied_from]
    return tuple(said)


def lacks(reading: Reading, words: Words) -> tuple[str, ...]:
    """What was looked for and is not there, and what the filters leave out unseen."""
    said = [
        words("understood.no_number" if any(document_numbers(what)) else "understood.no_phrase", what=what)
        for what in reading.absent
    ]
    said += [words("understood.no_place", name=name) for name, places in reading.places if not places]
    if reading.undated:
        said.append(words("understood.undated", n=reading.undated))
    return tuple(said)


def explained(hit: Hit, words: Words) -> str:
    """How a hit came about: ranks, scores, weights, words, translations and figures."""
    why = hit.why
    parts = [
        words("why.score", score=f"{hit.score:.3f}"),
        words("why.dense", rank=hit.dense_rank or "–", score=_score(why.dense_score)),
        words("why.lexical", rank=hit.lexical_rank or "–", score=_score(why.lexical_score)),
        words("why.document", score=_score(why.document_score)),
        words("why.weights", lexical=f"{why.lexical_weight:.2f}", document=f"{why.document_weight:.2f}"),
    ]
    for key, values in (("terms", why.terms), ("translations", why.translations), ("figures", why.figures)):
        if values:
            parts.append(words(f"why.{key}", words="、".join(values)))
    return " · ".join(parts)


def _score(score: float | None) -> str:
    return "–" if score is None else f"{score:.3f}"


def _amount(amount: Amount, words: Words) -> str:
    what = words(f"understood.{amount.quantity}")
    unit = words(f"unit.{amount.quantity}")
    if amount.high is None and amount.low is not None:
        return words("understood.at_least", what=what, value=_number(amount.low), unit=unit)
    if amount.low is None and amount.high is not None:
        return words("understood.at_most", what=what, value=_number(amount.high), unit=unit)
    low, high = _number(amount.low or 0.0), _number(amount.high or 0.0)
    return words("understood.between", what=what, low=low, high=high, unit=unit)


def _number(value: float) -> str:
    """1 000 000 with narrow spaces, which read alike in both languages."""
    whole = f"{value:,.2f}".rstrip("0").rstrip(".")
    return whole.replace(",", "\u202f")
