"""Baskets under /api/v1: what is collected for a paper, in order, with notes.

The ETag of a basket begins with its revision. A change that carries it in If-Match is refused with 412 when
the basket was changed meanwhile; an order is taken only with If-Match.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from kb.errors import QuestionError
from kb.library import Library
from kb.store.baskets import MOST_ENTRIES
from kb.surfaces import basket_shapes as shapes
from kb.surfaces.access import editor, reader
from kb.surfaces.api import answered
from kb.surfaces.deps import LibraryDep
from kb.surfaces.exporting import BASKET_KINDS, Making, basket_kind, download_basket, linking
from kb.surfaces.problems import ProblemOut
from kb.surfaces.requests import OFFSET_LIMIT, Name, Whole, YesNo
from kb.types import Picked
from kb.write.baskets import LONGEST_NAME

_TAG = re.compile(r'"(\d{1,12})-[0-9a-f]+"')
_Responses = dict[int | str, dict[str, Any]]
_ALWAYS: _Responses = {
    "default": {"model": ProblemOut, "description": "Any other problem."},
    422: {"model": ProblemOut, "description": "A part of the request is wrong; `errors` names it."},
}
_MISSING: _Responses = {404: {"model": ProblemOut, "description": "No such basket, entry or document."}}
_STALE: _Responses = {412: {"model": ProblemOut, "description": "The basket was changed meanwhile."}}

router = APIRouter(
    prefix="/api/v1/baskets", responses=_ALWAYS, tags=["baskets"], dependencies=[Depends(reader)]
)

BasketName = Annotated[str, Path(description="A basket's name.", max_length=200, examples=["社区经费调研"])]
NewName = Annotated[
    str, StringConstraints(max_length=LONGEST_NAME, pattern=r"""^[^\s./\\?#%*:|<>"'][^/\\?#%*:|<>"']*$""")
]
Level = Annotated[Whole, Field(ge=1, le=2)]
Place = Annotated[Whole, Field(ge=0, le=MOST_ENTRIES)]
EntryId = Annotated[int, Path(description="An entry's id.", ge=1, le=OFFSET_LIMIT, examples=[1])]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BasketIn(_In):
    """A basket's name."""

    name: NewName = Field(description="Of one line.", examples=["社区经费调研"])


class PickedIn(_In):
    """A span of a document's text; with `version`, it is refused when the text has changed since."""

    doc_id: Name = Field(description="The document.", examples=["mkie6ukenafp"])
    start: Whole = Field(ge=0, le=OFFSET_LIMIT, description="Its first character.", examples=[0])
    end: Whole = Field(ge=1, le=OFFSET_LIMIT, description="Behind its last character.", examples=[20])
    version: str = Field("", max_length=16, description="Of the text, as citations give it.")


class EntriesIn(_In):
    """Passages, or one heading, to add at `at` (0-based) or at the end."""

    passages: list[PickedIn] = Field([], max_length=200, description="Spans of documents.")
    heading: str = Field("", max_length=200, description="The words of a heading.")
    level: Level = Field(1, description="Of the heading.")
    note: str = Field("", max_length=10_000, description="A note to what is added.")
    label: str = Field("", max_length=300, description="Where they were found, in words.")
    at: Place | None = Field(None, description="Where; left out, at the end.", examples=[0])


class EntryIn(_In):
    """What to change of an entry; what is left out stays."""

    note: str | None = Field(None, max_length=10_000, description="The note.", examples=["可作第二部分论据"])
    text: str | None = Field(None, max_length=200, description="Of a heading.", examples=["一、经费来源"])
    level: Level | None = Field(None, description="Of a heading.", examples=[1])


class OrderIn(_In):
    """The ids of all entries in the order wanted."""

    ids: list[Whole] = Field(max_length=MOST_ENTRIES, description="All of them.", examples=[[3, 1, 2]])


class BasketExportIn(_In):
    """A basket as a file; `draft` is the skeleton of a report in Word."""

    format: Literal["docx", "draft", "xlsx", "md", "csv"] = Field("docx", description="The kind of file.")
    propose: YesNo = Field(False, description="Asks the writing server of kb.toml for sentences of a draft.")


@router.get("", operation_id="listBaskets", response_model=shapes.BasketsOut)
def baskets(request: Request, library: LibraryDep) -> Response:
    """All baskets, the one changed last first."""
    return answered(request, shapes.baskets_out(library.baskets.cards()))


@router.post(
    "",
    operation_id="createBasket",
    dependencies=[Depends(editor)],
    response_model=shapes.BasketOut,
    status_code=201,
)
def create(request: Request, library: LibraryDep, body: BasketIn) -> Response:
    """A new, empty basket."""
    return _answer(request, library, library.baskets.create(body.name).name, 201)


