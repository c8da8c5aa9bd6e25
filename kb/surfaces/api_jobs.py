"""Uploads and jobs under /api/v1: what came is taken into the library, and tells what became of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence, Set
from dataclasses import replace
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from kb.errors import Busy, NotFound
from kb.library import Library
from kb.surfaces import access, job_kinds
from kb.surfaces import job_shapes as shapes
from kb.surfaces.access import EditorDep
from kb.surfaces.api import answered
from kb.surfaces.deps import LibraryDep
from kb.surfaces.problems import ProblemOut
from kb.surfaces.receiving import FILE_BYTES, MOST_FILES, Received, receive
from kb.surfaces.security import REQUEST_BYTES
from kb.types import Caller, Job, JobFile, Wanted

_Responses = dict[int | str, dict[str, Any]]
_ALWAYS: _Responses = {
    "default": {"model": ProblemOut, "description": "Any other problem."},
    422: {"model": ProblemOut, "description": "A part of the request is wrong; `errors` names it."},
}
_MISSING: _Responses = {404: {"model": ProblemOut, "description": "No such job."}}
_UNCHANGED: _Responses = {304: {"description": "The client's copy (If-None-Match) is still right."}}
_TOO_MUCH: _Responses = {
    413: {"model": ProblemOut, "description": "Too many bytes or files."},
    415: {"model": ProblemOut, "description": "No multipart/form-data."},
    507: {"model": ProblemOut, "description": "The disk is full; nothing was kept."},
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "contentMediaType": "application/octet-stream"},
                            "description": "The files. A path in a file's name is a label and nothing else.",
                            "examples": [["通知.docx", "资料/调研报告.pdf"]],
                        }
                    },
                }
            }
        },
    }
}
_LOOK_SECONDS = 0.5  # from one look at a job to the next
_FOLLOWED_SECONDS = 600.0  # then a client asks again, and is asked who it is
_RETRY_MILLISECONDS = 2000
UPLOAD = "upload"
_CLOSED = (
    "the same bytes are in the library already, in a collection that is closed to you: ask an administrator"
)
_ATTEMPTS = 3  # at the truth while others write: what has come is not to be sent again for that

router = APIRouter(prefix="/api/v1", responses=_ALWAYS, tags=["jobs"], dependencies=[Depends(access.editor)])

JobId = Annotated[str, Path(description="A job's id.", max_length=40, examples=["9f2c4a1b7d3e5f60"])]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="Chosen by the client: the same key with the same files is answered with the same job.",
        max_length=200,
        examples=["2026-11-22-1"],
    ),
]


class JobsIn(BaseModel):
    """A page of the list of jobs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(50, ge=1, le=200, description="Jobs on one page.")
    cursor: int | None = Field(None, ge=1, le=2**53, description="`next` of the page before.", examples=[17])


def actor_of(caller: Caller) -> str | None:
    """Whose jobs somebody sees: who may not see everything sees what is their own. None: all."""
    return None if caller.collections is None else caller.name


def job_of(library: LibraryDep, caller: EditorDep, id: JobId) -> Job:
    """The job that an address names. Raises `NotFound`."""
    found = library.jobs.get(id)
    if actor_of(caller) not in (None, found.actor):
        raise NotFound("no job has this id: `kb jobs` shows the ids")
    return seen_job(library, caller, found)


def seen_job(library: Library, caller: Caller, job: Job) -> Job:
    """The job without the ids of documents that are closed to whoever asks; such a duplicate says so."""
    named = {id for file in job.files for id in file.documents}
    if caller.collections is None or not named:
        return job
    open_ = named & {card.id for card in library.cards()}
    return replace(job, files=tuple(_seen_file(file, open_) for file in job.files)) if open_ < named else job


def _seen_file(file: JobFile, open_: Set[str]) -> JobFile:
    left = tuple(id for id in file.documents if id in open_)
    hidden = file.state == "duplicate" and file.documents and not left
    return replace(file, documents=left, reason=_CLOSED if hidden else file.reason)


JobDep = Annotated[Job, Depends(job_of)]


@router.post(
    "/uploads",
    operation_id="uploadFiles",
    response_model=shapes.JobOut,
    status_code=202,
    responses=_TOO_MUCH,
    openapi_extra=_BODY,
    max_body_size=REQUEST_BYTES,
    description=f"""Keeps files and takes them into the library as a job, whose address is in `Location`.

What is answered 202 is on the disk and survives whatever happens to the server. What a file is, is told by
its content. The same bytes are one document, whatever they are called. At most {MOST_FILES} files,
{FILE_BYTES // 2**20} MiB each and {REQUEST_BYTES // 2**20} MiB together.""",
)
async def upload(
    request: Request,
    library: LibraryDep,
    caller: EditorDep,
    collection: Annotated[
        str, Query(max_length=60, description="Where they go: a name of `kb collection list`.")
    ] = "",
    key: Key = "",
) -> Response:
    """Keeps files and takes them into the library as a job."""
    name = library.collections.choose(caller.collections, collection)
    sent = await receive(request, library.originals)
    job = await run_in_threadpool(take_up, library, sent.files, caller.name, key, name)
    answer = answered(request, shapes.job_out(seen_job(library, caller, job)), 202)
    answer.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return answer


