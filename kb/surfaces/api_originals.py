"""The originals of documents as downloads, and documents deleted."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import IO, Any

from fastapi import APIRouter, Depends
from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from kb.library import Library
from kb.store.uploads import Original
from kb.surfaces.access import editor, reader
from kb.surfaces.api import DocId
from kb.surfaces.deps import LibraryDep
from kb.surfaces.exporting import disposition
from kb.surfaces.problems import ProblemOut

_Responses = dict[int | str, dict[str, Any]]
_ALWAYS: _Responses = {
    "default": {"model": ProblemOut, "description": "Any other problem."},
    404: {"model": ProblemOut, "description": "No such document, or its file has gone."},
    422: {"model": ProblemOut, "description": "The file was changed since it was taken in."},
}
_PIECE = 1 << 18  # bytes sent at a time
_ANY = "application/octet-stream"
_OFFICE = "application/vnd.openxmlformats-officedocument."
# By the first bytes. What a browser could run (HTML, SVG) is no type of ours.
_TYPES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"{\\rtf", "application/rtf"),
)
_ZIPPED = {"word/": f"{_OFFICE}wordprocessingml.document", "xl/": f"{_OFFICE}spreadsheetml.sheet"}
# Endings that a file may be saved under; another gets .bin behind it, so that no click runs it.
_OFFICES = {"doc", "docx", "dot", "dotx", "et", "ofd", "pdf", "rtf", "wps", "xls", "xlsx"}
_TEXTS = {"csv", "htm", "html", "md", "mht", "mhtml", "text", "txt"}
_PICTURES = {"bmp", "jpeg", "jpg", "png", "tif", "tiff", "webp"}

_FILE: _Responses = {
    200: {
        "description": "The file.",
        "content": {type: {} for type in (_ANY, *(type for _, type in _TYPES), *_ZIPPED.values())},
    },
}

router = APIRouter(prefix="/api/v1/documents/{doc_id}", responses=_ALWAYS, tags=["documents"])


@router.get(
    "/original",
    operation_id="downloadOriginal",
    response_class=Response,
    responses=_FILE,
    dependencies=[Depends(reader)],
)
def original(library: LibraryDep, doc_id: DocId) -> Response:
    """The file that a document was taken from, byte for byte, as an attachment."""
    return attachment(library, doc_id)


@router.delete("", operation_id="deleteDocument", status_code=204, dependencies=[Depends(editor)])
def delete(library: LibraryDep, doc_id: DocId) -> Response:
    """Deletes a document, and its original when it was uploaded.

    It stays away when its folder is ingested again, and comes back when its file is uploaded or named.
    """
    library.delete(doc_id)
    return Response(status_code=204)


def attachment(library: Library, doc_id: str) -> Response:
    """The original of a document, which no browser opens by itself.

    Raises `NotFound` when it has gone, and `ReadError` when it was changed.
    """
    found = library.originals.open(library.card(doc_id).id)
    stem, _, ending = found.name.rpartition(".")
    if ending.lower() not in _OFFICES | _TEXTS | _PICTURES or not stem:
        stem, ending = found.name, "bin"
    headers = {
        "Content-Disposition": disposition(stem, ending, "original"),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-cache",
        "Content-Length": str(found.size),
        "ETag": f'"{found.sha256}"',
    }
    closing = BackgroundTask(found.file.close)
    return StreamingResponse(_pieces(found.file), 200, headers, _media_type(found), closing)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _media_type(original: Original) -> str:
    head = original.file.read(1024)
    original.file.seek(0)
    known = next((kind for magic, kind in _TYPES if head.startswith(magic)), _ANY)
    if not head.startswith(b"PK\x03\x04"):
        return known
    try:
        with zipfile.ZipFile(original.file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return _ANY
    finally:
        original.file.seek(0)
    inside = (kind for start, kind in _ZIPPED.items() if any(name.startswith(start) for name in names))
    return next(inside, _ANY) if "[Content_Types].xml" in names else _ANY
