"""A comparison as a file to keep: Word, Excel, Markdown or CSV."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from starlette.responses import Response

from kb.errors import NotFound
from kb.types import Comparison
from kb.write.delimited import write_csv
from kb.write.docx import write_docx
from kb.write.markdown import write_markdown
from kb.write.xlsx import write_xlsx

_NAME_LENGTH = 40  # characters of the topic in a file's name


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that we write; its type is ours to say, whatever the topic is called."""

    suffix: str
    label: str
    media_type: str
    write: Callable[[Comparison, Path], None]


KINDS = (
    FileKind(
        "docx",
        "Word",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        write_docx,
    ),
    FileKind(
        "xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx
    ),
    FileKind("md", "Markdown", "text/markdown; charset=utf-8", write_markdown),
    FileKind("csv", "CSV", "text/csv; charset=utf-8", write_csv),
)


def file_kind(suffix: str) -> FileKind:
    """The kind of that suffix. Raises `NotFound` when there is none."""
    for kind in KINDS:
        if kind.suffix == suffix:
            return kind
    raise NotFound(f"no export is called {suffix}: there are {', '.join(kind.suffix for kind in KINDS)}")


def download(comparison: Comparison, kind: FileKind) -> Response:
    """The file as an attachment. Raises `ExportError` when it cannot be written."""
    with TemporaryDirectory(prefix="kb-export-") as folder:
        path = Path(folder) / f"comparison.{kind.suffix}"
        kind.write(comparison, path)
        body = path.read_bytes()
    headers = {
        "Content-Disposition": disposition(comparison.topic, kind.suffix),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=kind.media_type, headers=headers)


def disposition(topic: str, suffix: str) -> str:
    """A Content-Disposition that always saves: a plain name, and the topic's own in RFC 8187's encoding."""
    words = re.sub(r"[^\w一-鿿-]+", " ", topic).strip()[:_NAME_LENGTH].strip()
    name = f"{words or '对比'}.{suffix}"
    return f"attachment; filename=\"comparison.{suffix}\"; filename*=UTF-8''{quote(name, safe='')}"
