"""FastGPT's API file library under /fastgpt: it lists our documents and reads their text.

Contract: labring/FastGPT, packages/service/core/dataset/apiDataset/custom/api.ts. Every answer is the
envelope {success, message, data}; what goes wrong is told inside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from kb.errors import KbError
from kb.library import Library
from kb.surfaces.access import reader
from kb.surfaces.deps import LibraryDep
from kb.surfaces.forms import document_url
from kb.surfaces.problems import status_of
from kb.types import DocumentCard

router = APIRouter(prefix="/fastgpt/v1/file", include_in_schema=False, dependencies=[Depends(reader)])

_UNDATED = "1970-01-01"  # the contract wants a time; a document without a date has none to give


class ListIn(BaseModel):
    """Which files FastGPT wants: all of a folder (we have none), or those whose name holds the words."""

    parent_id: str | None = Field(None, alias="parentId")
    search_key: str | None = Field(None, alias="searchKey", max_length=200)


@router.post("/list")
def files(library: LibraryDep, body: ListIn) -> Response:
    """Our documents as files."""
    words = (body.search_key or "").casefold()
    cards = () if body.parent_id else library.cards()
    return _told([_file(card) for card in cards if words in card.title.casefold()])


@router.get("/content")
def content(library: LibraryDep, id: str) -> Response:
    """A document's cleaned text."""
    return _of(library, id, lambda card: {"title": card.title, "content": library.document(card.id).text})


@router.get("/read")
def read(request: Request, library: LibraryDep, id: str) -> Response:
    """Where a person reads the document."""
    base = str(request.base_url).rstrip("/")
    return _of(library, id, lambda card: {"url": base + document_url(card.id)})


@router.get("/detail")
def detail(library: LibraryDep, id: str) -> Response:
    """One document as a file."""
    return _of(library, id, _file)


def _of(library: Library, doc_id: str, data: Callable[[DocumentCard], dict[str, Any]]) -> Response:
    try:
        return _told(data(library.card(doc_id)))
    except KbError as error:
        return JSONResponse({"success": False, "message": str(error), "data": None}, status_of(error))


def _told(data: object) -> Response:
    return JSONResponse({"success": True, "message": "", "data": data})


def _file(card: DocumentCard) -> dict[str, Any]:
    time = card.issued or _UNDATED
    return {
        "id": card.id,
        "parentId": None,
        "name": card.title,
        "type": "file",
        "updateTime": time,
        "createTime": time,
        "hasChild": False,
    }
