"""The pages of what waits for a person's word: flags in context, and works with their copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from kb.errors import QuestionError
from kb.library import Library
from kb.surfaces import forms, kin
from kb.surfaces.access import EditorDep, ReaderDep
from kb.surfaces.backups import when
from kb.surfaces.deps import LibraryDep, PrefsDep
from kb.surfaces.messages import Words
from kb.surfaces.render import Layer, marked
from kb.surfaces.review_shapes import wanted
from kb.surfaces.site import SiteDep
from kb.surfaces.views import WARNINGS
from kb.types import Document, FamilyMember, FlagCase, Verdict
from kb.upkeep.flags import state_of
from kb.upkeep.works import works_with_copies

router = APIRouter(prefix="/library", include_in_schema=False)

_STATES: tuple[Verdict, ...] = get_args(Verdict)
_CASES, _FAMILIES = 40, 30  # on a page
_AROUND = 40  # characters of context on each side
_PLACES = 3  # shown of one case


@dataclass(frozen=True, slots=True)
class CountView:
    """How many flags of one name there are in each state."""

    name: str
    label: str
    open: int
    confirmed: int
    false_alarm: int
    url: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case in context."""

    doc_id: str
    title: str
    url: str
    meta: str
    flag: str
    label: str
    tone: str
    evidence: str
    contexts: tuple[tuple[str, Markup], ...]  # address of the place, the words around it
    more: int  # places not shown
    verdict: Verdict
    said: str  # who and when; "" when nobody did


@dataclass(frozen=True, slots=True)
class FlagsPage:
    """Flags of one name, or all."""

    counts: tuple[CountView, ...]
    flag: str
    state: Verdict
    states: tuple[tuple[Verdict, str], ...]  # state, address
    cases: tuple[CaseView, ...]
    total: int
    previous_url: str
    next_url: str


@dataclass(frozen=True, slots=True)
class MemberView:
    """A document of a work."""

    id: str
    relative: kin.RelativeView
    decided: bool  # by a person


@dataclass(frozen=True, slots=True)
class WorkView:
    """A work: the document that is cited, and its copies."""

    main: MemberView
    others: tuple[MemberView, ...]


@dataclass(frozen=True, slots=True)
class FamiliesPage:
    """Works with copies, and documents that a person took out of one."""

    works: tuple[WorkView, ...]
    alone: tuple[MemberView, ...]
    total: int
    previous_url: str
    next_url: str


@router.get("/flags")
def flags(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, _: ReaderDep) -> Response:
    """Flags to review, those that nobody judged first."""
    params = request.query_params
    flag, number = params.get("flag", ""), forms.page_number(params)
    state: Verdict = next((one for one in _STATES if one == params.get("state")), "open")
    cases = library.upkeep.flags.cases(library.cards())
    found = sorted(wanted(cases, flag, state), key=lambda case: case.flag not in WARNINGS)
    first = (number - 1) * _CASES
    held: dict[str, Document] = {}

    def url(**changed: object) -> str:
        return f"/library/flags?{urlencode({'flag': flag, 'state': state} | changed)}"

    page = FlagsPage(
        counts=_counts(cases, prefs.words),
        flag=flag,
        state=state,
        states=tuple((one, url(state=one)) for one in _STATES),
        cases=tuple(_case(library, case, held, prefs.words) for case in found[first : first + _CASES]),
        total=len(found),
        previous_url=url(page=number - 1) if number > 1 else "",
        next_url=url(page=number + 1) if first + _CASES < len(found) else "",
    )
    return site.page(request, prefs, "flags.html", page, "library")


@router.post("/flags")
async def judge(request: Request, library: LibraryDep, caller: EditorDep) -> Response:
    """Keeps a person's word and goes back to the list."""
    form = {name: str(value) for name, value in (await request.form(max_files=0, max_fields=10)).items()}
    verdict = next((one for one in _STATES if one == form.get("verdict")), None)
    if verdict is None:
        raise QuestionError("say whether the flag is right, a false alarm, or open again")
    doc_id, flag, evidence = (form.get(name, "") for name in ("document", "flag", "evidence"))
    library.card(doc_id)
    words = evidence.replace("\r\n", "\n")
    await run_in_threadpool(library.upkeep.flags.judge, doc_id, flag, words, verdict, who=caller.name)
    query = urlencode({"flag": form.get("only", ""), "state": form.get("state", "open")})
    return RedirectResponse(f"/library/flags?{query}", 303)


