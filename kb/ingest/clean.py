"""Page furniture taken away by named rules, cut sentences put together; nothing is lost without a record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kb.ingest.edges import edge_lines, is_site_prose
from kb.ingest.labels import find_label
from kb.ingest.page_numbers import RUNNING_HEAD, beside_page_numbers, goes_on, without_page_numbers
from kb.ingest.restored import stays
from kb.ingest.rules import LineRule, SiteProseRule, boilerplate, compiled
from kb.ingest.sites import without_site_lines
from kb.ingest.watermark import watermarks
from kb.text.sentences import sentence_spans
from kb.types import Block, Removed

_PROSE = re.compile(r"^(?=.{30,}).*[。！？]", re.DOTALL)
_SENTENCE = re.compile(r"^(?=.{6,}).*[。！？；][”’」』）)]*$", re.DOTALL)
_BODY_LIKE = re.compile(r"[。；;]")
_BRACKETS = re.compile(r"[（(【\[][^（）()【】\[\]]{4,80}[）)】\]]")
_CONTENTS = 30  # lines in which a table of contents begins
_ENTRIES = 3  # lines of one
_HARVEST = ("title", "origin", "posted")
_FILE = "file_name"  # the rule whose lines behind the text name other files
# Rules of the readers after which a sentence may go on.
_ARTICLE = "article"  # the label of a statute's article: what it says is never a site's
_CUTTING = frozenset({"page_number", RUNNING_HEAD})


@dataclass(slots=True)
class Hints:
    """What furniture said about the text: candidate values, in the order found."""

    title: list[str] = field(default_factory=list)
    origin: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Blocks with their labels written out, what was taken away, and what that said."""

    blocks: tuple[Block, ...]
    removed: tuple[Removed, ...]
    hints: Hints
    lines: tuple[str, ...]  # what rules leave: the text, and lines that only its site's other texts betray


def clean(
    blocks: Sequence[Block], restored: frozenset[str] = frozenset(), site: frozenset[str] = frozenset()
) -> Cleaned:
    """`blocks` without furniture; pieces whose keys are in `restored` stay, because a person said so.

    `site` holds the keys of lines that recur around the texts of this one's site (see `kb.ingest.sites`).

    The visible characters of the result and of `removed` are together those of the input: nothing is
    rewritten. A sentence of the body is never taken away: line rules match whole lines only, and a tail
    is cut only where no prose follows.
    """
    hints = Hints()
    removed: list[Removed] = []
    labelled = [replace(block, text=_labelled(block), number="") for block in blocks]
    marked = _without_watermarks(labelled, removed, restored)
    kept = _without_lines(marked, removed, hints, restored)
    lines = _without_contents(_without_edges(kept, removed, restored), removed, restored)
    lines = [line for line in without_page_numbers(lines, removed, restored) if line.text]
    own = without_site_lines(lines, site, removed, restored) if site else lines
    return Cleaned(tuple(own), tuple(removed), hints, tuple(line.text for line in lines))


def _without_lines(
    blocks: Sequence[Block], removed: list[Removed], hints: Hints, restored: frozenset[str]
) -> list[Block]:
    """Without furniture that readers and rules name; sentences that it cut are put together again."""
    lines: list[Block] = []
    cut = False  # the line before was a page marker: the sentence may go on
    tail = _tail(blocks)
    cutting = _cutting()
    heads = beside_page_numbers([block.text for block in blocks], _is_page_marker)
    begun = False  # the article itself
    for index, block in enumerate(blocks):
        behind = tail is not None and index >= tail.start
        own = Hints()
        name = _line_rule(block.text, own) or (RUNNING_HEAD if index in heads else "")
        if (block.furniture or name or behind) and not stays(block.text, restored):
            rule = block.furniture or name or (tail.name if tail else "")
            removed.append(Removed(block.text, rule))
            cut = cut or rule in cutting
            if not (block.furniture and begun):
                _note(block, own, hints, titles=not block.furniture and not (behind and name == _FILE))
            continue
        begun = True
        opens = cut or _opens_with_cut(block.text)
        for piece in _without_pieces(block, removed, hints, restored):
            if opens and lines and goes_on(lines[-1].text, piece.text):
                lines[-1] = replace(lines[-1], text=lines[-1].text + piece.text)
            else:
                lines.append(piece)
            opens = False
        cut = False
    return lines


