"""What a file is, by its content and never by its name."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from kb.errors import DamagedFile, EmptyFile, ProtectedFile, UnsupportedFormat
from kb.ingest.charset import decode

Format = Literal["docx", "xlsx", "ofd", "pdf", "doc", "xls", "rtf", "html", "mhtml", "csv", "text", "image"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORD = b"\xec\xa5"  # the first two bytes of an old Word document's own stream
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|span|article|section|center|font|h[1-6])\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,400}>")
_MHTML = re.compile(
    r"\A(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?content-type:\s*multipart/(?:related|alternative|mixed)",
    re.IGNORECASE,
)
_JSON = re.compile(r"[\[{]\s*[\[{]?\s*\"[^\"\n]{0,80}\"\s*:")
_WORD_XML = re.compile(r"<\?xml[^>]*>\s*(?:<\?mso-application progid=.Word\.Document.|<w:wordDocument\b)")
_FLAT_WORD = re.compile(
    r"(?:<\?xml[^>]*>\s*)?(?:<\?mso-application progid=.Word\.Document.\?>\s*)?<pkg:package\b"
)
_EXCEL_XML = re.compile(r"<\?xml[^>]*>\s*<\?mso-application progid=.Excel\.Sheet.")
_SNIFF = 8192  # characters looked at when text may be HTML or a table
_LINES = 20  # lines of it that are held against each other
_TABLE = 3  # lines of a table at least
_NAME = 40  # characters of a column's name

# What the first bytes say of pictures that text recognition can read.
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")

# What the first bytes say about files that we do not read, for a message that helps.
_FOREIGN = (
    (b"GIF8", "a GIF picture"),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive: unpack it first"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"\x00\x05\x16\x07", "an AppleDouble file that macOS leaves beside a document"),
    (b"\x00\x05\x16\x00", "an AppleSingle file of macOS"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
)

_OLD_WPS = (
    "an old file of WPS Writer or Microsoft Works without Word's text: open it in WPS and save it as .docx"
)

# Directory entries of an OLE file (UTF-16) that say what it holds.
_OLE_STREAMS: tuple[tuple[str, Format], ...] = (("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"))


@dataclass(frozen=True, slots=True)
class _Foreign:
    """An OLE file of another program: how its name may end, and what to do about it."""

    suffix: str
    text: str


_OTHER_OLE = (
    ("PowerPoint Document", _Foreign(".ppt", "a presentation, not a text document: save it as .docx or PDF")),
    (
        "__properties_version1.0",
        _Foreign(".msg", "a letter of Outlook: save its text or attachments as files"),
    ),
    ("WPSContents", _Foreign(".wps", _OLD_WPS)),
    ("CONTENTS", _Foreign(".wps", _OLD_WPS)),
    ("MatOST", _Foreign(".wps", _OLD_WPS)),
)


@dataclass(frozen=True, slots=True)
class Detected:
    """The format of a file and, for formats that are plain text, its characters."""

    format: Format
    text: str = ""
    encoding: str = ""


def detect(data: bytes, name: str) -> Detected:
    """The format of `data`; `name` is for the message only.

    Raises `EmptyFile`, `ProtectedFile`, `DamagedFile` or `UnsupportedFormat`, each saying what the file is.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise EmptyFile(f"{name} is empty: nothing was taken in")
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return Detected(_zipped(data, name))
    if data.startswith(_OLE):
        return Detected(_ole(data, name))
    if b"%PDF-" in data[:1024]:
        return Detected("pdf")
    if data.lstrip()[:5] == b"{\\rtf":
        return Detected("rtf")
    if data.startswith(_PICTURES) or _is_riff_or_bitmap(data):
        return Detected("image")
    for magic, what in _FOREIGN:
        if data.startswith(magic):
            raise UnsupportedFormat(f"{name} is {what}, not a document that can be read")
    return _text(data, name)


