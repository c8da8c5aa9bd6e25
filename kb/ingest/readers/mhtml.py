"""Pages that a browser saved as one file."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage

from kb.errors import DamagedFile, EmptyFile
from kb.ingest.readers.html import read_html
from kb.types import Block


def read_mhtml(data: bytes, name: str) -> Iterator[Block]:
    """Blocks of the page itself: the first part of it that holds text, since a frame's shell holds none.

    Raises `DamagedFile`.
    """
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html" and isinstance(part, EmailMessage):
            page = part.get_payload(decode=True)
            blocks = _blocks(page, name) if isinstance(page, bytes) else []
            if blocks:
                yield from blocks
                return
    raise DamagedFile(f"{name} is a saved web page without its text: save it again as HTML")


def _blocks(page: bytes, name: str) -> list[Block]:
    try:
        return list(read_html(page, name)) if page.strip() else []
    except EmptyFile:
        return []
