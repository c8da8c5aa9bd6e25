"""Passages: whole sentences inside one section, 150 to 450 characters."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.ingest.readers.spacing import visible
from kb.text.sentences import sentence_spans
from kb.types import Chunk, Document, Section

_LEAST = 150  # characters of a passage where its section allows
_MOST = 450
_OPENING = 40  # characters of a heading, or of a sentence that opens a paragraph
_MARKER = 6  # characters that may count an article in front of its title
_TINY = 60  # characters: a shorter section joins its neighbour under the same parent
_STOP = re.compile(r"[。！？!?；;：:]")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Run:
    """Text that may share a passage, and the path that is true for all of it."""

    path: tuple[str, ...]
    start: int
    end: int


def split(document: Document) -> tuple[Chunk, ...]:
    """The passages of a document in order, each at most 450 characters and never a bare heading.

    Every sentence of the body is in exactly one passage; the title's line and headings over nothing but
    further headings are in none. A sentence longer than a passage is cut behind a semicolon, failing that
    behind a comma, failing that at the limit.
    """
    text = document.text
    sections = document.sections or (Section((), 0, len(text)),)
    starts = [section.start for section in sections]
    chunks = []
    for run in _runs(sections, text, document.title):
        for start, end in _passages(text, run):
            page = sections[_last_before(starts, start)].page
            chunks.append(
                Chunk(
                    _chunk_id(document.id, start, end, text[start:end]),
                    document.id,
                    start,
                    end,
                    run.path,
                    page,
                )
            )
    return tuple(chunks)


def _chunk_id(doc_id: str, start: int, end: int, text: str) -> int:
    """A positive 63-bit number, the same for the same document, place and words."""
    digest = hashlib.blake2b(f"{doc_id}\0{start}\0{end}\0{text}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1 or 1


def _last_before(starts: Sequence[int], offset: int) -> int:
    return max(index for index, start in enumerate(starts) if start <= offset or index == 0)


def _runs(sections: Sequence[Section], text: str, title: str) -> Iterator[_Run]:
    """Sections as they are, those of one heading over several pages as one, tiny neighbours together."""
    pending: _Run | None = None
    for section in _whole(sections, text):
        start = _behind_title(section, text, title)
        if _bare(text[start : section.end], section.path):
            continue
        run = _Run(section.path, start, section.end)
        if pending and _may_join(pending, run):
            pending = _Run(_common(pending.path, run.path), pending.start, run.end)
            continue
        if pending:
            yield pending
        pending = run
    if pending:
        yield pending


def _whole(sections: Sequence[Section], text: str) -> Iterator[Section]:
    current: Section | None = None
    for section in sections:
        goes_on = (
            current
            and current.path == section.path
            and not (section.path and text.startswith(section.path[-1], section.start))
        )
        if current and goes_on:
            current = Section(current.path, current.start, section.end, current.page)
            continue
        if current:
            yield current
        current = section
    if current:
        yield current


def _behind_title(section: Section, text: str, title: str) -> int:
    """Where the section begins when the lines that spell the title are left out."""
    start, wanted = section.start, visible(title)
    if section.path or section.start:
        return start
    while wanted and start < section.end:
        end = text.find("\n", start, section.end)
        line = visible(text[start : end if end >= 0 else section.end])
        if line.endswith(wanted) and len(line) <= len(wanted) + _MARKER:
            line = wanted  # 篇一：title
        if not line or not wanted.startswith(line):
            break
        wanted = wanted[len(line) :]
        start = end + 1 if end >= 0 else section.end
    return start if not wanted else section.start


def _bare(text: str, path: tuple[str, ...]) -> bool:
    """Nothing there, or a heading's own line alone."""
    body = text.strip()
    return not visible(body) or (
        bool(path) and "\n" not in body and body.rstrip("。") == path[-1].rstrip("。")
    )


def _may_join(left: _Run, right: _Run) -> bool:
    """Siblings of which one is tiny, and which fit one passage together."""
    siblings = left.path[:-1] == right.path[:-1] or left.path == right.path[: len(left.path)] != ()
    tiny = min(left.end - left.start, right.end - right.start) < _TINY
    return siblings and tiny and bool(left.path) and right.end - left.start <= _MOST


def _common(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    shared = []
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared.append(a)
    return tuple(shared)


def _passages(text: str, run: _Run) -> Iterator[Span]:
    """Sentences gathered to passages; the last two are evened out so that no remnant is left over."""
    units = _with_openings(text, list(sentence_spans(text, run.start, run.end)))
    groups = _gather([piece for unit in units for piece in _cut(text, unit)])
    for group in groups:
        yield group[0][0], group[-1][1]


def _with_openings(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Sentences; headings and the short sentence that opens a paragraph stay with what follows them."""
    held: Span | None = None
    for start, end in spans:
        begin = held[0] if held else start
        opens = start == 0 or text[start - 1] == "\n" or text[:start].rstrip(" \u3000").endswith("\n")
        short = end - start <= _OPENING and (opens or held is not None)
        if short and opens and end - begin <= _TINY * 2:
            held = (begin, end)
            continue
        if held and end - begin > _MOST:
            yield held
            begin = start
        held = None
        yield begin, end
    if held:
        yield held


def _gather(pieces: Sequence[Span]) -> list[list[Span]]:
    groups: list[list[Span]] = []
    for piece in pieces:
        if groups and piece[1] - groups[-1][0][0] <= _target(groups[-1], piece):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    if len(groups) >= 2 and _size(groups[-1]) < _LEAST:
        _even_out(groups)
    return groups


def _target(group: Sequence[Span], piece: Span) -> int:
    """A passage takes whole sentences up to the limit, but stops early once it is well filled."""
    return _MOST if _size(group) < _LEAST * 2 or piece[1] - piece[0] < _TINY else _MOST - _TINY


def _size(group: Sequence[Span]) -> int:
    return group[-1][1] - group[0][0]


def _even_out(groups: list[list[Span]]) -> None:
    """Moves sentences from the last passage but one to a last one that is too short."""
    before, last = groups[-2], groups[-1]
    if last[-1][1] - before[0][0] <= _MOST:
        groups[-2:] = [before + last]
        return
    while len(before) > 1 and _size(last) < _LEAST:
        moved = before[-1]
        if _size(before[:-1]) < _LEAST or last[-1][1] - moved[0] > _MOST:
            return
        before.pop()
        last.insert(0, moved)


def _cut(text: str, span: Span) -> Iterator[Span]:
    """A sentence, in pieces when it is longer than a passage."""
    start, end = span
    while end - start > _MOST:
        place = _place(text, start)
        yield start, place
        start = place
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _place(text: str, start: int) -> int:
    """The last good place to cut within a passage: behind ；, then behind ，or 、, then at the limit."""
    window = text[start : start + _MOST]
    for marks in ("；;", "，,", "、 "):
        place = max(window.rfind(mark) for mark in marks) + 1
        if place >= _LEAST:
            return start + place
    return start + _MOST
