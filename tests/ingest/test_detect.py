"""What a file is, by its content and never by its name; and encodings."""

import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest

from kb.errors import DamagedFile, EmptyFile, ProtectedFile, ReadError, UnsupportedFormat
from kb.ingest.charset import decode
from kb.ingest.detect import detect

TEXT = (
    "青禾区坚持党建引领基层治理，建立区、街道、社区三级联动机制。\n一、主要做法\n三年共安排资金5400万元。\n"
)


def _zip(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


def _docx() -> bytes:
    stream = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(TEXT)
    document.save(stream)
    return stream.getvalue()


def _xlsx() -> bytes:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    return stream.getvalue()


def _ole(*streams: str) -> bytes:
    """The signature of an OLE file and directory entries with these names."""
    names = b"".join(name.encode("utf-16-le").ljust(64, b"\x00") for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + names


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (_docx(), "docx"),
        (_xlsx(), "xlsx"),
        (_zip("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        (b"\r\n%PDF-1.4 behind a line", "pdf"),
        (_ole("WordDocument"), "doc"),
        (_ole("Workbook"), "xls"),
        (b"{\\rtf1\\ansi hello}", "rtf"),
        (b"<!DOCTYPE html><html><body><p>x</p></body></html>", "html"),
        (b"  <HTML><HEAD></HEAD></HTML>", "html"),
        ("<div><p>只有片段的网页</p><p>第二段</p></div>".encode(), "html"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html></html>", "html"),
        (
            b"From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n",
            "mhtml",
        ),
        ("区,街道,金额\n青禾,柳荫,12\n青禾,檀溪,30\n".encode(), "csv"),
        (TEXT.encode(), "text"),
        (("# 标题\n\n" + TEXT).encode(), "text"),
        ((TEXT + "文中写着 a<b 与 <html> 字样。").encode(), "text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_formats_by_content(data: bytes, expected: str) -> None:
    assert detect(data, "文件.未知").format == expected


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", EmptyFile, "empty"),
        (b"\x00\x00  \r\n", EmptyFile, "empty"),
        (_zip("a.txt", "b.txt"), UnsupportedFormat, "zip archive, not a Word document"),
        (_zip("[Content_Types].xml", "ppt/presentation.xml"), UnsupportedFormat, "presentation"),
        (_docx()[:800], DamagedFile, "damaged"),
        (_ole("EncryptedPackage", "EncryptionInfo"), ProtectedFile, "password"),
        (_ole("Equation Native"), UnsupportedFormat, "old Office file"),
        (b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", UnsupportedFormat, "AppleDouble"),
        (b"GIF89a\x01\x00\x01\x00", UnsupportedFormat, "GIF"),
        (b"Rar!\x1a\x07\x00", UnsupportedFormat, "unpack"),
        (bytes(range(256)) * 4, UnsupportedFormat, "binary|neither"),
        (b'{"id": 1, "text": "x"}\n', UnsupportedFormat, "JSON"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, error: type[ReadError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        detect(data, "报告.docx")
    assert "报告.docx" in str(caught.value)
    assert "\n" not in str(caught.value)


TRADITIONAL = (
    "為進一步深化在職黨員進社區服務活動，構建區域化黨建工作新格局，社區居民委員會應當建立健全各項制度。"
)


@pytest.mark.parametrize("size", [12, 40, 4000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_simplified_text_in_every_encoding(encoding: str, size: int) -> None:
    text = (TEXT * 60)[:size]
    assert decode(text.encode(encoding), "a.txt")[0] == text


@pytest.mark.parametrize("size", [20, 400])
def test_traditional_text_in_big5(size: int) -> None:
    text = (TRADITIONAL * 10)[:size]
    assert decode(text.encode("big5"), "a.txt")[0] == text


def test_a_file_cut_inside_a_character_is_still_read() -> None:
    text, encoding = decode((TEXT * 5).encode()[:-2], "a.txt")
    assert encoding == "utf-8"
    assert text.startswith(TEXT)
    text, encoding = decode((TEXT * 5).encode("gb18030")[:-1] + b"\x81", "a.txt")
    assert text.startswith(TEXT)


def test_a_declared_charset_does_not_decide(tmp_path: Path) -> None:
    page = f'<html><head><meta charset="gb2312"></head><body><p>{TEXT}</p></body></html>'
    path = tmp_path / "page.html"
    path.write_bytes(page.encode("utf-8"))
    found = detect(path.read_bytes(), path.name)
    assert found.format == "html"
    assert "青禾区" in found.text
