"""Whether the server answers; how much it holds is told to those who are known."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from kb import __version__
from kb.surfaces import reports
from kb.surfaces.access import known
from kb.surfaces.api import ALWAYS, answered
from kb.surfaces.deps import library_of
from kb.surfaces.facets import everything

router = APIRouter(prefix="/api/v1", responses=ALWAYS)


@router.get("/health", operation_id="health", response_model=reports.HealthOut, tags=["health"])
def health(request: Request) -> Response:
    """Whether the library answers, and for one who is known how much it holds.

    `generation` grows with every change.
    """
    if known(request) is None:
        return answered(request, reports.HealthOut("ok", __version__, None, None, None))
    library = library_of(request)
    count, regions = everything(library)
    return answered(request, reports.HealthOut("ok", __version__, library.generation(), count, regions))
