"""Files that a user may hand in by mistake."""

from __future__ import annotations

import io
import struct
import zipfile

_SECTOR = 512
_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STREAM_BYTES = 4096  # the least that is kept in sectors of its own


def encrypted_docx() -> bytes:
    """What Word writes for a .docx with a password: a compound file with an encrypted package in it.

    Compound files: [MS-CFB]; the streams: [MS-OFFCRYPTO] 2.3.
    """
    names = ("EncryptionInfo", "EncryptedPackage")
    each = _STREAM_BYTES // _SECTOR
    fat = [_FAT, _END]
    for number in range(len(names)):
        first = 2 + number * each
        fat += [*range(first + 1, first + each), _END]
    entries = [_entry("Root Entry", 5, child=1, start=_END, size=0)]
    for number, name in enumerate(names):
        right = number + 2 if number + 1 < len(names) else _FREE
        entries.append(_entry(name, 2, right=right, start=2 + number * each, size=_STREAM_BYTES))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0, 0,
    )  # fmt: skip
    header += struct.pack("<108I", *[_FREE] * 108)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(_SECTOR, b"\xff")
    directory = b"".join(entries).ljust(_SECTOR, b"\0")
    streams = b"".join((name.encode() * 400)[:_STREAM_BYTES] for name in names)
    return header + table + directory + streams


def _entry(name: str, kind: int, *, start: int, size: int, child: int = _FREE, right: int = _FREE) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16xI16xIQ", encoded, len(encoded), kind, 1, _FREE, right, child, 0, start, size
    )


def zip_of_text() -> bytes:
    """An ordinary archive, to be renamed to .docx."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("说明.txt", "社区经费")
    return buffer.getvalue()
