"""Sentences proposed by a model for the sections of a draft, each held against the passages that it cites.

Off unless a server is set. Nothing is believed: a sentence without citations, with a figure that the passages
cited do not hold (as a value with its unit, bounds and approximation, not as a string), with words in
quotation marks that are not theirs, or with too few of their words is kept apart. Whatever the server does, a
draft can be written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.errors import ModelError
from kb.resources import load_rules
from kb.text.figures import figures
from kb.text.normalise import fold
from kb.text.numerals import numerals
from kb.text.tokens import words
from kb.types import Citation, Figure
from kb.write.outline import Outline, Section
from kb.write.output import one_line
from kb.write.proposals import Proposal, Sentence

_DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_QUOTED = re.compile(r"[“「『]([^”」』]{2,})[”」』]")
_OBJECT = re.compile(r"\{.*\}", re.S)


class Writer(Protocol):
    """Answers a question in words."""

    def ask(self, system: str, question: str) -> str:
        """Raises `ModelError` when there is no answer."""
        ...


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Reasons(_Rules):
    no_cites: str
    unknown_cite: str
    long: str
    figure: str
    damaged: str
    quoted: str
    far: str
    form: str
    nothing: str
    given_up: str
    server: str


class _WriterRules(_Rules):
    system: str
    question: str
    passage: str
    sentences: int
    longest: int
    given: int
    shared: float = Field(gt=0, le=1)
    failures: int
    reasons: _Reasons


class _Proposed(BaseModel):
    text: str
    cites: list[int]


class _Answer(BaseModel):
    sentences: list[_Proposed]


@cache
def _rules() -> _WriterRules:
    return load_rules("writer.toml", _WriterRules)


def propose(outline: Outline, writer: Writer) -> tuple[Proposal, ...]:
    """One proposal for each section, empty for those without excerpts; a server's failures are said in it."""
    proposals: list[Proposal] = []
    failed = 0  # in a row
    for section in outline.sections:
        given = _given(section)
        if not given:
            proposals.append(Proposal())
        elif failed >= _rules().failures:
            proposals.append(Proposal((), _rules().reasons.given_up))
        else:
            try:
                content = writer.ask(_rules().system, _question(outline, section, given))
                proposals.append(_answered(content, given))
                failed = 0
            except ModelError as error:
                proposals.append(Proposal((), _rules().reasons.server.format(said=error)))
                failed += 1
    return tuple(proposals)


def checked(text: str, cites: Sequence[int], given: Sequence[Citation]) -> Sentence:
    """A sentence with the verdict on it; `cites` are 1-based numbers of the passages `given`."""
    reasons, clean = _rules().reasons, one_line(text)
    wanted = tuple(dict.fromkeys(cites))
    unknown = next((number for number in wanted if not 1 <= number <= len(given)), None)
    known = tuple(number - 1 for number in wanted if 1 <= number <= len(given))
    if not wanted:
        problem = reasons.no_cites
    elif unknown is not None:
        problem = reasons.unknown_cite.format(number=unknown)
    elif len(clean) > _rules().longest:
        problem, clean = reasons.long.format(most=_rules().longest), clean[: _rules().longest] + "……"
    else:
        problem = _unsupported(clean, [given[i] for i in known])
    return Sentence(clean, known, problem)


def _given(section: Section) -> tuple[Citation, ...]:
    """The passages that the model is shown: the first ones, while they are not too long together."""
    taken: list[Citation] = []
    room = _rules().given
    for excerpt in section.excerpts:  # numbers must be those of the section's excerpts: none is passed over
        room -= len(excerpt.citation.quote)
        if room < 0 or excerpt.lost:
            break
        taken.append(excerpt.citation)
    return tuple(taken)


def _question(outline: Outline, section: Section, given: Sequence[Citation]) -> str:
    shown = [
        _rules().passage.format(number=n, speaker=excerpt.speaker, quote=one_line(citation.quote))
        for n, (citation, excerpt) in enumerate(zip(given, section.excerpts, strict=False), start=1)
    ]
    return _rules().question.format(
        title=outline.title,
        heading=section.heading,
        sentences=_rules().sentences,
        passages="\n".join(shown),
    )


def _answered(content: str, given: Sequence[Citation]) -> Proposal:
    reasons = _rules().reasons
    match = _OBJECT.search(content)  # some models put the object into a code block
    try:
        answer = _Answer.model_validate(json.loads(match.group() if match else ""))
    except (ValueError, RecursionError, ValidationError):
        return Proposal((), reasons.form)
    said = [one for one in answer.sentences[: _rules().sentences] if one.text.strip()]
    sentences = tuple(checked(one.text, one.cites, given) for one in said)
    return Proposal(sentences) if sentences else Proposal((), reasons.nothing)


def _unsupported(text: str, cited: Sequence[Citation]) -> str:
    """Why the passages do not bear the sentence out; "" when they do."""
    reasons = _rules().reasons
    theirs = fold("\n".join(citation.quote for citation in cited))
    for quoted in _QUOTED.findall(text):
        if fold(quoted) not in theirs:
            return reasons.quoted.format(words=quoted)
    problem = _wrong_figure(text, cited, theirs)
    if problem:
        return problem
    own = [word for word in dict.fromkeys(words(text)) if len(word) > 1]
    held = sum(word in theirs for word in own)
    return "" if own and held / len(own) >= _rules().shared else reasons.far


def _wrong_figure(text: str, cited: Sequence[Citation], theirs: str) -> str:
    reasons = _rules().reasons
    found = [figure for citation in cited for figure in _figures_of(citation)]
    mine = figures(text)
    for figure in mine:
        same = [other for other in found if _same(figure, other)]
        if not same:
            return reasons.figure.format(figure=figure.quote)
        if all(other.flags for other in same):
            return reasons.damaged.format(figure=figure.quote)
    damaged = fold("\n".join(figure.quote for figure in found if figure.flags))
    for start, end in _other_numbers(text, mine):
        word = fold(text[start:end])
        if word not in theirs or word in damaged:
            return reasons.figure.format(figure=text[start:end])
    return ""


def _other_numbers(text: str, mine: Sequence[Figure]) -> list[tuple[int, int]]:
    """Spans of numbers that are no figures: digits alone, and Chinese numerals with the word behind them."""
    spans = [match.span() for match in _DIGITS.finditer(text)]
    spans += [
        (numeral.start, min(len(text), numeral.end + 1))
        for numeral in numerals(text)
        if not numeral.arabic and (numeral.low or 0) >= 2
    ]
    return [
        (start, end) for start, end in spans if not any(figure.start <= start < figure.end for figure in mine)
    ]


def _same(mine: Figure, other: Figure) -> bool:
    """Whether two figures say the same: quantity, bounds, approximation, and units that agree."""
    values = (mine.quantity, mine.value_min, mine.value_max, mine.approx)
    unit = mine.unit.startswith(other.unit) or other.unit.startswith(mine.unit)
    return unit and values == (other.quantity, other.value_min, other.value_max, other.approx)


def _figures_of(citation: Citation) -> tuple[Figure, ...]:
    """The figures of a quotation; those that the document's warnings touch carry them."""
    shifted = tuple(
        type(flag)(flag.name, flag.evidence, flag.start - citation.start, flag.end - citation.start)
        for flag in citation.flags
        if flag.start < flag.end
    )
    return figures(citation.quote, 0, None, shifted)
