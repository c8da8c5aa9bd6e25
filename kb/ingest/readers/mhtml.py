"""Pages that a browser saved as one file."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage

from kb.errors import DamagedFile
from kb.ingest.readers.html import read_html
from kb.types import Block


def read_mhtml(data: bytes, name: str) -> Iterator[Block]:
    """Blocks of the page itself, without the pictures and frames saved with it. Raises `DamagedFile`."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html" and isinstance(part, EmailMessage):
            page = part.get_payload(decode=True)
            if isinstance(page, bytes) and page.strip():
                yield from read_html(page, name)
                return
    raise DamagedFile(f"{name} is a saved web page without its text: save it again as HTML")
