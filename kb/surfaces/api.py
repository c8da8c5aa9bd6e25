"""The API under /api/v1: the objects of the command line over HTTP."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from kb.compare.table import sorted_by_figure
from kb.library import Library
from kb.surfaces import reports, requests, shapes, wire
from kb.surfaces.access import editor, reader
from kb.surfaces.deps import LibraryDep
from kb.surfaces.exporting import KINDS, Making, download, file_kind, linking
from kb.surfaces.problems import ProblemOut
from kb.types import Comparison, Document, Quotation, SimilarTo

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Responses = dict[int | str, dict[str, Any]]


ALWAYS: _Responses = {
    "default": {"model": ProblemOut, "description": "Any other problem."},
    422: {"model": ProblemOut, "description": "A part of the request is wrong; `errors` names it."},
}
_MISSING: _Responses = {404: {"model": ProblemOut, "description": "No such document."}}
_UNCHANGED: _Responses = {304: {"description": "The client's copy (If-None-Match) is still right."}}

router = APIRouter(prefix="/api/v1", responses=ALWAYS, dependencies=[Depends(reader)])

DocId = Annotated[
    str,
    Path(
        description="A document's id, as lists and hits give it.", max_length=200, examples=["mkie6ukenafp"]
    ),
]
Field = Annotated[
    Literal["title", "issuer", "region", "issued", "number", "kind", "origin", "topics", "family"],
    Path(description="A field that was set by hand.", examples=["title"]),
]
Piece = Annotated[
    str, Path(description="The id of a removed piece.", max_length=40, examples=["0a1b2c3d4e5f"])
]


@router.get(
    "/search",
    operation_id="search",
    response_model=shapes.SearchOut,
    responses=_UNCHANGED,
    tags=["search"],
)
def search(request: Request, library: LibraryDep, query: Annotated[requests.SearchIn, Query()]) -> Response:
    """Passages that answer a question in Chinese or English, best first, each with an exact citation."""
    return answered(request, wire.search_out(library.search(query.question), query.explain))


@router.post("/search", operation_id="searchByBody", response_model=shapes.SearchOut, tags=["search"])
def search_by_body(request: Request, library: LibraryDep, body: requests.SearchIn) -> Response:
    """The same search with the question in a body, for what is too long for an address."""
    return answered(request, wire.search_out(library.search(body.question), body.explain))


@router.get(
    "/documents",
    operation_id="listDocuments",
    response_model=shapes.DocumentsOut,
    responses=_UNCHANGED,
    tags=["documents"],
)
def documents(
    request: Request, library: LibraryDep, query: Annotated[requests.DocumentsIn, Query()]
) -> Response:
    """Documents with their metadata, in the order of their ids, a page at a time."""
    cards = sorted(library.cards(query.filters), key=lambda card: card.id)
    rest = [card for card in cards if card.id > query.cursor]
    following = rest[query.limit - 1].id if len(rest) > query.limit else None
    return answered(request, wire.documents_out(rest[: query.limit], len(cards), following))


@router.get(
    "/documents/{doc_id}",
    operation_id="getDocument",
    response_model=shapes.ShowOut,
    responses=_MISSING | _UNCHANGED,
    tags=["documents"],
)
def document(request: Request, library: LibraryDep, doc_id: DocId) -> Response:
    """One document: cleaned text, outline, metadata, warnings, and what cleaning removed."""
    return answered(request, _shown(library, library.document(doc_id)))


@router.patch(
    "/documents/{doc_id}",
    operation_id="setMetadata",
    dependencies=[Depends(editor)],
    response_model=shapes.ShowOut,
    responses=_MISSING,
    tags=["documents"],
)
def set_metadata(
    request: Request, library: LibraryDep, doc_id: DocId, body: requests.CorrectionIn
) -> Response:
    """Corrects metadata by hand, as `kb set` does; a correction survives every later ingest."""
    changed = library.set_metadata(doc_id, body.given)
    return answered(request, _shown(library, changed))


@router.delete(
    "/documents/{doc_id}/metadata/{field}",
    operation_id="resetMetadata",
    dependencies=[Depends(editor)],
    response_model=shapes.ShowOut,
    responses=_MISSING,
    tags=["documents"],
)
def reset_metadata(request: Request, library: LibraryDep, doc_id: DocId, field: Field) -> Response:
    """Takes a correction back: the field is again what rules found, which `facts` tell as `found:<field>`."""
    return answered(request, _shown(library, library.set_metadata(doc_id, {field: None})))


@router.post(
    "/documents/{doc_id}/removed/{piece}/restore",
    operation_id="restorePiece",
    dependencies=[Depends(editor)],
    response_model=shapes.ShowOut,
    responses=_MISSING,
    tags=["documents"],
)
def restore(request: Request, library: LibraryDep, doc_id: DocId, piece: Piece) -> Response:
    """Puts what cleaning took away back where it stood; it survives every later ingest."""
    return answered(request, _shown(library, library.restore(doc_id, piece)))


@router.delete(
    "/documents/{doc_id}/removed/{piece}/restore",
    operation_id="removeAgain",
    dependencies=[Depends(editor)],
    response_model=shapes.ShowOut,
    responses=_MISSING,
    tags=["documents"],
)
def remove_again(request: Request, library: LibraryDep, doc_id: DocId, piece: Piece) -> Response:
    """Lets cleaning take a restored piece away again."""
    return answered(request, _shown(library, library.restore(doc_id, piece, undo=True)))


@router.get(
    "/documents/{doc_id}/citation",
    operation_id="cite",
    response_model=shapes.CitationOut,
    responses=_MISSING | _UNCHANGED,
    tags=["documents"],
)
def cite(
    request: Request, library: LibraryDep, doc_id: DocId, span: Annotated[requests.SpanIn, Query()]
) -> Response:
    """The citation of `text[start:end]`: quotation, place and GB/T 7714 reference."""
    return answered(request, wire.citation_out(library.cite(doc_id, span.start, span.end)))


@router.get(
    "/documents/{doc_id}/similar",
    operation_id="similar",
    response_model=shapes.SearchOut,
    responses=_MISSING | _UNCHANGED,
    tags=["search"],
)
def similar(
    request: Request, library: LibraryDep, doc_id: DocId, query: Annotated[requests.SimilarIn, Query()]
) -> Response:
    """Passages like `text[start:end]`, other districts first, near-identical ones folded."""
    wanted = SimilarTo(doc_id, query.start, query.end, query.top_k, query.filters)
    return answered(request, wire.search_out(library.similar(wanted), query.explain))


@router.post(
    "/citations/check",
    operation_id="checkCitations",
    response_model=reports.CiteCheckOut,
    tags=["documents"],
)
def check_citations(request: Request, library: LibraryDep, body: requests.CitationsIn) -> Response:
    """Whether quotations still stand where they were taken from: intact, moved or source_removed."""
    checked = library.verify([Quotation(item.doc_id, item.quote, item.start) for item in body.citations])
    return answered(request, reports.cite_check_out(checked))


@router.get(
    "/compare",
    operation_id="compare",
    response_model=shapes.ComparisonOut,
    responses=_UNCHANGED,
    tags=["compare"],
)
def compare(request: Request, library: LibraryDep, query: Annotated[requests.CompareIn, Query()]) -> Response:
    """Districts or documents side by side on a lens's dimensions: every cell verbatim, or not_mentioned."""
    return answered(request, wire.comparison_out(_compared(library, query)))


