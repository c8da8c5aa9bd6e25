"""Uploads on the page: files come in, each says what became of it, and what failed can be tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from kb.errors import NotFound, QuestionError
from kb.library import Library
from kb.surfaces import forms, job_kinds, views
from kb.surfaces.access import EditorDep, editor, reader
from kb.surfaces.api_jobs import JobDep, actor_of, take_up
from kb.surfaces.api_originals import attachment
from kb.surfaces.deps import LibraryDep, PrefsDep
from kb.surfaces.facets import Facets
from kb.surfaces.messages import Words
from kb.surfaces.reasons import reason_in
from kb.surfaces.receiving import receive
from kb.surfaces.security import REQUEST_BYTES
from kb.surfaces.shelving import Shelving, shelving
from kb.surfaces.site import SiteDep
from kb.types import Caller, DocumentCard, FileState, Job, JobFile

router = APIRouter(include_in_schema=False)
_EDITOR = [Depends(editor)]

RECENT = 30  # jobs on the page
_ROWS = 300  # files of a job that are shown; the rest is counted
# Failures first: somebody has to do something about them.
_ORDER: tuple[FileState, ...] = ("failed", "reading", "waiting", "cancelled", "done", "duplicate")
Tone = Literal["bad", "busy", "good", "still"]
_TONES: dict[str, Tone] = {
    "failed": "bad",
    "interrupted": "bad",
    "running": "busy",
    "reading": "busy",
    "done": "good",
}
assert set(_ORDER) == set(get_args(FileState))


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a job with the documents that it became."""

    label: str
    state: str
    tone: Tone
    said: str
    reason: str
    documents: tuple[views.DocumentRow, ...]


@dataclass(frozen=True, slots=True)
class JobView:
    """A job in words."""

    id: str
    url: str
    state: str
    tone: Tone
    said: str
    when: str
    done: int
    total: int
    failed: int
    duplicates: int
    problem: str
    detail: str
    active: bool
    stoppable: bool
    retriable: bool
    repeatable: bool


@dataclass(frozen=True, slots=True)
class JobPage:
    """One job with its files."""

    job: JobView
    rows: tuple[FileRow, ...]
    more: int  # files that are not shown


@dataclass(frozen=True, slots=True)
class JobsPage:
    """The jobs of late."""

    jobs: tuple[JobView, ...]
    shelving: Shelving


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """The list of documents."""

    form: forms.SearchForm
    facets: Facets
    jobs: tuple[JobView, ...]  # that are not done
    rows: tuple[views.DocumentRow, ...]
    total: int
    chunks: int
    previous_url: str
    next_url: str
    shelving: Shelving


@router.post("/library/upload", dependencies=_EDITOR, max_body_size=REQUEST_BYTES)
async def upload(request: Request, library: LibraryDep, caller: EditorDep) -> Response:
    """Keeps what was sent and shows the job that takes it in."""
    sent = await receive(request, library.originals)
    try:
        collection = library.collections.choose(caller.collections, sent.fields.get("collection", ""))
    except NotFound:
        await run_in_threadpool(sent.drop)
        raise
    job = await run_in_threadpool(take_up, library, sent.files, caller.name, collection=collection)
    if request.headers.get("accept", "").startswith("application/json"):
        return JSONResponse({"job": job.id, "url": job_url(job.id)}, 202)
    return RedirectResponse(job_url(job.id), 303)


@router.get("/library/jobs", dependencies=_EDITOR)
def jobs(
    request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, caller: EditorDep
) -> Response:
    """What was sent of late, and how far it is."""
    found, _ = library.jobs.page(RECENT, actor=actor_of(caller))
    shown = tuple(job_view(job, prefs.words) for job in found)
    page = JobsPage(shown, shelving(library, caller))
    return site.page(request, prefs, "jobs.html", page, "library")


