"""Which reader reads which format."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from kb.ingest.detect import Format
from kb.ingest.readers.docx import read_docx
from kb.ingest.readers.html import read_html
from kb.ingest.readers.image import read_image
from kb.ingest.readers.mhtml import read_mhtml
from kb.ingest.readers.ofd import read_ofd
from kb.ingest.readers.office import read_doc
from kb.ingest.readers.pdf import read_pdf
from kb.ingest.readers.recognition import Recognise
from kb.ingest.readers.rtf import read_rtf
from kb.ingest.readers.sheets import read_csv, read_xls, read_xlsx
from kb.ingest.readers.text import read_text
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
    "image": read_image,
}


def reader(format_: Format, recognise: Recognise | None) -> Reader:
    """The reader of a format; those that meet scanned pages have them read by `recognise`."""
    if recognise is not None and format_ == "pdf":
        return partial(read_pdf, recognise=recognise)
    if recognise is not None and format_ == "image":
        return partial(read_image, recognise=recognise)
    return READERS[format_]
