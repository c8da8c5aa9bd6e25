"""The page of a basket (素材篮): collecting, ordering, notes and exports, all of it without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Depends, Request
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from kb.errors import NotFound, Outdated, QuestionError
from kb.library import Library
from kb.surfaces import forms, views
from kb.surfaces.access import editor, reader
from kb.surfaces.collecting import basket_url, current_basket, keep_basket
from kb.surfaces.deps import LibraryDep, PrefsDep
from kb.surfaces.exporting import BASKET_KINDS, Making, basket_kind, download_basket, linking
from kb.surfaces.messages import Words
from kb.surfaces.reasons import refusal_in
from kb.surfaces.render import marked
from kb.surfaces.security import own_address
from kb.surfaces.site import SiteDep
from kb.surfaces.spans import parse_span
from kb.types import Basket, BasketCard, CitationState, Entry, Heading

router = APIRouter(prefix="/baskets", include_in_schema=False, dependencies=[Depends(reader)])

_MOST_FIELDS = 300
_Given = dict[int, str]  # notes that could not be kept, by entry


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry as it is drawn; a heading has no citation and no state."""

    id: int
    level: int  # 0 for a passage
    text: str
    note: str
    label: str
    state: CitationState | Literal[""]
    citation: views.CitationView | None
    html: Markup
    similar_url: str


@dataclass(frozen=True, slots=True)
class BasketPage:
    """A basket, with the others beside it."""

    name: str
    url: str
    revision: int
    entries: tuple[EntryView, ...]
    states: tuple[tuple[CitationState, int], ...]  # how many passages are in each, those that occur
    others: tuple[tuple[BasketCard, str], ...]  # every basket with its address
    exports: tuple[tuple[str, str], ...]  # name, address
    problem: str