@router.get("/families")
def families(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, _: ReaderDep) -> Response:
    """Works with copies, why they are one, and what people decided."""
    number = forms.page_number(request.query_params)
    cards = {card.id: card for card in library.cards()}
    ids, decided = works_with_copies(tuple(cards.values())), library.upkeep.decisions()
    first = (number - 1) * _FAMILIES
    alone = [cards[id] for id, target in decided.items() if target == "none" and id in cards]
    page = FamiliesPage(
        works=tuple(_work(library, id, decided, prefs.words) for id in ids[first : first + _FAMILIES]),
        alone=tuple(MemberView(one.id, kin.relative_view(one, prefs.words), True) for one in alone),
        total=len(ids),
        previous_url=f"/library/families?page={number - 1}" if number > 1 else "",
        next_url=f"/library/families?page={number + 1}" if first + _FAMILIES < len(ids) else "",
    )
    return site.page(request, prefs, "families.html", page, "library")


@router.post("/families")
async def decide(request: Request, library: LibraryDep, _: EditorDep) -> Response:
    """Keeps what a person says of a document's work and goes back to the list."""
    form = await request.form(max_files=0, max_fields=10)
    doc_id, family = (str(form.get(name, "")).strip() for name in ("document", "family"))
    await run_in_threadpool(library.set_metadata, doc_id, {"family": family})
    return RedirectResponse("/library/families", 303)


def _counts(cases: tuple[FlagCase, ...], words: Words) -> tuple[CountView, ...]:
    held = Counter((case.flag, state_of(case)) for case in cases)
    names = sorted({case.flag for case in cases}, key=lambda name: (name not in WARNINGS, name))
    return tuple(
        CountView(
            name,
            words.known("flag", name),
            held[name, "open"],
            held[name, "confirmed"],
            held[name, "false_alarm"],
            f"/library/flags?{urlencode({'flag': name})}",
        )
        for name in names
    )


def _case(library: Library, case: FlagCase, held: dict[str, Document], words: Words) -> CaseView:
    card = case.document
    if card.id not in held:
        held[card.id] = library.document(card.id)
    document = held[card.id]
    places = [place for place in case.places if place[0] < place[1] <= len(document.text)]
    review = case.review
    return CaseView(
        doc_id=card.id,
        title=kin.title_of(card, words),
        url=forms.document_url(card.id),
        meta=" · ".join(part for part in (kin.region_of(card), card.issued) if part),
        flag=case.flag,
        label=words.known("flag", case.flag),
        tone="warning" if case.flag in WARNINGS else "notice",
        evidence=case.evidence,
        contexts=tuple(_context(document, place) for place in places[:_PLACES]),
        more=max(0, len(places) - _PLACES),
        verdict=state_of(case),
        said=f"{review.who} · {when(review.at)}" if review else "",
    )


def _context(document: Document, place: tuple[int, int]) -> tuple[str, Markup]:
    start, end = place
    left = max(document.text.rfind("\n", 0, start) + 1, start - _AROUND)
    newline = document.text.find("\n", end)
    right = min(newline if newline >= 0 else len(document.text), end + _AROUND)
    words = marked(document.text, [Layer("mark", "term", (place,))], left, max(right, end))
    return forms.span_url(document.id, document.version, start, end), words


def _work(library: Library, id: str, decided: Mapping[str, str], words: Words) -> WorkView:
    family = library.family(id)
    main = MemberView(id, kin.relative_view(family.main, words), id in decided)
    return WorkView(main, tuple(_member(one, decided, words) for one in family.others))


def _member(one: FamilyMember, decided: Mapping[str, str], words: Words) -> MemberView:
    note = words("family.by_hand") if one.by_hand else words("family.share", share=f"{one.share:.0%}")
    return MemberView(
        one.document.id, kin.relative_view(one.document, words, note), one.document.id in decided
    )
