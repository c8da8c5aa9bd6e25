"""Rich Text Format, as older editors and macOS write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.errors import DamagedFile, EmptyFile
from kb.ingest.readers.spacing import collapse
from kb.types import Block

_CODEPAGE = re.compile(rb"\\ansicpg\d+")
_CHINESE_FONT = re.compile(rb"\\fcharset134\b")
_HIGH_BYTES = re.compile(rb"\\'[89a-fA-F][0-9a-fA-F]\\'")


def read_rtf(data: bytes, name: str) -> Iterator[Block]:
    """A block per paragraph; table cells as "a | b". Raises `DamagedFile` or `EmptyFile`."""
    # striprtf is only needed for this format.
    from striprtf.striprtf import rtf_to_text

    if _CHINESE_FONT.search(data) and _HIGH_BYTES.search(data):
        # Programs declare code page 1252 and write GBK bytes in a Chinese font.
        data = _CODEPAGE.sub(rb"\\ansicpg936", data, count=1)
    try:
        text = str(rtf_to_text(data.decode("latin-1"), errors="replace"))
    except (ValueError, LookupError, IndexError, TypeError) as error:
        raise DamagedFile(f"{name} is damaged RTF ({error}): save it again") from error
    lines = [collapse(line).strip("| ").replace("|", " | ") for line in text.split("\n")]
    if not any(lines):
        raise EmptyFile(f"{name} is an RTF file without text")
    yield from (Block(line) for line in lines if line)
