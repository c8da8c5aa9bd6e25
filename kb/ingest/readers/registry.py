"""Which reader reads which format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kb.ingest.detect import Format
from kb.ingest.readers.docx import read_docx
from kb.ingest.readers.html import read_html
from kb.ingest.readers.mhtml import read_mhtml
from kb.ingest.readers.ofd import read_ofd
from kb.ingest.readers.office import read_doc
from kb.ingest.readers.pdf import read_pdf
from kb.ingest.readers.rtf import read_rtf
from kb.ingest.readers.sheets import read_csv, read_xls, read_xlsx
from kb.ingest.readers.text import read_text

if TYPE_CHECKING:  # kb.ports imports numpy, which the parser process has no other use for
    from kb.ports import Reader

READERS: Mapping[Format, Reader] = {
    "docx": read_docx,
    "xlsx": read_xlsx,
    "ofd": read_ofd,
    "pdf": read_pdf,
    "doc": read_doc,
    "xls": read_xls,
    "rtf": read_rtf,
    "html": read_html,
    "mhtml": read_mhtml,
    "csv": read_csv,
    "text": read_text,
}
