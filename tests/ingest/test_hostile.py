"""Files that are built to do harm cost themselves, are named, and the next file is read."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from drawn_pdf import locked_pdf

from kb.errors import DamagedFile, ProtectedFile, ReadError, UnsupportedFormat
from kb.ingest.sandbox import ParserProcess
from kb.ingest.worker import FILE

GOOD = "青禾区社区用房建设经验\n近年来，青禾区委坚持党建引领，三年共安排资金5400万元，新建社区用房86处。\n"
MB = 2**20


@pytest.fixture(scope="module")
def parser() -> Iterator[ParserProcess]:
    """One for all: a hostile file must not spoil the next one's reading."""
    with ParserProcess() as process:
        yield process


def _word(document: bytes | None = None, **parts: bytes) -> bytes:
    """A Word file with another body, and with further parts."""
    plain, stream = io.BytesIO(), io.BytesIO()
    docx.Document().save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            body = document if item.filename == "word/document.xml" else None
            new.writestr(item, old.read(item) if body is None else body)
        for name, content in parts.items():
            new.writestr(name, content)
    return stream.getvalue()


def _body(inside: bytes, head: bytes = b"") -> bytes:
    namespace = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return head + b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (namespace, inside)


def _says_it_is(size: int) -> bytes:
    """An archive whose list of contents says that a member has `size` bytes."""
    data = bytearray(_word(**{"word/media/a.bin": bytes(range(256)) * 4}))
    at = data.index(b"PK\x01\x02", data.rindex(b"PK\x03\x04"))
    while data[at + 46 : at + 62] != b"word/media/a.bin":
        at = data.index(b"PK\x01\x02", at + 1)
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(data)


def _laughs(wide: bool = False) -> bytes:
    """Entities of entities, which grow to ten thousand million letters."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "哈哈哈哈哈哈哈哈哈哈">{levels}]>'
    body = _body(b"<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", head.encode())
    return body.decode().encode("utf-16") if wide else body


def _locked_word() -> bytes:
    """An old Word document whose header says that it is encrypted."""
    names = "WordDocument".encode("utf-16-le").ljust(64, b"\x00")
    header = struct.pack("<HHHHHH", 0xA5EC, 0x00C1, 0, 0x0804, 0, 0x0100)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\x00") + header.ljust(512, b"\x00") + names


NEST = 20_000
RUN = b"<w:p><w:r><w:t>x</w:t></w:r></w:p>"
CASES: dict[str, tuple[bytes, type[ReadError], str]] = {
    "zip bomb.docx": (_word(_body(b"0" * (60 * MB))), DamagedFile, "200 times its size"),
    "more than it may unpack to.docx": (_says_it_is(250 * MB), DamagedFile, "unpacks to 250 MB"),
    "entity bomb.docx": (_word(_laughs()), DamagedFile, "defines entities"),
    "entity bomb in utf-16.docx": (_word(_laughs(wide=True)), DamagedFile, "defines entities"),
    "../points outside.docx": (_word(**{"../../x.docx": b"x"}), DamagedFile, "points outside it"),
    "absolute.docx": (_word(**{"/etc/passwd": b"x"}), DamagedFile, "points outside it"),
    "backslashes.docx": (_word(**{"..\\x.docx": b"x"}), DamagedFile, "points outside it"),
    "nested.docx": (
        _word(_body(b"<w:sdt>" * NEST + RUN + b"</w:sdt>" * NEST)),
        DamagedFile,
        "nested|depth|save it again",
    ),
    "locked.docx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\x00")
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0\0",
        ProtectedFile,
        "password: save a copy without one",
    ),
    "locked.doc": (_locked_word(), ProtectedFile, "password: save a copy without one"),
    "locked.pdf": (locked_pdf(b"secret"), ProtectedFile, "password: save a copy without one"),
    "._double.docx": (
        b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X".ljust(99),
        UnsupportedFormat,
        "AppleDouble",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_is_named_and_the_next_one_read(
    name: str, tmp_path: Path, parser: ParserProcess
) -> None:
    data, kind, says = CASES[name]
    path, good = tmp_path / Path(name).name, tmp_path / "经验.txt"
    path.write_bytes(data)
    good.write_text(GOOD, encoding="utf-8")
    with pytest.raises(kind, match=says) as caught:
        parser.parse(path, "a")
    assert type(caught.value) is kind
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert parser.parse(good, "b")


def test_a_file_over_the_size_allowed_is_not_read(tmp_path: Path, parser: ParserProcess) -> None:
    path = tmp_path / "大.txt"
    with path.open("wb") as stream:
        stream.truncate(FILE + MB)  # takes no room on the disk
    with pytest.raises(DamagedFile, match=r"大\.txt is 301 MB, more than the 300 MB allowed: split it"):
        parser.parse(path, "a")


@pytest.mark.slow
def test_a_text_node_of_many_megabytes_is_refused_within_the_memory(
    tmp_path: Path, parser: ParserProcess
) -> None:
    path = tmp_path / "节点.docx"
    letters = "".join(chr(0x4E00 + (n * 7919) % 20000) for n in range(500_000)).encode()
    path.write_bytes(_word(_body(b"<w:p><w:r><w:t>" + letters * 120 + b"</w:t></w:r></w:p>")))
    with pytest.raises(DamagedFile, match=r"节点\.docx"):
        parser.parse(path, "a")


def test_entities_of_a_web_page_are_not_followed(tmp_path: Path, parser: ParserProcess) -> None:
    path = tmp_path / "页.html"
    page = f"<html><body><p>{GOOD}</p><p>&l9;</p></body></html>"
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    path.write_text(f'<!DOCTYPE html [<!ENTITY l0 "哈哈">{levels}]>{page}', encoding="utf-8")
    (document,) = parser.parse(path, "a")
    assert len(document.text) < 200