@router.get("/library/jobs/{id}", dependencies=_EDITOR)
def job(request: Request, found: JobDep, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """One job; `part=1` gives what changes of it, for the script of the page."""
    page = _job_page(library, found, prefs.words)
    part = request.query_params.get("part") == "1"
    return site.page(request, prefs, "_job.html" if part else "job.html", page, "library")


@router.post("/library/jobs/{id}", dependencies=_EDITOR)
async def change(request: Request, found: JobDep, library: LibraryDep, caller: EditorDep) -> Response:
    """Does what the pressed button says."""
    form = await request.form(max_files=0, max_fields=10)
    wanted = str(form.get("do", ""))
    if wanted == "again":
        made = await run_in_threadpool(job_kinds.again, library, found, caller.name)
        return RedirectResponse(job_url(made.id), 303)
    return await run_in_threadpool(_changed, library, found.id, wanted)


@router.get("/documents/{doc_id}/original", dependencies=[Depends(reader)])
def original(doc_id: str, library: LibraryDep) -> Response:
    """The file that a document was taken from, as a download."""
    return attachment(library, doc_id)


@router.post("/documents/{doc_id}/delete", dependencies=_EDITOR)
def delete(doc_id: str, library: LibraryDep) -> Response:
    """Deletes a document."""
    library.delete(doc_id)
    return RedirectResponse("/documents", 303)


def job_url(id: str) -> str:
    """The address of a job's page."""
    return f"/library/jobs/{id}"


def at_work(library: Library, words: Words, caller: Caller) -> tuple[JobView, ...]:
    """The jobs that are not done, for the page of the library; editors see them."""
    if not caller.may("editor"):
        return ()
    found, _ = library.jobs.page(RECENT, actor=actor_of(caller))
    return tuple(job_view(job, words) for job in found if job.active)


def job_view(job: Job, words: Words) -> JobView:
    """A job in words."""
    state = "blocked" if job.blocked and job.active else job.state
    return JobView(
        id=job.id,
        url=job_url(job.id),
        state=job.state,
        tone=_TONES.get(job.state, "still"),
        said=words(f"job.{state}"),
        when=datetime.fromtimestamp(job.created).strftime("%Y-%m-%d %H:%M"),
        done=job.done,
        total=job.total,
        failed=job.failed,
        duplicates=job.duplicates,
        problem=job.problem,
        detail=job.detail,
        active=job.active,
        stoppable=job.active,
        retriable=not job.active and (job.failed > 0 or job.state in ("failed", "cancelled", "interrupted")),
        repeatable=not job.active and job.total > 0,
    )


def _changed(library: Library, id: str, wanted: str) -> Response:
    if wanted == "cancel":
        library.jobs.cancel(id)
    elif wanted == "retry":
        library.jobs.retry(id)
    elif wanted == "forget":
        library.originals.discard(library.jobs.remove(id))
        return RedirectResponse("/library/jobs", 303)
    else:
        raise QuestionError(f'a job cannot be changed by "{wanted[:40]}"')
    return RedirectResponse(job_url(id), 303)


def _job_page(library: Library, job: Job, words: Words) -> JobPage:
    files = sorted(job.files, key=lambda file: (_ORDER.index(file.state), file.number))
    shown = files[:_ROWS]
    wanted = {id for file in shown for id in file.documents}
    cards = {card.id: card for card in library.cards() if card.id in wanted} if wanted else {}
    rows = tuple(_row(file, cards, words) for file in shown)
    return JobPage(job_view(job, words), rows, len(files) - len(shown))


def _row(file: JobFile, cards: dict[str, DocumentCard], words: Words) -> FileRow:
    known = [cards[id] for id in file.documents if id in cards]
    return FileRow(
        label=file.label,
        state=file.state,
        tone=_TONES.get(file.state, "still"),
        said=words(f"file.{file.state}"),
        reason=reason_in(file.reason, words),
        documents=tuple(views.document_row(card, words) for card in known),
    )
