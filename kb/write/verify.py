"""Reading the citations back from an exported file, so that they can be held against the library."""

from __future__ import annotations

import zipfile
from pathlib import Path

from openpyxl.utils.exceptions import InvalidFileException

from kb.errors import ExportError
from kb.write.delimited import read_csv
from kb.write.docx import read_docx
from kb.write.markdown import read_markdown
from kb.write.record import Cited
from kb.write.xlsx import read_xlsx

_LARGEST = 200 * 1024 * 1024  # bytes of an export, unpacked


def read_citations(path: Path) -> tuple[Cited, ...]:
    """The citations that an exported docx, xlsx, md or csv file keeps, in its order.

    Raises `ExportError` naming the file when it is none of these, damaged, or altered.
    """
    kind = path.suffix.lower()
    try:
        if kind in (".docx", ".xlsx"):
            _check_size(path)
            return read_docx(path) if kind == ".docx" else read_xlsx(path)
        if kind in (".md", ".csv"):
            text = path.read_bytes().decode("utf-8-sig")
            return read_markdown(text, path.name) if kind == ".md" else read_csv(text, path.name)
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile, InvalidFileException, KeyError) as error:
        raise ExportError(f"{path} cannot be read as an export: {error}") from error
    raise ExportError(f"{path.name} is no export that can be checked: give a .docx, .xlsx, .md or .csv file")


def exported_quotes(path: Path) -> tuple[tuple[str, str], ...]:
    """(document id, quotation) of every citation in an exported file. Raises `ExportError`."""
    return tuple((entry.doc_id, entry.quote) for entry in read_citations(path))


def _check_size(path: Path) -> None:
    """Refuses a package that would unpack to more than an export can be."""
    with zipfile.ZipFile(path) as package:
        size = sum(item.file_size for item in package.infolist())
    if size > _LARGEST:
        raise ExportError(f"{path.name} unpacks to {size // 2**20} MB: that is no export of ours")
