"""The page of passages like one of a document."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from kb.surfaces import views
from kb.surfaces.access import reader
from kb.surfaces.deps import LibraryDep, PrefsDep, SpanDep
from kb.surfaces.said import noted
from kb.surfaces.site import SiteDep
from kb.types import SimilarTo

router = APIRouter(prefix="/documents/{doc_id}", include_in_schema=False, dependencies=[Depends(reader)])

_SHOWN = 10  # passages on one page


@dataclass(frozen=True, slots=True)
class SimilarPage:
    """Passages like one, other districts first."""

    source: views.CitationView
    documents: int  # searched
    regions: int
    notes: tuple[str, ...]
    hits: tuple[views.HitView, ...]


@router.get("/similar")
def similar(
    request: Request,
    doc_id: str,
    library: LibraryDep,
    prefs: PrefsDep,
    site: SiteDep,
    span: SpanDep,
) -> Response:
    """Passages like a span of this document, other districts first."""
    answer = library.similar(SimilarTo(doc_id, span.start, span.end, _SHOWN))
    page = SimilarPage(
        source=views.citation_view(library.cite(doc_id, span.start, span.end), prefs.words),
        documents=answer.coverage.documents,
        regions=answer.coverage.regions,
        notes=noted(answer.notes, prefs.words),
        hits=tuple(views.hit_view(hit, prefs.words) for hit in answer.hits),
    )
    return site.page(request, prefs, "similar.html", page, "search")
