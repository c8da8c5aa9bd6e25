"""The whole text of a sample file as its format holds it, furniture and all, without the house's readers."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import pypdfium2
from docx.oxml.ns import qn
from lxml import html


def raw_text(path: Path) -> str:
    """Every visible character of `path` in reading order; nothing is cleaned."""
    return {".docx": _docx, ".html": _html, ".pdf": _pdf, ".txt": _txt}[path.suffix](path)


def squeeze(text: str) -> str:
    """`text` without white space."""
    return re.sub(r"\s+", "", text)


def _docx(path: Path) -> str:
    body = docx.Document(str(path)).element.body
    # w:t alone: tracked insertions count, tracked deletions (w:delText) do not.
    paragraphs = ("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p")))
    return "\n".join(paragraphs)


def _html(path: Path) -> str:
    data = path.read_bytes()
    encoding = "gb18030" if b"gb2312" in data[:600] else "utf-8"
    return str(html.fromstring(data.decode(encoding)).text_content())


def _pdf(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    pages = [document[n].get_textpage().get_text_range() for n in range(len(document))]
    document.close()
    return "\n".join(pages)


def _txt(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030")