@router.get("/jobs", operation_id="listJobs", response_model=shapes.JobsOut, responses=_UNCHANGED)
def jobs(
    request: Request, library: LibraryDep, caller: EditorDep, query: Annotated[JobsIn, Query()]
) -> Response:
    """Jobs with how far they are, the newest first, a page at a time."""
    found, following = library.jobs.page(query.limit, query.cursor, actor=actor_of(caller))
    cards = [shapes.card_out(job) for job in found]
    total = library.jobs.count(actor_of(caller))
    return answered(request, shapes.JobsOut(cards, total, str(following) if following else None))


@router.get(
    "/jobs/{id}", operation_id="getJob", response_model=shapes.JobOut, responses=_MISSING | _UNCHANGED
)
def job(request: Request, found: JobDep) -> Response:
    """A job with what became of each of its files."""
    return answered(request, shapes.job_out(found), revision=f"{found.revision}-")


@router.get(
    "/jobs/{id}/events",
    operation_id="followJob",
    response_class=EventSourceResponse,
    responses=_MISSING,
)
async def follow(
    request: Request, library: LibraryDep, caller: EditorDep, found: JobDep
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `job` with every change, and with the last one the stream ends.

    The data is a job without its files, and in `changed` those files that have changed since the event
    before; the first event has all of them.
    """
    before: Job | None = None
    with anyio.move_on_after(_FOLLOWED_SECONDS):
        while before is None or before.active:
            now = await run_in_threadpool(_newer, library, caller, found.id, before)
            if now is not None:
                known = before.files if before else ()
                said = shapes.event_out(now, known)
                yield ServerSentEvent(data=said, event="job", id=str(now.revision), retry=_RETRY_MILLISECONDS)
                before = now
            elif request.app.state.closing():
                return
            else:
                await anyio.sleep(_LOOK_SECONDS)


@router.post("/jobs/{id}/cancel", operation_id="cancelJob", response_model=shapes.JobOut, responses=_MISSING)
def cancel(request: Request, library: LibraryDep, caller: EditorDep, found: JobDep) -> Response:
    """Stops a job after the file in hand; what is in the library stays there."""
    return answered(request, shapes.job_out(seen_job(library, caller, library.jobs.cancel(found.id))))


@router.post("/jobs/{id}/retry", operation_id="retryJob", response_model=shapes.JobOut, responses=_MISSING)
def retry(request: Request, library: LibraryDep, caller: EditorDep, found: JobDep) -> Response:
    """Tries again what failed, was cancelled or interrupted."""
    return answered(request, shapes.job_out(seen_job(library, caller, library.jobs.retry(found.id))))


@router.post(
    "/jobs/{id}/again",
    operation_id="repeatJob",
    response_model=shapes.JobOut,
    status_code=202,
    responses=_MISSING,
)
def repeat(request: Request, library: LibraryDep, caller: EditorDep, found: JobDep) -> Response:
    """Reads all files of a job that has ended again, under the rules as they are now, as a new job."""
    made = job_kinds.again(library, found, caller.name)
    answer = answered(request, shapes.job_out(seen_job(library, caller, made)), 202)
    answer.headers["Location"] = f"/api/v1/jobs/{made.id}"
    return answer


@router.delete("/jobs/{id}", operation_id="deleteJob", status_code=204, responses=_MISSING)
def delete(library: LibraryDep, found: JobDep) -> Response:
    """Forgets a job that has ended, and the originals of those of its files that failed."""
    library.originals.discard(library.jobs.remove(found.id))
    return Response(status_code=204)


def take_up(library: Library, received: Received, actor: str, key: str = "", collection: str = "") -> Job:
    """Makes a job of what was received; when there is one by that key already, that is the job.

    What is new goes into `collection`. Raises `QuestionError` when the key came with other files.
    """

    def register(wanted: Sequence[Wanted], attempts: int = _ATTEMPTS) -> Job:
        try:
            library.collections.expect([one.source for one in wanted], collection)
            return library.jobs.create(UPLOAD, actor, wanted, key)[0]
        except Busy:
            if attempts <= 1:
                raise
            return register(wanted, attempts - 1)

    try:
        job = library.originals.keep(received, register)
    finally:
        for _, file in received:
            file.drop()
    return job


def _newer(library: Library, caller: Caller, id: str, before: Job | None) -> Job | None:
    """The job when it has changed."""
    if before is not None and library.jobs.revision(id) == before.revision:
        return None
    return seen_job(library, caller, library.jobs.get(id))
