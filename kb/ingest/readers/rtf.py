"""Rich Text Format, as older editors and macOS write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.errors import DamagedFile, EmptyFile
from kb.ingest.readers.spacing import collapse
from kb.types import Block

HIDDEN = "hidden_text"  # the furniture of text that is not printed

_CODEPAGE = re.compile(rb"\\ansicpg\d+")
_CHINESE_FONT = re.compile(rb"\\fcharset134\b")
_HIGH_BYTES = re.compile(rb"\\'[89a-fA-F][0-9a-fA-F]\\'")
_RAW = re.compile(rb"[\x80-\xff]")
_NUMBER = re.compile(rb"\{\\pntext\b")  # a paragraph's number as text: striprtf knows its newer name only
_ROW = re.compile(rb"\\trowd\b.*?\\row\b", re.DOTALL)
_END = re.compile(rb"\\par(?![a-z])\s?")
_CELL = 1600  # bytes of a cell that is one line: 200 characters of eight bytes
# A brace, an escaped character, binary data, or the control words and blanks that a group begins with.
_TOKEN = re.compile(rb"\\bin(\d+) ?|\\[\\{}]|[{}]")
_HEAD = re.compile(rb"\{(?:\s*\\(?:\*|[a-z]+-?\d*) ?)+", re.IGNORECASE)
_GONE = re.compile(rb"\\(?:v|deleted)(?![a-z0-9])")
_NOTE = re.compile(rb"\\(?:footnote|annotation)\b")


def read_rtf(data: bytes, name: str) -> Iterator[Block]:
    """A block per paragraph; table cells as "a | b"; footnotes at the end.

    Hidden and deleted text carries `furniture="hidden_text"`. Raises `DamagedFile` or `EmptyFile`.
    """
    if _CHINESE_FONT.search(data) and _HIGH_BYTES.search(data):
        # Programs declare code page 1252 and write GBK bytes in a Chinese font.
        data = _CODEPAGE.sub(rb"\\ansicpg936", data, count=1)
    data = _RAW.sub(lambda byte: b"\\'%02x" % byte.group()[0], _NUMBER.sub(rb"{\\listtext", data))
    text, hidden, notes = _parted(data)
    lines = _lines(_ROW.sub(lambda row: _one_line(row.group()), text), name)
    if not any(lines):
        raise EmptyFile(f"{name} is an RTF file without text")
    yield from (Block(line) for line in lines if line)
    head = data[: data.find(b"\\pard")] if b"\\pard" in data else data[:400]
    for groups, furniture in ((notes, ""), (hidden, HIDDEN)):
        for group in groups:
            line = collapse(" ".join(_lines(_alone(head, group), name)))
            if line:
                yield Block(line, furniture=furniture)


def _lines(data: bytes, name: str) -> list[str]:
    # striprtf is only needed for this format.
    from striprtf.striprtf import rtf_to_text

    try:
        text = str(rtf_to_text(data.decode("latin-1"), errors="replace"))
    except (ValueError, LookupError, IndexError, TypeError) as error:
        raise DamagedFile(f"{name} is damaged RTF ({error}): save it again") from error
    # Characters beyond U+FFFF are written as two halves.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return [collapse(line).strip("| ").replace("|", " | ") for line in whole.split("\n")]


def _alone(head: bytes, group: bytes) -> bytes:
    """A group as a file of its own, in the code page and the fonts of the whole."""
    page = _CODEPAGE.search(head)
    return b"{\\rtf1\\ansi%s %s}" % (page.group() if page else b"", group)


def _parted(data: bytes) -> tuple[bytes, list[bytes], list[bytes]]:
    """The file without its hidden groups and notes; those, their own marks taken off."""
    kept: list[bytes] = []
    hidden: list[bytes] = []
    notes: list[bytes] = []
    last = 0
    for start, end in _groups(data):
        head = _HEAD.match(data, start, end)
        if start < last or head is None:
            continue
        if _GONE.search(head.group()) or _NOTE.search(head.group()):
            kept.append(data[last:start])
            last = end
            bare = b"{" + _NOTE.sub(b"", _GONE.sub(b"", head.group()[1:])) + data[head.end() : end]
            if not _NOTE.search(head.group()):
                hidden.append(bare)
            elif b"footnote" in head.group():
                notes.append(bare)
    return b"".join((*kept, data[last:])), hidden, notes


def _groups(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each group begins and ends, outer ones first."""
    open_at: list[int] = []
    found: list[tuple[int, int]] = []
    place = 0
    while match := _TOKEN.search(data, place):
        place = match.end() + int(match.group(1) or 0)
        if match.group() == b"{":
            open_at.append(match.start())
        elif match.group() == b"}" and open_at:
            found.append((open_at.pop(), match.end()))
    return iter(sorted(found))


def _one_line(row: bytes) -> bytes:
    """A row whose cells are short, each on one line."""
    short = all(len(cell) <= _CELL for cell in re.split(rb"\\cell(?![a-z])", row))
    return _END.sub(b" ", row) if short else row
