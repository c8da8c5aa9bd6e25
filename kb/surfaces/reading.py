"""The page of one document: its text with the cited span, its metadata that can be corrected in place."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from kb.errors import QuestionError
from kb.library import Library
from kb.surfaces import access, forms, kin, metadata_rows, reader, requests, views
from kb.surfaces.access import EditorDep, ReaderDep
from kb.surfaces.deps import LibraryDep, PrefsDep, SpanDep
from kb.surfaces.messages import Words
from kb.surfaces.reasons import refusal_in
from kb.surfaces.shelving import shelving
from kb.surfaces.site import SiteDep
from kb.types import Caller, Document
from kb.write.references import reference

router = APIRouter(
    prefix="/documents/{doc_id}", include_in_schema=False, dependencies=[Depends(access.reader)]
)

_MOST_FIELDS = 20


async def _correction(request: Request) -> requests.CorrectionIn:
    """The fields of the form. FastAPI's own forms count an emptied field as not sent."""
    sent = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    try:
        return requests.CorrectionIn.model_validate(dict(sent))
    except ValidationError as error:
        raise RequestValidationError(
            [{**part, "loc": ("body", *part["loc"])} for part in error.errors()]
        ) from error


@router.get("")
def document(
    request: Request, doc_id: str, library: LibraryDep, prefs: PrefsDep, site: SiteDep, caller: ReaderDep
) -> Response:
    """One document, the span of the address highlighted and, by the fragment #cite, in view."""
    span = forms.SpanForm.read(request.query_params)
    page = _page(library, library.document(doc_id), span, prefs.words, caller)
    return site.page(request, prefs, "document.html", page, "library")


@router.post("", dependencies=[Depends(access.editor)])
def correct(
    request: Request,
    doc_id: str,
    library: LibraryDep,
    prefs: PrefsDep,
    site: SiteDep,
    caller: EditorDep,
    form: Annotated[requests.CorrectionIn, Depends(_correction)],
) -> Response:
    """Keeps what was changed by hand and shows the document; what cannot be kept is said by the fields."""
    found = library.document(doc_id)
    try:
        now = metadata_rows.correctable(found) | {"family": library.family(doc_id).decided}
        changes = form.changes(now)
        if changes:
            library.set_metadata(doc_id, changes)
    except QuestionError as error:
        said = refusal_in(str(error), prefs.words)
        page = _page(library, found, forms.SpanForm(), prefs.words, caller, form, said)
        return site.page(request, prefs, "document.html", page, "library", 422)
    return RedirectResponse(f"{forms.document_url(doc_id)}#about", 303)


@router.post("/metadata/{field}/reset", dependencies=[Depends(access.editor)])
def reset(doc_id: str, field: str, library: LibraryDep) -> Response:
    """Gives a field that was set by hand back to the rules and shows the document."""
    library.set_metadata(doc_id, {field: None})
    return RedirectResponse(f"{forms.document_url(doc_id)}#about", 303)


@router.post("/removed/{piece}", dependencies=[Depends(access.editor)])
def restore(doc_id: str, piece: str, library: LibraryDep, undo: Annotated[bool, Query()] = False) -> Response:
    """Puts a removed piece back, or with `undo` takes it away again, and shows the document."""
    library.restore(doc_id, piece, undo=undo)
    return RedirectResponse(f"{forms.document_url(doc_id)}#removed", 303)


@router.get("/span")
def span_alone(
    request: Request,
    doc_id: str,
    library: LibraryDep,
    prefs: PrefsDep,
    site: SiteDep,
    span: SpanDep,
) -> Response:
    """A citation alone, for the panel beside a comparison."""
    citation = views.citation_view(library.cite(doc_id, span.start, span.end), prefs.words)
    return site.page(request, prefs, "_span.html", citation)


def _page(
    library: Library,
    found: Document,
    span: forms.SpanForm,
    words: Words,
    caller: Caller,
    form: requests.CorrectionIn | None = None,
    problem: str = "",
) -> views.DocumentPage:
    current = not span.version or span.version == found.version
    cited = reader.valid_span(found, span.start, span.end) if current else None
    groups, card = reader.lines(found, cited, words), library.card(found.id)
    return views.DocumentPage(
        document=found,
        title=kin.title_of(found, words),
        region=kin.region_of(found),
        groups=groups,
        pages=reader.pages(groups),
        outline=reader.outline(found, cited),
        citation=views.citation_view(library.cite(found.id, *cited), words) if cited else None,
        lost=span.asked and cited is None,
        metadata=metadata_rows.metadata_rows(found, words),
        correction=metadata_rows.correction_rows(found, form.given if form else {}, words),
        problem=problem,
        warnings=views.distinct_flags(found.flags, words),
        flags=views.flag_groups(found, words),
        removed=reader.removed_groups(found.removed),
        restored=tuple((piece.key, piece.text) for piece in library.restored(found.id)),
        reference=reference(card),
        family=kin.family_view(found.id, library.family(found.id), words),
        collection=card.collection,
        shelving=shelving(library, caller),
    )
