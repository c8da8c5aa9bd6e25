"""The pages of own lenses and rules: edit, try on the library, save, take back; without scripts too."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from kb.compare.lens import lenses as lenses_of
from kb.compare.lens import parse_lens
from kb.errors import DataError, Outdated, QuestionError
from kb.ingest.own import NAMES
from kb.library import Library
from kb.store.own_files import LONGEST
from kb.surfaces import forms, owning
from kb.surfaces.access import AdminDep, EditorDep, reader
from kb.surfaces.backups import when
from kb.surfaces.deps import LibraryDep, PrefsDep
from kb.surfaces.matrix import TableView, table_view
from kb.surfaces.messages import Words
from kb.surfaces.reasons import refusal_in
from kb.surfaces.site import SiteDep
from kb.types import Change, Trial
from kb.upkeep.lenses import shipped_text

router = APIRouter(prefix="/library", include_in_schema=False, dependencies=[Depends(reader)])

_MOST_FIELDS = 10
_CHANGES, _LINES = 30, 40  # shown


@dataclass(frozen=True, slots=True)
class LensRow:
    """A lens in the list."""

    key: str
    name: str
    description: str
    rows: int  # dimensions
    own: bool
    problem: str
    url: str


@dataclass(frozen=True, slots=True)
class LensesPage:
    """All lenses."""

    rows: tuple[LensRow, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change in the history."""

    id: int
    who: str
    at: str
    what: str
    lines: tuple[tuple[str, str], ...]  # "+" or "-", line


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A file in the editor, with what it would do."""

    kind: str  # lens, cleaning, spun
    name: str
    title: str
    url: str
    text: str
    version: str
    saved: bool  # whether there is such a file
    done: bool  # it has just been saved
    problem: str
    topic: str
    table: TableView | None
    trial: Trial | None
    changes: tuple[ChangeView, ...]
    longest: int = LONGEST


@router.get("/lenses")
def lenses(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, _: EditorDep) -> Response:
    """The lenses there are: ours and the office's own."""
    page = LensesPage(_lens_rows(library, prefs.words), "")
    return site.page(request, prefs, "lenses.html", page, "library")


@router.post("/lenses")
async def begin(request: Request, library: LibraryDep, _: EditorDep) -> Response:
    """Begins a lens: goes to its editor, which holds a copy of another."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    name = _field(form, "name").strip()
    library.upkeep.lenses.text(name)  # refuses names that cannot be
    return RedirectResponse(f"{_lens_url(name)}?from={quote(_field(form, 'from'), safe='')}", 303)


@router.get("/lenses/{name}")
def lens(
    request: Request, name: str, library: LibraryDep, prefs: PrefsDep, site: SiteDep, _: EditorDep
) -> Response:
    """One lens in the editor."""
    held = library.upkeep.lenses.text(name)
    beginning = request.query_params.get("from", name)
    text = held or library.upkeep.lenses.text(beginning) or shipped_text(beginning)
    page = _lens_page(library, name, text, prefs.words, done=bool(held) and "saved" in request.query_params)
    return site.page(request, prefs, "own.html", page, "library")


@router.post("/lenses/{name}")
async def change_lens(
    request: Request, name: str, library: LibraryDep, prefs: PrefsDep, site: SiteDep, caller: EditorDep
) -> Response:
    """Tries, saves, deletes or takes back, as the pressed button says."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS, max_part_size=4 * LONGEST)
    text, topic = _field(form, "text"), _field(form, "topic").strip()
    problem, table, status = "", None, 200
    try:
        if _field(form, "do") != "try":
            return _changed(library, "lenses", name, form, caller.name)
        shown, comparison = owning.tried_lens(library, name, text, topic)
        table = table_view(comparison, shown, forms.CompareForm(topic), prefs.words)
    except (QuestionError, DataError, Outdated) as error:
        problem, status = _said(error, prefs.words)
    held = _field(form, "version") if "version" in form else None
    page = _lens_page(library, name, text, prefs.words, problem, topic, table, held)
    return site.page(request, prefs, "own.html", page, "library", status)


@router.get("/rules")
def all_rules() -> Response:
    """The rules of cleaning come first."""
    return RedirectResponse(f"/library/rules/{NAMES[0]}", 303)


@router.get("/rules/{name}")
def rules(
    request: Request, name: str, library: LibraryDep, prefs: PrefsDep, site: SiteDep, _: AdminDep
) -> Response:
    """The office's own rules in the editor."""
    held = owning.own_file(library.upkeep.rules, name)
    done = "saved" in request.query_params
    page = _rules_page(library, name, held.text, prefs.words, held.problem, done=done)
    return site.page(request, prefs, "own.html", page, "library")


