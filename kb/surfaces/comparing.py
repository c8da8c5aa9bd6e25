"""The page that puts districts or documents side by side."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from kb.compare.sources import column_name
from kb.compare.table import sorted_by_figure
from kb.errors import QuestionError
from kb.library import Library
from kb.surfaces import forms, kin
from kb.surfaces.access import reader
from kb.surfaces.deps import LibraryDep, PrefsDep
from kb.surfaces.exporting import KINDS, Making, download, file_kind, linking
from kb.surfaces.facets import Choice
from kb.surfaces.matrix import ComparePage, table_view
from kb.surfaces.messages import Words
from kb.surfaces.reasons import refusal_in
from kb.surfaces.site import SiteDep
from kb.types import Comparison, Lens

router = APIRouter(include_in_schema=False, dependencies=[Depends(reader)])


@router.get("/compare")
def compare(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """Districts side by side, or the form to choose them."""
    form = forms.CompareForm.read(request.query_params)
    lenses = library.lenses()
    lens = _lens(lenses, form.lens)
    table, problem = None, ""
    try:
        if form.asked:
            table = table_view(compared(library, form), lens, form, prefs.words)
    except QuestionError as error:
        problem = refusal_in(str(error), prefs.words)
    page = ComparePage(
        form=form,
        lens=lens.key,
        lenses=lenses,
        best_choices=forms.BEST_CHOICES,
        choices=_choices(library, form, prefs.words),
        problem=problem,
        table=table,
        swap_url=replace(form, swap=not form.swap).url,
        exports=_exports(library, form, prefs.words) if table else (),
    )
    return site.page(request, prefs, "compare.html", page, "compare", 422 if problem else 200)


@router.get("/compare/export.{name}")
def export(request: Request, name: str, library: LibraryDep) -> Response:
    """The same comparison as a file."""
    kind, form = file_kind(name), forms.CompareForm.read(request.query_params)
    comparison, wanted = compared(library, form), request.query_params.get("propose") == "1"
    proposals = library.proposals(comparison) if wanted and name == "draft" else ()
    return download(comparison, kind, Making(linking(str(request.base_url)), form.swap, proposals))


def compared(library: Library, form: forms.CompareForm) -> Comparison:
    """The comparison that the form asks for, its columns in the order of their figures when it says so.

    Raises `QuestionError` when it cannot be made.
    """
    comparison = library.compare(form.request)
    return sorted_by_figure(comparison, form.sort) if form.sort else comparison


def _exports(library: Library, form: forms.CompareForm, words: Words) -> tuple[tuple[str, str], ...]:
    found = [(words.known("export", kind.label), form.export_url(kind.name)) for kind in KINDS]
    if library.settings.writer.url:
        found.append((words("export.proposed"), f"{form.export_url('draft')}&propose=1"))
    return tuple(found)


def _lens(lenses: tuple[Lens, ...], name: str) -> Lens:
    """The lens of that key or name, else the first, which is the default: for drawing, not for asking."""
    return next((lens for lens in lenses if name in (lens.key, lens.name, lens.name_en)), lenses[0])


def _choices(library: Library, form: forms.CompareForm, words: Words) -> tuple[Choice, ...]:
    """The columns that can be picked: districts by name, or documents by id with their title."""
    if form.by == "document":
        labels = {card.id: kin.title_of(card, words) for card in library.cards()}
    else:
        names = sorted(column_name(card, "region") for card in library.cards() if card.region)
        labels = {name: name for name in names}
    picked = {name: name for name in form.columns if name not in labels}
    return tuple(Choice(value, label, 0, value in form.columns) for value, label in (picked | labels).items())
