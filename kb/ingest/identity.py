"""The id of a document: of its place, so that it stays when the text changes."""

from __future__ import annotations

import base64
import hashlib


def document_id(source: str, part: int = 0) -> str:
    """The id of the article `part` (0-based) of the file `source`: 12 lower-case letters and digits."""
    digest = hashlib.blake2b(f"{source}\0{part}".encode(), digest_size=8).digest()
    return base64.b32encode(digest).decode().lower()[:12]
