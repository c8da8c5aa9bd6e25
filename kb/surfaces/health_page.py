"""The page of how the index stands, with repairs and backups."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from kb.errors import QuestionError
from kb.library import Library
from kb.surfaces import job_kinds
from kb.surfaces.access import AdminDep, OverseerDep
from kb.surfaces.backups import when
from kb.surfaces.deps import LibraryDep, PrefsDep
from kb.surfaces.health_shapes import amount, todo
from kb.surfaces.messages import Words
from kb.surfaces.site import SiteDep
from kb.types import CheckReport, Health

router = APIRouter(prefix="/library", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class IndexView:
    """A derived index in words."""

    label: str
    state: str
    sound: bool
    size: str


@dataclass(frozen=True, slots=True)
class HealthPage:
    """How the index stands."""

    health: Health
    todo: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]  # label, value
    indexes: tuple[IndexView, ...]
    failures: tuple[tuple[str, str], ...]  # file, reason
    backups: tuple[tuple[str, str, str], ...]  # name, size, when
    checked: CheckReport | None


@router.get("/health")
def health(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, _: OverseerDep) -> Response:
    """Counts, generations, sizes, failures, and what to do."""
    return site.page(request, prefs, "health.html", _page(library, prefs.words), "library")


@router.post("/health")
async def act(request: Request, library: LibraryDep, caller: AdminDep) -> Response:
    """Checks at once; repairs, backs up and reads again as a job."""
    form = await request.form(max_files=0, max_fields=5)
    what = str(form.get("do", ""))
    if what in job_kinds.KINDS:
        job = job_kinds.ask(library, what, caller.name)
        return RedirectResponse(f"/library/jobs/{job.id}", 303)
    if what == "delete":
        library.upkeep.backups.delete(str(form.get("name", "")))
        return RedirectResponse("/library/health#backups", 303)
    raise QuestionError(f'nothing can be done by "{what[:40]}"')


@router.post("/health/check")
def check(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, _: AdminDep) -> Response:
    """Verifies every byte and says what is wrong."""
    page = _page(library, prefs.words, library.check())
    return site.page(request, prefs, "health.html", page, "library")


@router.get("/backups/{name}")
def backup(library: LibraryDep, _: AdminDep, name: str) -> Response:
    """A backup as a file."""
    path = library.upkeep.backups.path(name)
    return FileResponse(path, media_type="application/zip", filename=path.name)


def _page(library: Library, words: Words, checked: CheckReport | None = None) -> HealthPage:
    now = library.upkeep.health()
    run = now.last_run
    last = words("health.run", at=when(run.at), n=run.ingested, failed=run.failed) if run else "—"
    return HealthPage(
        health=now,
        todo=tuple(words(f"health.todo.{key}") for key in todo(now)),
        facts=(
            (words("health.documents"), f"{now.documents:,}"),
            (words("health.files"), f"{now.files:,}"),
            (words("health.passages"), f"{now.passages:,}"),
            (words("health.generation"), str(now.generation)),
            (words("health.model"), f"{now.model} · {now.dim}" if now.model else "—"),
            (words("health.truth"), amount(now.truth_bytes)),
            (words("health.uploads"), amount(now.upload_bytes)),
            (words("health.free"), amount(now.free_bytes)),
            (words("health.last"), last),
        ),
        indexes=tuple(
            IndexView(
                words(f"health.{one.name}"),
                words("health.damaged")
                if not one.sound
                else words("health.behind", n=one.behind)
                if one.behind
                else words("health.current"),
                one.sound,
                amount(one.bytes),
            )
            for one in now.indexes
        ),
        failures=tuple((one.source.rpartition("/")[2], one.reason) for one in now.failures),
        backups=tuple((one.name, amount(one.size), when(one.at)) for one in library.upkeep.backups.list()),
        checked=checked,
    )
