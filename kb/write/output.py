"""Writing a file whole or not at all, and text that no program can take for anything but text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import ExportError, StoreError
from kb.store.layout import replacing

# What XML 1.0 forbids, and marks that turn the direction of the text around them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069\ufeff]"
)


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A temporary file beside `path` that replaces it when the block ends well.

    Raises `ExportError` when the file system refuses; an older file at `path` then stays as it was.
    """
    try:
        with replacing(path) as temporary:
            yield temporary
    except StoreError as error:
        raise ExportError(f"{path} was not written: {error}") from error


def printable(text: str) -> str:
    """`text` without control characters, lone surrogates and direction marks; line ends become \\n."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """`text` printable and on one line."""
    return re.sub(r"\s+", " ", printable(text)).strip()
