"""Warnings about a text, each with its evidence and, where there is one, the exact span."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from kb.ingest.labels import find_label
from kb.ingest.rules import Pattern
from kb.resources import load_rules, parse_rules
from kb.types import Flag

_BEFORE = 80  # characters before a mark that say what it is
_YEAR = 4  # digits of one
_MOST = 60  # flags of one name in one document
_SPUN_SCORE = 2.0  # weight of all spun words together that condemns a text …
_SPUN_DENSITY = 0.4  # … and per thousand characters
_OPEN_START = re.compile(r"^[，,、；;。）)”》：:]")
_STOP = re.compile(r"[。！？!?…；;：:”’」』）)》】|]$")
_UNFINISHED = 25  # characters of a last line that should end in a stop
_DATE_LINE = re.compile(r"\d\s*日$|年\s*\d+\s*月|[〇○零一二三四五六七八九十]日$")


class SpunPair(BaseModel):
    """One swap of kb/data/spun.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spun: str = Field(min_length=2)
    original: str = Field(min_length=1)
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    weight: float = Field(default=1.0, gt=0, le=1)


class _Spun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    pair: tuple[SpunPair, ...]


class _OwnSpun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    pair: tuple[SpunPair, ...] = Field(default=(), max_length=2000)


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    units: Pattern
    uneven: Pattern
    long_year: Pattern
    year_inside: Pattern
    bare_year: Pattern