def _is_riff_or_bitmap(data: bytes) -> bool:
    """WebP and BMP, whose first letters a text may have too: further bytes decide."""
    return (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or (data[:2] == b"BM" and not any(data[6:10]))


def _zipped(data: bytes, name: str) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {member.replace("\\", "/") for member in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DamagedFile(f"{name} is a damaged Office or zip file ({error}): save it again") from error
    if "[Content_Types].xml" in names:
        if any(entry.startswith("word/") for entry in names):
            return "docx"
        if any(entry.startswith("xl/") for entry in names):
            return "xlsx"
        kind = "a presentation" if any(entry.startswith("ppt/") for entry in names) else "an Office package"
        raise UnsupportedFormat(f"{name} is {kind}, not a text document: save it as .docx or PDF")
    if "OFD.xml" in names:
        return "ofd"
    if "mimetype" in names:
        raise UnsupportedFormat(f"{name} is an OpenDocument or e-book file: save it as .docx or PDF")
    raise UnsupportedFormat(
        f"{name} is a zip archive, not a Word document: unpack it and take in what it holds"
    )


def _ole(data: bytes, name: str) -> Format:
    if _stream(data, "EncryptedPackage") or _stream(data, "EncryptionInfo") or _is_locked_word(data):
        raise ProtectedFile(f"{name} is protected by a password: save a copy without one")
    for stream, format_ in _OLE_STREAMS:
        if _stream(data, stream):
            return format_
    for stream, what in _OTHER_OLE:
        if _stream(data, stream) or name.lower().endswith(what.suffix):
            raise UnsupportedFormat(f"{name} is {what.text}")
    raise UnsupportedFormat(f"{name} is an old Office file of a kind that cannot be read: save it as .docx")


def _is_locked_word(data: bytes) -> bool:
    """Whether an old Word document is encrypted: fEncrypted of its FIB (MS-DOC, 2.5.2)."""
    start = data.find(_WORD)
    while start >= 0:
        if start % 512 == 0 and len(data) > start + 11:
            return bool(data[start + 11] & 1)
        start = data.find(_WORD, start + 1)
    return False


def _stream(data: bytes, name: str) -> bool:
    """Whether an OLE directory entry of that name is present (names are UTF-16 and end in two zeros)."""
    return name.encode("utf-16-le") + b"\x00\x00" in data


def _text(data: bytes, name: str) -> Detected:
    text, encoding = decode(data, name)
    head = text[:_SNIFF].lstrip("\ufeff \t\r\n")
    if _MHTML.match(head.replace("\r\n", "\n")):
        return Detected("mhtml", text, encoding)
    if _JSON.match(head):
        raise UnsupportedFormat(f"{name} is a data file (JSON), not a document that can be read")
    if _FLAT_WORD.match(head):
        return Detected("docx")
    if _WORD_XML.match(head):
        return Detected("doc")
    if _EXCEL_XML.match(head):
        raise UnsupportedFormat(f"{name} is an XML spreadsheet of Excel 2003: save it as .xlsx")
    if _looks_like_html(head):
        return Detected("html", text, encoding)
    if delimiter(text):
        return Detected("csv", text, encoding)
    return Detected("text", text, encoding)


def _looks_like_html(head: str) -> bool:
    """A page or a fragment of one: markup at the start, or tags all over."""
    if head.startswith("<?xml") or re.match(r"<!--", head):
        return bool(_HTML.search(head))
    if _HTML.match(head):
        return True
    tags = sum(len(tag) for tag in _TAG.findall(head))
    return bool(_HTML.search(head)) and tags > len(head) // 5


def delimiter(text: str) -> str:
    """What parts the values of a table in plain text; "" when it is no table.

    A table has three lines or more of as many values each, at least three, or two of which one is a number;
    its first line names the columns in few words.
    """
    for mark in (",", "\t", ";", "|"):
        try:
            rows = [
                row for row in islice(csv.reader(io.StringIO(text[:_SNIFF]), delimiter=mark), _LINES) if row
            ]
        except csv.Error:
            continue
        if len(text) > _SNIFF and len(rows) < _LINES:
            rows = rows[:-1]  # cut off in the middle
        if len(rows) >= _TABLE and len(set(map(len, rows))) == 1 and _is_table(rows):
            return mark
    return ""


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    if any(len(cell) > _NAME or "。" in cell for cell in rows[0]):
        return False
    if len(rows[0]) == 2 and any("\n" in cell for row in rows for cell in row):
        return True  # quoted cells of several lines
    numbers = sum(1 for row in rows[1:] if any(re.fullmatch(r"\s*[\d.,%]+\s*", cell) for cell in row))
    return len(rows[0]) > 2 or (len(rows[0]) == 2 and numbers * 2 >= len(rows) - 1)