@router.get("/{name}", operation_id="getBasket", response_model=shapes.BasketOut, responses=_MISSING)
def basket(request: Request, library: LibraryDep, name: BasketName) -> Response:
    """A basket, each passage held against the library: intact, moved or source_removed."""
    return _answer(request, library, name)


@router.patch(
    "/{name}",
    operation_id="renameBasket",
    dependencies=[Depends(editor)],
    response_model=shapes.BasketOut,
    responses=_MISSING | _STALE,
)
def rename(request: Request, library: LibraryDep, name: BasketName, body: BasketIn) -> Response:
    """Gives a basket another name."""
    library.baskets.rename(name, body.name, expected=_expected(request))
    return _answer(request, library, body.name.strip())


@router.delete(
    "/{name}",
    operation_id="deleteBasket",
    dependencies=[Depends(editor)],
    status_code=204,
    responses=_MISSING | _STALE,
)
def delete(request: Request, library: LibraryDep, name: BasketName) -> Response:
    """Deletes a basket with all its entries."""
    library.baskets.delete(name, expected=_expected(request))
    return Response(status_code=204)


@router.post(
    "/{name}/entries",
    operation_id="addToBasket",
    dependencies=[Depends(editor)],
    response_model=shapes.BasketOut,
    status_code=201,
    responses=_MISSING | _STALE,
)
def add(request: Request, library: LibraryDep, name: BasketName, body: EntriesIn) -> Response:
    """Adds passages or a heading; the basket is made when it is new, and no passage is repeated."""
    if bool(body.passages) == bool(body.heading):
        raise QuestionError("give either passages or a heading")
    expected = _expected(request)
    if body.heading:
        id = library.baskets.heading(name, body.heading, body.level, at=body.at, expected=expected)
        if body.note:
            library.baskets.note(name, id, body.note)
    else:
        picked = [Picked(one.doc_id, one.start, one.end, one.version) for one in body.passages]
        library.baskets.add(name, picked, label=body.label, note=body.note, at=body.at, expected=expected)
    return _answer(request, library, name.strip(), 201)


@router.patch(
    "/{name}/entries/{id}",
    operation_id="editBasketEntry",
    dependencies=[Depends(editor)],
    response_model=shapes.BasketOut,
    responses=_MISSING | _STALE,
)
def edit(request: Request, library: LibraryDep, name: BasketName, id: EntryId, body: EntryIn) -> Response:
    """Changes the note of an entry, or the words and level of a heading."""
    library.baskets.edit(
        name, id, note=body.note, text=body.text, level=body.level, expected=_expected(request)
    )
    return _answer(request, library, name)


@router.delete(
    "/{name}/entries/{id}",
    operation_id="removeBasketEntry",
    dependencies=[Depends(editor)],
    response_model=shapes.BasketOut,
    responses=_MISSING | _STALE,
)
def remove(request: Request, library: LibraryDep, name: BasketName, id: EntryId) -> Response:
    """Takes an entry out."""
    library.baskets.remove(name, [id], expected=_expected(request))
    return _answer(request, library, name)


@router.put(
    "/{name}/order",
    operation_id="orderBasket",
    dependencies=[Depends(editor)],
    response_model=shapes.BasketOut,
    responses=_MISSING | _STALE | {428: {"model": ProblemOut, "description": "If-Match is missing."}},
)
def order(request: Request, library: LibraryDep, name: BasketName, body: OrderIn) -> Response:
    """Puts all entries in an order; needs If-Match, so that nobody's order is overwritten unseen."""
    if "if-match" not in request.headers:
        raise HTTPException(428, "an order needs If-Match with the ETag of the basket")
    library.baskets.order(name, body.ids, expected=_expected(request))
    return _answer(request, library, name)


@router.get(
    "/{name}/export",
    operation_id="exportBasket",
    response_class=Response,
    responses=_MISSING
    | {200: {"description": "The file.", "content": {kind.media_type: {} for kind in BASKET_KINDS}}},
)
def export(
    request: Request, library: LibraryDep, name: BasketName, query: Annotated[BasketExportIn, Query()]
) -> Response:
    """A basket as a Word, Excel, Markdown or CSV file, or as the skeleton of a report."""
    found = library.baskets.get(name)
    proposals = library.proposals(found) if query.propose and query.format == "draft" else ()
    how = Making(linking(str(request.base_url)), proposals=proposals)
    return download_basket(found, basket_kind(query.format), how)


def _answer(request: Request, library: Library, name: str, status: int = 200) -> Response:
    found = library.baskets.get(name)
    return answered(request, shapes.basket_out(found), status, f"{found.revision}-")


def _expected(request: Request) -> int | None:
    """The revision that If-Match names; None when any will do, and -1, which is none's, when it is no tag."""
    header = request.headers.get("if-match", "*").strip()
    match = _TAG.search(header)
    return None if header == "*" else int(match.group(1)) if match else -1