class _Mark(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: Pattern


class _Impossible(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: Pattern
    behind: Pattern = ""  # what must stand before it


class _BlankForm(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    before: Pattern


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    impossible: tuple[_Impossible, ...]
    blank_form: _BlankForm

    figures: _Figures
    anonymous: tuple[_Mark, ...]
    machine: tuple[_Mark, ...]
    reprint: Pattern
    credits: Pattern


@cache
def _rules() -> _Rules:
    return load_rules("quality.toml", _Rules)


@cache
def shipped_pairs() -> tuple[SpunPair, ...]:
    """Our pair dictionary. Raises `DataError` when the file is wrong."""
    return load_rules("spun.toml", _Spun).pair


_added: list[SpunPair] = []  # what `use_spun` added


def spun_pairs() -> tuple[SpunPair, ...]:
    """The pair dictionary in force. Raises `DataError` when the file is wrong."""
    return (*shipped_pairs(), *_added)


def parse_spun(text: str, name: str) -> tuple[SpunPair, ...]:
    """An office's own pairs in TOML `text`. Raises `DataError` naming `name`, the line and the field."""
    return parse_rules(text, name, _OwnSpun).pair


def use_spun(text: str) -> None:
    """Lets an office's own pairs count in all that this process reads from now on. Raises `DataError`."""
    _added[:] = parse_spun(text, "rules/spun.toml")


def flags(text: str, title: str, furniture: Sequence[str] = ()) -> tuple[Flag, ...]:
    """All warnings about a text, in the order of their places; whole-document ones first.

    `furniture` are the short lines around the text: they may say that it is a reprint.
    """
    found = [
        *_spun(text),
        *_figures(text, title),
        *_impossible(text),
        *_marks(text),
        *_truncated(text),
        *_reprint(furniture),
    ]
    return tuple(sorted(found, key=lambda flag: (flag.start, flag.end, flag.name)))


def spun_words(text: str) -> Counter[SpunPair]:
    """How often each pair's spun word stands in the text, in the contexts that its rule allows."""
    counts: Counter[SpunPair] = Counter()
    for pair in spun_pairs():
        for match in re.finditer(re.escape(pair.spun), text) if pair.spun in text else ():
            before, behind = text[: match.start()][-12:], text[match.end() :][:12]
            if _in_context(pair, before, behind):
                counts[pair] += 1
    return counts


def _in_context(pair: SpunPair, before: str, behind: str) -> bool:
    """Both contexts must hold where both are given."""
    left = not pair.only_after or before.endswith(pair.only_after)
    right = not pair.only_before or behind.startswith(pair.only_before)
    return left and right


def _spun(text: str) -> Iterator[Flag]:
    """One flag for the whole text: a spinner swaps throughout, so every passage is doubtful."""
    counts = spun_words(text)
    score = sum(pair.weight * count for pair, count in counts.items())
    strong = sum(1 for pair in counts if pair.weight >= 0.5)
    dense = score / max(1, len(text)) * 1000 >= _SPUN_DENSITY
    if score < _SPUN_SCORE or not strong or not dense:
        return
    words = "、".join(f"{pair.spun}（{pair.original}）{count}次" for pair, count in counts.most_common(8))
    yield Flag("spun_text", f"{sum(counts.values())}处替换用词：{words}")


def _figures(text: str, title: str) -> Iterator[Flag]:
    """Figures damaged by replacing years.

    Certain by themselves: approximate figures that end oddly. A figure that merely starts or ends like a
    year counts when the text also has a certain one, when it is out of proportion by itself, or when another
    one holds the same year.
    """
    rules = _rules().figures
    certain = {match.span() for match in re.finditer(rules.uneven, text)}
    units = re.compile(rules.units)
    likely = {
        match.span()
        for pattern in (rules.long_year, rules.year_inside, rules.bare_year)
        for match in re.finditer(pattern, text)
        if units.match(text, match.end())
    }
    proven = {
        span for span in likely if re.search(r"(?:近|约|超过|达)$", text[: span[0]]) or span[1] - span[0] >= 6
    }
    certain |= proven | _alike(text, [span for span in likely if span[1] - span[0] > _YEAR])
    for start, end in sorted(certain | (likely if certain or _year_pasted(title) else set())):
        unit = units.match(text, end)
        shown = text[start : unit.end() if unit else end]
        yield Flag("suspect_figure", shown, start, unit.end() if unit else end)


def _alike(text: str, spans: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Of figures that hold a year among other digits, those whose year stands in two different ones."""
    years: dict[str, set[str]] = {}
    for start, end in spans:
        for year in re.findall(r"(?=(20[12]\d))", text[start:end]):
            years.setdefault(year, set()).add(text[start:end])
    shared = {figure for figures in years.values() if len(figures) > 1 for figure in figures}
    return {(start, end) for start, end in spans if text[start:end] in shared}


def _impossible(text: str) -> Iterator[Flag]:
    """Magnitudes that no reading makes true."""
    for rule in _rules().impossible:
        for match in re.finditer(rule.pattern, text):
            if re.search(rule.behind, text[max(0, match.start() - _BEFORE) : match.start()]):
                yield Flag("suspect_figure", match.group(), match.start(), match.end())


def _year_pasted(title: str) -> bool:
    """A title that begins with a year which its text may not have had: 2023年努力创新…"""
    return bool(re.match(r"20\d\d年(?!度|政府|全国|省|市|区|县)", title))


def _marks(text: str) -> Iterator[Flag]:
    for name, marks in (("anonymised", _rules().anonymous), ("machine_marks", _rules().machine)):
        spans: dict[int, int] = {}
        for mark in marks:
            for match in re.finditer(mark.pattern, text):
                before = text[max(0, match.start() - _BEFORE) : match.start()]
                if name == "anonymised" and re.search(_rules().blank_form.before, before):
                    continue
                spans[match.start()] = max(match.end(), spans.get(match.start(), 0))
        last = 0
        for start in sorted(spans)[:_MOST]:
            if start >= last:
                yield Flag(name, text[start : spans[start]], start, spans[start])
                last = spans[start]


def is_reprint(furniture: Sequence[str]) -> bool:
    """Whether the lines around a text say that it was taken from elsewhere: their date is not its own."""
    return any(True for _ in _reprint(furniture))


def _reprint(furniture: Sequence[str]) -> Iterator[Flag]:
    """A page that says it took the text from elsewhere."""
    for line in furniture:
        if match := re.search(_rules().reprint, line):
            yield Flag("reprint", match.group())
            return


def _is_cut(line: str) -> bool:
    """Whether a last line stops inside a sentence, rather than with a date, a table row or credits."""
    if _STOP.search(line) or _DATE_LINE.search(line) or " | " in line:
        return False
    return re.search(_rules().credits, re.split(r"[。！？!?]", line)[-1]) is None


def _truncated(text: str) -> Iterator[Flag]:
    """A text that starts in the middle of a sentence or of a count, or stops in the middle of a sentence."""
    lines = text.split("\n")
    offset = 0
    for line in lines[:6]:
        label = find_label(line)
        if _OPEN_START.match(line) or (label and label.number > 1 and label.kind not in ("article", "multi")):
            yield Flag("truncated", f"开头不完整：{line[:20]}", offset, offset + min(20, len(line)))
            break
        if label or "。" in line:
            break
        offset += len(line) + 1
    last = lines[-1].rstrip()
    if len(last) >= _UNFINISHED and _is_cut(last):
        yield Flag("truncated", f"结尾不完整：{last[-20:]}", len(text) - min(20, len(last)), len(text))