@router.post("/rules/{name}")
async def change_rules(
    request: Request, name: str, library: LibraryDep, prefs: PrefsDep, site: SiteDep, caller: AdminDep
) -> Response:
    """Tries, saves, deletes or takes back, as the pressed button says."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS, max_part_size=4 * LONGEST)
    text = _field(form, "text")
    problem, trial, status = "", None, 200
    try:
        if _field(form, "do") != "try":
            return _changed(library, "rules", name, form, caller.name)
        trial = library.upkeep.try_rules(name, text)
    except (QuestionError, DataError, Outdated) as error:
        problem, status = _said(error, prefs.words)
    held = _field(form, "version") if "version" in form else None
    page = _rules_page(library, name, text, prefs.words, problem, trial, held)
    return site.page(request, prefs, "own.html", page, "library", status)


def _changed(library: Library, folder: str, name: str, form: FormData, who: str) -> Response:
    files = library.upkeep.lenses if folder == "lenses" else library.upkeep.rules
    what = _field(form, "do")
    url = f"/library/{folder}/{quote(name, safe='')}"
    if what == "save":
        owning.save(files, name, _field(form, "text"), who, _field(form, "version"))
    elif what == "delete":
        files.save(name, "", who=who, expected=_field(form, "version"))
        url = "/library/lenses" if folder == "lenses" else url
    elif what == "undo":
        files.undo(int(_field(form, "id")) if _field(form, "id").isdigit() else 0, who=who)
    else:
        raise QuestionError(f'nothing can be done by "{what[:40]}"')
    return RedirectResponse(f"{url}?saved=1", 303)


def _said(error: Exception, words: Words) -> tuple[str, int]:
    return (words("own.stale"), 412) if isinstance(error, Outdated) else (refusal_in(str(error), words), 422)


def _lens_name(library: Library, key: str) -> str:
    """What a lens is called; its key while it is new."""
    return next((lens.name for lens in library.lenses() if lens.key == key), key)


def _lens_rows(library: Library, words: Words) -> tuple[LensRow, ...]:
    """The office's own first, those that are wrong among them."""
    files, rows = library.upkeep.lenses, []
    for key in files.names():
        text = files.text(key)
        problem = owning.problem_of(files, key, text)
        found = None if problem else parse_lens(text, key)
        name = (found.name_en if words.lang == "en" and found.name_en else found.name) if found else key
        said = (found.description, len(found.dimensions)) if found else ("", 0)
        rows.append(LensRow(key, name, *said, True, problem, _lens_url(key)))
    own = {row.key for row in rows}
    for one in lenses_of():
        if one.key not in own:
            name = one.name_en if words.lang == "en" and one.name_en else one.name
            said = (one.description, len(one.dimensions))
            rows.append(LensRow(one.key, name, *said, False, "", _lens_url(one.key)))
    return tuple(rows)


def _lens_page(
    library: Library,
    name: str,
    text: str,
    words: Words,
    problem: str = "",
    topic: str = "",
    table: TableView | None = None,
    version: str | None = None,
    done: bool = False,
) -> OwnPage:
    files = library.upkeep.lenses
    held = owning.own_file(files, name)
    return OwnPage(
        "lens", name, words("own.lens_title", name=_lens_name(library, name)), _lens_url(name), text,
        held.version if version is None else version, bool(held.text), done, problem or held.problem, topic,
        table, None, _changes(files.history, name, words),
    )  # fmt: skip


def _rules_page(
    library: Library,
    name: str,
    text: str,
    words: Words,
    problem: str = "",
    trial: Trial | None = None,
    version: str | None = None,
    done: bool = False,
) -> OwnPage:
    files = library.upkeep.rules
    held = owning.own_file(files, name)
    return OwnPage(
        name, name, words(f"own.{name}_title"), f"/library/rules/{name}", text,
        held.version if version is None else version, bool(held.text), done, problem, "", None, trial,
        _changes(files.history, name, words),
    )  # fmt: skip


def _changes(history: Callable[[str], tuple[Change, ...]], name: str, words: Words) -> tuple[ChangeView, ...]:
    return tuple(_change_view(change, words) for change in history(name)[:_CHANGES])


def _change_view(change: Change, words: Words) -> ChangeView:
    what = "own.begun" if not change.before else "own.changed" if change.after else "own.deleted"
    lines = [
        (line[0], line[1:])
        for line in difflib.unified_diff(
            change.before.split("\n"), change.after.split("\n"), n=0, lineterm=""
        )
        if line[:1] in "+-" and not line.startswith(("+++", "---")) and line[1:].strip()
    ]
    return ChangeView(change.id, change.who, when(change.at), words(what), tuple(lines[:_LINES]))


def _lens_url(name: str) -> str:
    return f"/library/lenses/{quote(name, safe='')}"


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