def _opens_with_cut(text: str) -> bool:
    """Whether a line begins with a piece that stood between two parts of a sentence: （上接第一版）."""
    return any(rule.cuts and compiled(rule.pattern).match(text) for rule in boilerplate().inline)


def _without_contents(
    lines: Sequence[Block], removed: list[Removed], restored: frozenset[str]
) -> list[Block]:
    """Without a table of contents: short lines in the head that all come again, in order, as headings."""
    seen: dict[str, int] = {}
    for index, line in enumerate(lines):
        seen[_folded(line.text)] = index
    start = next(
        (index for index, line in enumerate(lines[:_CONTENTS]) if _is_entry(line, index, seen)), None
    )
    if start is None:
        return list(lines)
    end, last = start, -1
    while end < len(lines) and _is_entry(lines[end], end, seen) and seen[_folded(lines[end].text)] > last:
        last = seen[_folded(lines[end].text)]
        end += 1
    if end - start < _ENTRIES or last < end:
        return list(lines)
    back = [line for line in lines[start:end] if stays(line.text, restored)]
    removed.extend(Removed(line.text, "table_of_contents") for line in lines[start:end] if line not in back)
    return [*lines[:start], *back, *lines[end:]]


def _is_entry(line: Block, index: int, seen: dict[str, int]) -> bool:
    """A labelled short line that stands again further down."""
    return len(line.text) <= 60 and find_label(line.text) is not None and seen[_folded(line.text)] > index


def _folded(text: str) -> str:
    return re.sub(r"\s", "", text)


def _without_edges(lines: Sequence[Block], removed: list[Removed], restored: frozenset[str]) -> list[Block]:
    edges = edge_lines([line.text for line in lines], boilerplate().edges)
    found = {index for index in edges if not stays(lines[index].text, restored)}
    removed.extend(Removed(line.text, "edge") for index, line in enumerate(lines) if index in found)
    return [line for index, line in enumerate(lines) if index not in found]


def _labelled(block: Block) -> str:
    """The text with the label that Word keeps outside it."""
    if not block.number or not block.text:
        return block.text
    space = "" if block.number[-1] in "、）)．〕" else " "
    return f"{block.number}{space}{block.text}"


def _line_rule(text: str, hints: Hints) -> str:
    """The name of the rule that the whole line is furniture by, or ""."""
    label = find_label(text)
    body = _BODY_LIKE.search(text) is not None or label is not None
    statute = label is not None and label.kind == _ARTICLE
    for rule in boilerplate().line:
        if len(text) > rule.max or (body and not rule.prose) or statute:
            continue
        if match := compiled(rule.pattern).fullmatch(text):
            _harvest(match, hints)
            return rule.name
    return ""


def _note(block: Block, own: Hints, hints: Hints, titles: bool) -> None:
    """Adds what a furniture line says; titles only where they are this article's."""
    for rule in boilerplate().harvest:
        if len(block.text) <= 200 and (match := compiled(rule.pattern).search(block.text)):
            _harvest(match, own)
    for key in _HARVEST:
        if titles or key != "title":
            getattr(hints, key).extend(getattr(own, key))


def _harvest(match: re.Match[str], hints: Hints) -> None:
    for key, value in match.groupdict().items():
        if value and key in _HARVEST:
            getattr(hints, key).append(value.strip())


def _is_page_marker(text: str) -> bool:
    return _line_rule(text, Hints()) == "page_marker"


