"""Swagger UI at /api/docs, under the same policy as every page: no script of another site, none inline.

The files are those of Swagger UI (Apache-2.0, SmartBear Software) in the wheel `fastapi-swagger`;
none of its code runs.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from kb.surfaces.access import reader
from kb.surfaces.deps import PrefsDep
from kb.surfaces.site import SiteDep

FILES = "/static/swagger"

router = APIRouter(include_in_schema=False, dependencies=[Depends(reader)])


def files() -> StaticFiles:
    """The files of Swagger UI. Raises `AssertionError` when the wheel is not installed as it should be."""
    return StaticFiles(packages=[("fastapi_swagger", "resources")])


@router.get("/api/docs")
def docs(request: Request, site: SiteDep, prefs: PrefsDep) -> Response:
    """The description of the API, to read and to try."""
    return site.page(request, prefs, "api_docs.html", FILES)
