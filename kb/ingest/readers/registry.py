"""Which reader reads which format."""

from __future__ import annotations

from collections.abc import Mapping

from kb.ingest.detect import Format
from kb.ingest.readers.docx import read_docx
from kb.ingest.readers.html import read_html
from kb.ingest.readers.pdf import read_pdf
from kb.ingest.readers.text import read_text
from kb.ports import Reader

READERS: Mapping[Format, Reader] = {
    "docx": read_docx,
    "html": read_html,
    "pdf": read_pdf,
    "text": read_text,
    "csv": read_text,
}
