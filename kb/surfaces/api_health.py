"""The API of the health of the index, of repairs and of backups."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import FileResponse, Response

from kb.surfaces import job_kinds, reports
from kb.surfaces.access import AdminDep, OverseerDep
from kb.surfaces.api import ALWAYS, answered
from kb.surfaces.deps import LibraryDep
from kb.surfaces.health_shapes import BackupsOut, IndexesHealthOut, backup_file_out, health_out
from kb.surfaces.job_shapes import JobOut, job_out
from kb.surfaces.problems import ProblemOut

router = APIRouter(prefix="/api/v1", responses=ALWAYS, tags=["upkeep"])

Name = Annotated[
    str, Path(description="The name of a backup.", max_length=40, examples=["20261122-101500.kbz"])
]
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": ProblemOut, "description": "No such backup."}}
_BEGUN: dict[int | str, dict[str, Any]] = {
    202: {"description": "Begun; `GET /jobs/{id}` says how far it is."}
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {"application/zip": {}}},
}
ZIP = "application/zip"


@router.get("/indexes", operation_id="indexHealth", response_model=IndexesHealthOut)
def indexes(request: Request, library: LibraryDep, _: OverseerDep) -> Response:
    """How the truth and the derived indexes stand, what failed, and what to do."""
    return answered(request, health_out(library.upkeep.health()))


@router.post("/indexes/check", operation_id="checkIndexes", response_model=reports.CheckOut)
def check(request: Request, library: LibraryDep, _: AdminDep) -> Response:
    """Holds every byte of the truth and the derived indexes against its checksum, as `kb check` does."""
    return answered(request, reports.check_out(library.check()))


@router.post(
    "/indexes/repair",
    operation_id="repairIndexes",
    status_code=202,
    response_model=JobOut,
    responses=_BEGUN,
)
def repair(request: Request, library: LibraryDep, caller: AdminDep) -> Response:
    """Makes what is derived again where it is damaged or behind, as a job."""
    return answered(request, job_out(job_kinds.ask(library, job_kinds.REPAIR, caller.name)), 202)


@router.post(
    "/indexes/reprocess",
    operation_id="reprocessFiles",
    status_code=202,
    response_model=JobOut,
    responses=_BEGUN,
)
def reprocess(request: Request, library: LibraryDep, caller: AdminDep) -> Response:
    """Reads every file again under the rules as they are now, as a job."""
    return answered(request, job_out(job_kinds.ask(library, job_kinds.REPROCESS, caller.name)), 202)


@router.get("/backups", operation_id="listBackups", response_model=BackupsOut)
def backups(request: Request, library: LibraryDep, _: AdminDep) -> Response:
    """The backups kept on the server, the newest first."""
    return answered(request, BackupsOut([backup_file_out(file) for file in library.upkeep.backups.list()]))


@router.post("/backups", operation_id="makeBackup", status_code=202, response_model=JobOut, responses=_BEGUN)
def make(request: Request, library: LibraryDep, caller: AdminDep) -> Response:
    """Begins a backup, as a job; everything goes on meanwhile."""
    return answered(request, job_out(job_kinds.ask(library, job_kinds.BACKUP, caller.name)), 202)


@router.get("/backups/{name}", operation_id="getBackup", response_class=Response, responses=_FILE | _MISSING)
def fetch(library: LibraryDep, _: AdminDep, name: Name) -> Response:
    """A backup as a file, for `kb restore`."""
    path = library.upkeep.backups.path(name)
    return FileResponse(path, media_type=ZIP, filename=path.name)


@router.delete("/backups/{name}", operation_id="deleteBackup", response_model=BackupsOut, responses=_MISSING)
def delete(request: Request, library: LibraryDep, _: AdminDep, name: Name) -> Response:
    """Deletes a backup."""
    library.upkeep.backups.delete(name)
    return backups(request, library, _)
