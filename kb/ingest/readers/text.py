"""Plain text and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median

from kb.errors import EmptyFile
from kb.ingest.charset import decode
from kb.ingest.readers.spacing import collapse
from kb.ingest.readers.symbols import plain_bullets
from kb.ingest.readers.unwrap import WrappedLine, paragraphs, sewn
from kb.types import Block

_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*?)[ \t]*#*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_RULE = re.compile(r"[ \t]*([-*_=][ \t]*){3,}$|[ \t|:-]*\|[ \t|:-]*$")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]+)\]\([^)\s]*\)")
_WRAP_LINES = 8  # fewer lines say nothing about a wrapping width
_WRAP_MIN, _WRAP_MAX = 20, 120  # characters


def read_text(data: bytes, name: str) -> Iterator[Block]:
    """A block per line, or per paragraph where lines were wrapped to a width; Markdown marks taken off.

    Raises `EmptyFile` when there is nothing but white space, `UnsupportedFormat` for binary bytes.
    """
    text, _ = decode(data, name)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\x1a", "")
    text = plain_bullets(text)
    markdown = re.search(r"^#{1,6}[ \t]+\S", text, re.MULTILINE) is not None
    lines = text.split("\n")
    if markdown:
        blocks = list(_markdown(text))
    elif width := wrap_width(lines):
        blocks = [Block(collapse(paragraph)) for paragraph in _unwrapped(lines, width)]
    else:
        blocks = [Block(collapse(line)) for line in sewn(lines)]
    blocks = [block for block in blocks if block.text]
    if not blocks:
        raise EmptyFile(f"{name} holds no text")
    yield from blocks


def _markdown(text: str) -> Iterator[Block]:
    for comment in _COMMENT.findall(text):
        yield Block(collapse(comment), furniture="markup")
    for line in _COMMENT.sub("", text).split("\n"):
        if _RULE.fullmatch(line):
            continue
        plain = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", _IMAGE.sub("", line)))
        if heading := _HEADING.match(plain.strip()):
            yield Block(collapse(heading.group(2)), level=len(heading.group(1)))
        elif plain.strip().startswith("|") and plain.strip().endswith("|"):
            yield Block(" | ".join(collapse(cell) for cell in plain.strip().strip("|").split("|")))
        else:
            yield Block(collapse(re.sub(r"^[ \t]*(?:>[ \t]?)+", "", plain)))


def wrap_width(lines: list[str]) -> int:
    """The width in characters to which the text was wrapped by line ends; 0 when it was not.

    Wrapped text has most of its lines within a few characters of one width, and most of those lines stop
    in the middle of a sentence.
    """
    sizes = [len(line.rstrip()) for line in lines if line.strip()]
    if len(sizes) < _WRAP_LINES:
        return 0
    width = sorted(sizes)[int(len(sizes) * 0.9)]
    if not _WRAP_MIN <= width <= _WRAP_MAX or median(sizes) < width * 0.7:
        return 0
    full = [line.rstrip() for line in lines if width - 3 <= len(line.rstrip()) <= width + 3]
    broken = sum(1 for line in full if not re.search(r"[。！？；：!?;:”）]$", line))
    return width if len(full) >= 0.5 * len(sizes) and broken >= 0.6 * len(full) else 0


def _unwrapped(lines: list[str], width: int) -> Iterator[str]:
    """Paragraphs; an empty line always ends one."""
    group: list[WrappedLine] = []
    for line in [*lines, ""]:
        if line.strip():
            indent = (len(line) - len(line.lstrip())) * (1.0 if "\u3000" in line[:2] else 0.5)
            group.append(WrappedLine(line.strip(), indent, len(line.rstrip()) >= width - 3))
        elif group:
            yield from (text for text, _ in paragraphs(group))
            group = []
