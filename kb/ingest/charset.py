"""Characters from bytes whose encoding nobody declared, or declared wrongly."""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import cache

from kb.errors import UnsupportedFormat
from kb.text.normalise import fold_characters

_MARKS = (  # the mark of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ("gb18030", "big5hkscs", "utf_16_le", "utf_16_be")
_JUDGED = 20_000  # bytes by which the encodings are told apart
_SAMPLE = 200_000  # characters that are enough to tell a binary file
_BROKEN = 0.005  # share of characters that may be lost where a file was cut or patched
_LOST = 4  # characters that may be lost in a short text in a Chinese encoding
_AHEAD = 40  # bytes behind a broken one that show where the next character begins
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text of `data` and the name of its encoding, decided by content.

    UTF-8 when the bytes are valid UTF-8 (nothing else is by chance), otherwise the encoding of Chinese
    files in which they read most like Chinese. Raises `UnsupportedFormat` when it is no text at all.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _readable(data.decode(encoding, "replace"), name), encoding
    if 0 not in data[:_JUDGED]:  # zeros are half of a blank in UTF-16, which may be valid UTF-8 by chance
        text = _tolerant(data, "utf-8", 1)
        if text is not None:
            return _readable(text, name), "utf-8"
    encoding = _guess(data)
    text = _tolerant(data, encoding, _LOST)
    if text is None:
        raise UnsupportedFormat(f"{name} is neither a known document format nor text in a known encoding")
    return _readable(text, name), encoding


def _tolerant(data: bytes, encoding: str, few: int) -> str | None:
    """`data` decoded, allowing for a few broken characters; None when it is not that encoding."""
    text = data.decode(encoding, "kb_aligned" if encoding == "gb18030" else "replace")
    lost = text.count("\ufffd")
    return text if lost <= max(few, int(len(text) * _BROKEN)) and lost < len(text) / 2 else None


def _guess(data: bytes) -> str:
    """The encoding in which the bytes read most like Chinese.

    Each Chinese encoding can decode nearly any bytes; the right one gives common characters and nothing odd.
    """
    candidates = ("utf-8", *_CANDIDATES) if 0 in data[:_JUDGED] else _CANDIDATES
    return max(candidates, key=lambda encoding: _likeness(data[:_JUDGED].decode(encoding, "replace")))


def _likeness(text: str) -> float:
    """The share of everyday characters less what no document holds, from -3 to 1."""
    points = sum(map(_points, fold_characters(text)))
    return points / max(1, len(text))


@cache
def _points(char: str) -> int:
    """1 for a character of the 3 755 most common ones (level 1 of GB 2312), a mark or ASCII; -3 for none."""
    if char in "\n\r\t" or " " <= char <= "~" or "\u3000" <= char <= "\u3011" or char in "“”‘’…—·":
        return 1
    if "\u4e00" <= char <= "\u9fff":
        try:
            return 1 if 0xB0 <= char.encode("gb2312")[0] <= 0xD7 else 0
        except UnicodeEncodeError:
            return 0
    return 0 if unicodedata.category(char)[0] in "PNS" and char != "\ufffd" else -3


def _aligned(error: UnicodeError) -> tuple[str, int]:
    """Goes on where what follows a broken byte reads most like Chinese, one or two bytes further on.

    Without it, a byte that is lost turns the rest of its line into other characters.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    places = (error.start + 1, error.start + 2)
    ahead = (error.object[place : place + _AHEAD].decode("gb18030", "replace") for place in places)
    return "\ufffd", max(zip(map(_likeness, ahead), (0, -1), places, strict=True))[2]


codecs.register_error("kb_aligned", _aligned)


def _readable(text: str, name: str) -> str:
    """Raises `UnsupportedFormat` for binary bytes that happen to decode."""
    sample = text[:_SAMPLE]
    if len(_CONTROL.findall(sample)) > max(2, len(sample) // 200):
        raise UnsupportedFormat(f"{name} is a binary file of an unknown kind, not a document")
    return text
