"""A comparison or a basket as a file to keep: Word, Excel, Markdown or CSV."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urljoin

from starlette.responses import Response

from kb.errors import NotFound
from kb.surfaces.forms import citation_url
from kb.types import Basket, Citation, Comparison
from kb.write.basket_files import write_basket_csv, write_basket_markdown, write_basket_xlsx
from kb.write.delimited import write_csv
from kb.write.docx import write_basket_docx, write_docx, write_draft
from kb.write.markdown import write_markdown
from kb.write.xlsx import Link, write_xlsx

_NAME_LENGTH = 40  # characters of the topic in a file's name
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MARKDOWN, _CSV = "text/markdown; charset=utf-8", "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that a comparison can be; its type is ours to say, whatever the topic is called."""

    suffix: str
    label: str
    media_type: str
    write: Callable[[Comparison, Path, bool, Link], None]  # swapped or not, and where sources open


@dataclass(frozen=True, slots=True)
class BasketKind:
    """A kind of file that a basket can be; `name` asks for it."""

    name: str
    suffix: str
    label: str  # the key of its words
    media_type: str
    write: Callable[[Basket, Path, Link], None]


KINDS = (
    FileKind("docx", "Word", _WORD, lambda made, path, swap, _: write_docx(made, path, swap=swap)),
    FileKind(
        "xlsx", "Excel", _EXCEL, lambda made, path, swap, link: write_xlsx(made, path, link=link, swap=swap)
    ),
    FileKind("md", "Markdown", _MARKDOWN, lambda made, path, swap, _: write_markdown(made, path, swap=swap)),
    FileKind("csv", "CSV", _CSV, lambda made, path, swap, _: write_csv(made, path, swap=swap)),
)
BASKET_KINDS = (
    BasketKind("docx", "docx", "Word", _WORD, lambda made, path, _: write_basket_docx(made, path)),
    BasketKind("draft", "docx", "draft", _WORD, lambda made, path, _: write_draft(made, path)),
    BasketKind(
        "xlsx", "xlsx", "Excel", _EXCEL, lambda made, path, link: write_basket_xlsx(made, path, link=link)
    ),
    BasketKind("md", "md", "Markdown", _MARKDOWN, lambda made, path, _: write_basket_markdown(made, path)),
    BasketKind("csv", "csv", "CSV", _CSV, lambda made, path, _: write_basket_csv(made, path)),
)


def file_kind(suffix: str) -> FileKind:
    """The kind of that suffix. Raises `NotFound` when there is none."""
    for kind in KINDS:
        if kind.suffix == suffix:
            return kind
    raise NotFound(f"no export is called {suffix}: there are {', '.join(kind.suffix for kind in KINDS)}")


def basket_kind(name: str) -> BasketKind:
    """The kind of that name. Raises `NotFound` when there is none."""
    for kind in BASKET_KINDS:
        if kind.name == name:
            return kind
    raise NotFound(f"no export is called {name}: there are {', '.join(kind.name for kind in BASKET_KINDS)}")


def download(comparison: Comparison, kind: FileKind, base: str, swap: bool = False) -> Response:
    """The file as an attachment; links in it begin with `base`. Raises `ExportError` when it cannot be."""
    link = linking(base)
    return _attachment(
        lambda path: kind.write(comparison, path, swap, link), kind.suffix, kind.media_type, comparison.topic
    )


def download_basket(basket: Basket, kind: BasketKind, base: str) -> Response:
    """A basket's file as an attachment; arguments and errors as for `download`."""
    link = linking(base)
    return _attachment(
        lambda path: kind.write(basket, path, link), kind.suffix, kind.media_type, basket.name, "basket"
    )


def linking(base: str) -> Link:
    """Gives citations the addresses at which a server at `base` opens them."""

    def link(citation: Citation) -> str:
        return urljoin(base, citation_url(citation))

    return link


def _attachment(
    write: Callable[[Path], None], suffix: str, media_type: str, title: str, plain: str = "comparison"
) -> Response:
    with TemporaryDirectory(prefix="kb-export-") as folder:
        path = Path(folder) / f"{plain}.{suffix}"
        write(path)
        body = path.read_bytes()
    headers = {
        "Content-Disposition": disposition(title, suffix, plain),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=media_type, headers=headers)


def disposition(title: str, suffix: str, plain: str = "comparison") -> str:
    """A Content-Disposition that always saves: a plain name, and the title's own in RFC 8187's encoding."""
    words = re.sub(r"[^\w一-鿿-]+", " ", title).strip()[:_NAME_LENGTH].strip()
    name = f"{words or '对比'}.{suffix}"
    return f"attachment; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{quote(name, safe='')}"