@router.get(
    "/compare/export",
    operation_id="exportComparison",
    response_class=Response,
    responses={200: {"description": "The file.", "content": {kind.media_type: {} for kind in KINDS}}},
    tags=["compare"],
)
def export(request: Request, library: LibraryDep, query: Annotated[requests.ExportIn, Query()]) -> Response:
    """The comparison as a Word, Excel, Markdown or CSV file, its citations checkable by `kb cite check`."""
    comparison = _compared(library, query)
    proposals = library.proposals(comparison) if query.propose and query.format == "draft" else ()
    how = Making(linking(str(request.base_url)), query.swap, proposals)
    return download(comparison, file_kind(query.format), how)


@router.get("/lenses", operation_id="listLenses", response_model=shapes.LensesOut, tags=["compare"])
def lenses(request: Request, library: LibraryDep) -> Response:
    """The lenses that a comparison can use: ours and the library's own."""
    return answered(request, wire.lenses_out(library.lenses()))


def _shown(library: Library, document: Document) -> shapes.ShowOut:
    return wire.show_out(document, library.family(document.id), library.restored(document.id))


def _compared(library: Library, query: requests.CompareIn) -> Comparison:
    comparison = library.compare(query.request)
    return sorted_by_figure(comparison, query.sort) if query.sort else comparison


def answered(request: Request, value: DataclassInstance, status: int = 200, revision: str = "") -> Response:
    """`value` as JSON with a strong ETag of its bytes; 304 when the client has them already.

    `revision` stands at the beginning of the ETag.
    """
    body = to_json(value, inf_nan_mode="null")
    tag = f'"{revision}{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=0, must-revalidate"}
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if request.method == "GET" and known & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(body, status, media_type="application/json", headers=headers)