@router.get("")
def baskets(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """The basket in use, or how to begin one."""
    if library.baskets.cards():
        asked = f"?{request.url.query}" if request.url.query else ""  # the language, theme or size
        return RedirectResponse(basket_url(current_basket(request, library)) + asked, 303)
    page = _page(library, Basket("", 0), prefs.words)
    return site.page(request, prefs, "basket.html", page, "basket")


@router.post("", dependencies=[Depends(editor)])
async def create(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """Begins a basket, which is then the one in use."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    try:
        made = await run_in_threadpool(library.baskets.create, _field(form, "name"))
        return _go(made.name)
    except QuestionError as error:
        name = current_basket(request, library)
        there = name in {card.name for card in library.baskets.cards()}
        found = library.baskets.get(name) if there else Basket("", 0)
        page = _page(library, found, prefs.words, refusal_in(str(error), prefs.words))
        return site.page(request, prefs, "basket.html", page, "basket", 422)


@router.post("/add", dependencies=[Depends(editor)])
async def add(request: Request, library: LibraryDep) -> Response:
    """Collects spans into the basket in use and goes back to where they were found."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    picked = [parse_span(str(span)) for span in form.getlist("span")]
    if not picked:
        raise QuestionError("no passage was chosen")
    name = _field(form, "basket") or current_basket(request, library)
    await run_in_threadpool(library.baskets.add, name, picked, label=_field(form, "label"))
    if request.headers.get("accept", "").startswith("application/json"):
        response: Response = JSONResponse({"basket": name, "passages": len(library.baskets.spans(name))})
    else:
        response = RedirectResponse(_back(form, name), 303)
    keep_basket(response, name)
    return response


@router.get("/{name}")
def basket(request: Request, name: str, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """One basket, its passages held against the library; it becomes the one in use."""
    page = _page(library, library.baskets.get(name), prefs.words)
    response = site.page(request, prefs, "basket.html", page, "basket")
    keep_basket(response, name)
    return response


@router.post("/{name}", dependencies=[Depends(editor)])
async def change(
    request: Request, name: str, library: LibraryDep, prefs: PrefsDep, site: SiteDep
) -> Response:
    """Does what the pressed button says; what cannot be is said on the page, and nothing typed is lost."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    try:
        return await run_in_threadpool(_changed, library, name, form)
    except (QuestionError, Outdated) as error:
        stale = isinstance(error, Outdated)
        problem = prefs.words("basket.stale") if stale else refusal_in(str(error), prefs.words)
        given = {_number(form, "id"): _field(form, "note")} if "note" in form else {}
        page = _page(library, library.baskets.get(name), prefs.words, problem, given)
        return site.page(request, prefs, "basket.html", page, "basket", 412 if stale else 422)


@router.get("/{name}/export.{kind}")
def export(request: Request, name: str, kind: str, library: LibraryDep) -> Response:
    """The basket as a file."""
    found, wanted = library.baskets.get(name), request.query_params.get("propose") == "1"
    proposals = library.proposals(found) if wanted and kind == "draft" else ()
    return download_basket(found, basket_kind(kind), Making(linking(str(request.base_url)), False, proposals))


def _changed(library: Library, name: str, form: FormData) -> Response:
    """One change of a basket, and where the reader finds it."""
    kept, what, id = library.baskets, _field(form, "do"), _number(form, "id")
    revision = _number(form, "revision") or None
    if what == "rename":
        kept.rename(name, _field(form, "name"), expected=revision)
        return _go(_field(form, "name"))
    if what == "delete":
        kept.delete(name, expected=revision)
        return RedirectResponse("/baskets", 303)
    if what == "heading":
        id = kept.heading(name, _field(form, "text"), _number(form, "level") or 1)
    elif what == "order":
        kept.order(name, [int(id) for id in _field(form, "ids").split() if id.isdigit()], expected=revision)
    elif what == "remove":
        kept.remove(name, [id])
    elif what in ("up", "down", "note"):
        _write_note(library, name, id, form, revision)
        if what != "note":
            kept.step(name, id, -1 if what == "up" else 1)
    else:
        raise QuestionError(f'a basket cannot be changed by "{what[:40]}"')
    return _go(name, f"#e-{id}" if id and what != "remove" else "#entries")


def _write_note(library: Library, name: str, id: int, form: FormData, revision: int | None) -> None:
    """Keeps the note and heading of the form where they differ from what is kept."""
    basket = library.baskets.get(name)
    entry = next((entry for entry in basket.entries if entry.id == id), None)
    if entry is None:
        raise NotFound(f"the basket {name} has no entry {id}")
    note = _field(form, "note").replace("\r\n", "\n")
    text, level = _field(form, "text"), _number(form, "level")
    heading = isinstance(entry, Heading) and "text" in form and (text, level) != (entry.text, entry.level)
    if ("note" in form and note != entry.note) or heading:
        library.baskets.edit(
            name,
            id,
            note=note if "note" in form else None,
            text=text if heading else None,
            level=level if heading else None,
            expected=revision,
        )


def _page(
    library: Library, basket: Basket, words: Words, problem: str = "", given: _Given | None = None
) -> BasketPage:
    url = basket_url(basket.name)
    states: tuple[CitationState, ...] = ("intact", "moved", "source_removed")
    now = [kept.state for kept in basket.passages]
    return BasketPage(
        name=basket.name,
        url=url,
        revision=basket.revision,
        entries=tuple(_entry(entry, words, given or {}) for entry in basket.entries),
        states=tuple((state, now.count(state)) for state in states if state in now),
        others=tuple((card, basket_url(card.name)) for card in library.baskets.cards()),
        exports=_exports(library, url, words) if basket.entries else (),
        problem=problem,
    )


def _exports(library: Library, url: str, words: Words) -> tuple[tuple[str, str], ...]:
    found = [(words.known("export", kind.label), f"{url}/export.{kind.name}") for kind in BASKET_KINDS]
    if library.settings.writer.url:
        found.append((words("export.proposed"), f"{url}/export.draft?propose=1"))
    return tuple(found)


def _entry(entry: Entry, words: Words, given: _Given) -> EntryView:
    note = given.get(entry.id, entry.note)
    if isinstance(entry, Heading):
        return EntryView(entry.id, entry.level, entry.text, note, "", "", None, Markup(""), "")
    citation = entry.citation
    return EntryView(
        id=entry.id,
        level=0,
        text=citation.quote,
        note=note,
        label=entry.label,
        state=entry.state,
        citation=views.citation_view(citation, words),
        html=marked(citation.quote, views.passage_layers(citation, (), words)),
        similar_url=forms.similar_url(citation.doc_id, citation.start, citation.end),
    )


def _go(name: str, place: str = "") -> Response:
    response = RedirectResponse(basket_url(name) + place, 303)
    keep_basket(response, name)
    return response


def _back(form: FormData, name: str) -> str:
    """The page that the passage was found on: an address of this server only."""
    return own_address(_field(form, "back")) or basket_url(name)


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _number(form: FormData, name: str) -> int:
    text = _field(form, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else 0