def _cutting() -> frozenset[str]:
    rules: tuple[LineRule, ...] = boilerplate().line
    return _CUTTING | {rule.name for rule in rules if rule.cuts}


@dataclass(frozen=True, slots=True)
class _Tail:
    start: int
    name: str


def _tail(blocks: Sequence[Block]) -> _Tail | None:
    """Where the page's tail begins: a tail line behind which no prose follows."""
    found: _Tail | None = None
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index]
        if block.furniture:
            continue
        if _is_prose(block.text):
            break
        for rule in boilerplate().tail:
            if len(block.text) <= 160 and compiled(rule.pattern).fullmatch(block.text):
                found = _Tail(index, rule.name)
                break
    told = any(_is_prose(block.text) for block in blocks[: found.start]) if found else False
    return found if told else None


def _is_prose(text: str) -> bool:
    """A line of the text rather than of the site: less than half of it are sentences of the site's own."""
    label = find_label(text)
    bare = text[len(label.text) :].strip() if label else text
    sentence = _PROSE.search(text) or _SENTENCE.search(text) or (label and bare.endswith("。"))
    if not sentence or _line_rule(text, Hints()) or _line_rule(bare, Hints()):
        return False
    rule = boilerplate().site_prose
    own = sum(b - a for a, b in sentence_spans(text) if is_site_prose(text[a:b], rule))
    return own * 2 < len(text)


def _without_pieces(
    block: Block, removed: list[Removed], hints: Hints, restored: frozenset[str]
) -> Iterator[Block]:
    """The line without furniture inside it; nothing when nothing else is there."""
    text = block.text
    for rule in boilerplate().inline:
        pattern = compiled(rule.pattern)
        for match in pattern.finditer(text):
            if match.group().strip() and not stays(match.group().strip(), restored):
                removed.append(Removed(match.group().strip(), rule.name))
                _harvest(match, hints)
        text = pattern.sub(lambda match: _left(match.group(), restored), text)
    text = _without_site_prose(text, removed, restored)
    if text.strip():
        yield replace(block, text=text.strip())


def _left(piece: str, restored: frozenset[str]) -> str:
    """What stays of a piece inside a line."""
    if stays(piece.strip(), restored):
        return piece
    return " " if piece[:1].isspace() else ""


def _without_site_prose(text: str, removed: list[Removed], restored: frozenset[str]) -> str:
    """The line without sentences in which a site speaks of itself."""
    rule = boilerplate().site_prose
    if (label := find_label(text)) and label.kind == _ARTICLE:
        return text
    spans = [
        piece
        for span in sentence_spans(text)
        if is_site_prose(text[slice(*span)], rule)
        for piece in _own_pieces(text, span, rule)
    ]
    for start, end in reversed(spans):
        if stays(text[start:end], restored):
            continue
        removed.append(Removed(text[start:end], "site_prose"))
        text = text[:start] + text[end:]
    return text


def _own_pieces(text: str, span: tuple[int, int], rule: SiteProseRule) -> list[tuple[int, int]]:
    """What of a sentence is the site's: brackets that a copier put into it, or all of it."""
    start, end = span
    brackets = [
        (start + match.start(), start + match.end())
        for match in _BRACKETS.finditer(text[start:end])
        if is_site_prose(match.group(), rule)
    ]
    rest = "".join(_BRACKETS.split(text[start:end]))
    return brackets if brackets and rest.strip(" 。") and not is_site_prose(rest, rule) else [span]


def _without_watermarks(
    lines: Sequence[Block], removed: list[Removed], restored: frozenset[str]
) -> list[Block]:
    found = watermarks("\n".join(line.text for line in lines), boilerplate().watermark)
    marks = [mark for mark in found if not stays(mark, restored)]
    kept: list[Block] = []
    for line in lines:
        text = line.text
        for mark in marks:
            removed.extend([Removed(mark, "watermark")] * text.count(mark))
            text = text.replace(mark, "")
        if text.strip():
            kept.append(replace(line, text=text.strip()))
    return kept
