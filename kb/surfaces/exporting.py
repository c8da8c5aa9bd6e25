"""A comparison or a basket as a file to keep: Word, Excel, Markdown or CSV."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar
from urllib.parse import quote, urljoin

from starlette.responses import Response

from kb.errors import NotFound
from kb.surfaces.forms import citation_url
from kb.types import Basket, Citation, Comparison
from kb.write.basket_files import write_basket_csv, write_basket_markdown, write_basket_xlsx
from kb.write.delimited import write_csv
from kb.write.docx import write_basket_docx, write_docx, write_draft
from kb.write.markdown import write_markdown
from kb.write.proposals import Proposal
from kb.write.xlsx import Link, write_xlsx

Made = TypeVar("Made", Comparison, Basket)

_NAME_LENGTH = 40  # characters of the topic in a file's name
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MARKDOWN, _CSV = "text/markdown; charset=utf-8", "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Making:
    """How a file is made: swapped or not, where its sources open, and what a model proposed for a draft."""

    link: Link
    swap: bool = False
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True, slots=True)
class FileKind(Generic[Made]):
    """A kind of file, asked for by name; its type is ours to say, whatever the topic is called."""

    name: str
    suffix: str
    label: str
    media_type: str
    write: Callable[[Made, Path, Making], None]


KINDS: tuple[FileKind[Comparison], ...] = (
    FileKind("docx", "docx", "Word", _WORD, lambda made, path, how: write_docx(made, path, swap=how.swap)),
    FileKind(
        "draft", "docx", "draft", _WORD,
        lambda made, path, how: write_draft(made, path, proposals=how.proposals),
    ),
    FileKind(
        "xlsx", "xlsx", "Excel", _EXCEL,
        lambda made, path, how: write_xlsx(made, path, link=how.link, swap=how.swap),
    ),
    FileKind(
        "md", "md", "Markdown", _MARKDOWN,
        lambda made, path, how: write_markdown(made, path, swap=how.swap),
    ),
    FileKind("csv", "csv", "CSV", _CSV, lambda made, path, how: write_csv(made, path, swap=how.swap)),
)  # fmt: skip
BASKET_KINDS: tuple[FileKind[Basket], ...] = (
    FileKind("docx", "docx", "Word", _WORD, lambda made, path, _: write_basket_docx(made, path)),
    FileKind(
        "draft", "docx", "draft", _WORD,
        lambda made, path, how: write_draft(made, path, proposals=how.proposals),
    ),
    FileKind(
        "xlsx", "xlsx", "Excel", _EXCEL, lambda made, path, how: write_basket_xlsx(made, path, link=how.link)
    ),
    FileKind("md", "md", "Markdown", _MARKDOWN, lambda made, path, _: write_basket_markdown(made, path)),
    FileKind("csv", "csv", "CSV", _CSV, lambda made, path, _: write_basket_csv(made, path)),
)  # fmt: skip


def file_kind(name: str) -> FileKind[Comparison]:
    """The kind of that name. Raises `NotFound` when there is none."""
    return _named(name, KINDS)


def basket_kind(name: str) -> FileKind[Basket]:
    """The kind of that name. Raises `NotFound` when there is none."""
    return _named(name, BASKET_KINDS)


def _named(name: str, kinds: Sequence[FileKind[Made]]) -> FileKind[Made]:
    for kind in kinds:
        if kind.name == name:
            return kind
    raise NotFound(f"no export is called {name}: there are {', '.join(kind.name for kind in kinds)}")


def download(comparison: Comparison, kind: FileKind[Comparison], how: Making) -> Response:
    """The file as an attachment. Raises `ExportError` when it cannot be written."""
    return _attachment(comparison, comparison.topic, kind, how, "comparison")


def download_basket(basket: Basket, kind: FileKind[Basket], how: Making) -> Response:
    """A basket's file as an attachment. Raises `ExportError` when it cannot be written."""
    return _attachment(basket, basket.name, kind, how, "basket")


def linking(base: str) -> Link:
    """Gives citations the addresses at which a server at `base` opens them."""

    def link(citation: Citation) -> str:
        return urljoin(base, citation_url(citation))

    return link


def _attachment(made: Made, title: str, kind: FileKind[Made], how: Making, plain: str) -> Response:
    with TemporaryDirectory(prefix="kb-export-") as folder:
        path = Path(folder) / f"{plain}.{kind.suffix}"
        kind.write(made, path, how)
        body = path.read_bytes()
    headers = {
        "Content-Disposition": disposition(title, kind.suffix, plain),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=kind.media_type, headers=headers)


def disposition(title: str, suffix: str, plain: str = "comparison") -> str:
    """A Content-Disposition that always saves: a plain name, and the title's own in RFC 8187's encoding."""
    words = re.sub(r"[^\w一-鿿-]+", " ", title).strip()[:_NAME_LENGTH].strip()
    name = f"{words or '对比'}.{suffix}"
    return f"attachment; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{quote(name, safe='')}"
