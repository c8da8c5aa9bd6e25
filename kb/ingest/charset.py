"""Characters from bytes whose encoding nobody declared, or declared wrongly."""

from __future__ import annotations

import codecs
import re

from kb.errors import UnsupportedFormat

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ["gb18030", "big5", "utf_16_le", "utf_16_be"]
_SAMPLE = 200_000  # bytes that are enough to tell encodings apart
_BROKEN = 0.005  # share of characters that may be lost where a file was cut or patched
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text of `data` and the name of its encoding, decided by content.

    UTF-8 when the bytes are valid UTF-8 (nothing else is by chance), otherwise what charset-normalizer
    finds among the encodings of Chinese files. Raises `UnsupportedFormat` when it is no text at all.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _readable(data.decode(encoding, "replace"), name), encoding
    if _wide(data) is None:
        text = _tolerant(data, "utf-8")
        if text is not None:
            return _readable(text, name), "utf-8"
    encoding = _wide(data) or _guess(data)
    text = _tolerant(data, encoding)
    if text is None:
        raise UnsupportedFormat(f"{name} is neither a known document format nor text in a known encoding")
    return _readable(text, name), encoding


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: its line ends, spaces and digits leave a zero in every second byte."""
    head = data[:4096]
    if b"\x00" not in head or len(head) < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 4 * even:
        return "utf_16_le"
    return "utf_16_be" if even > 4 * odd else None


def _tolerant(data: bytes, encoding: str) -> str | None:
    """`data` decoded, allowing for a few broken bytes; None when it is not that encoding."""
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    return text if lost <= max(1, int(len(text) * _BROKEN)) and lost < len(text) / 2 else None


def _guess(data: bytes) -> str:
    # charset-normalizer takes 30 ms to import: only files that are not UTF-8 pay for it.
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE], cp_isolation=_CANDIDATES).best()
    return best.encoding if best is not None else "gb18030"


def _readable(text: str, name: str) -> str:
    """Raises `UnsupportedFormat` for binary bytes that happen to decode."""
    sample = text[:_SAMPLE]
    if len(_CONTROL.findall(sample)) > max(2, len(sample) // 200):
        raise UnsupportedFormat(f"{name} is a binary file of an unknown kind, not a document")
    return text
