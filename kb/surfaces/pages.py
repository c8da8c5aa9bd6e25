"""The first page, the results of a search, the list of documents: each one GET whose address is its state."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from kb.compare.sources import column_name
from kb.compare.table import MOST_COLUMNS
from kb.errors import QuestionError
from kb.library import Library
from kb.store.places import label_of
from kb.surfaces import facets, forms, library_page, shelving, views
from kb.surfaces.access import ReaderDep, reader
from kb.surfaces.deps import LibraryDep, PrefsDep
from kb.surfaces.messages import Words
from kb.surfaces.reader import same_heading
from kb.surfaces.reasons import refusal_in
from kb.surfaces.said import demands, lacks, noted, restrictions
from kb.surfaces.site import SiteDep
from kb.types import Answer, DocumentCard, Excerpt, SearchCoverage

router = APIRouter(include_in_schema=False, dependencies=[Depends(reader)])

ROWS = 100  # documents on one page of the list
EXAMPLES = ("example.funds_zh", "example.funds_en", "example.grid", "example.elderly")
NEAR_QUESTIONS = 3
_NO_MARKS = str.maketrans(dict.fromkeys('“”「」『』"＂', " "))
TOPIC_LIMIT = 1000  # characters that a comparison takes


@router.get("/")
def home(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """The box, what the library holds, and questions to begin with."""
    documents, regions = facets.everything(library)
    page = views.HomePage(documents, regions, _examples(prefs.words))
    return site.page(request, prefs, "home.html", page, "search")


@router.get("/search")
def search(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """Results of a question, with what can be narrowed beside them."""
    form = forms.SearchForm.read(request.query_params)
    if "q" not in request.query_params and not form.restricted:
        return RedirectResponse("/", 303)
    answer, problem = _ask(library, form, prefs.words)
    page = views.SearchPage(
        form=form,
        facets=facets.facets(
            answer.matched if form.q else library.cards(), answer.filters, form, prefs.words
        ),
        taken=restrictions(answer.reading, prefs.words),
        told=(*demands(answer.reading, prefs.words), *lacks(answer.reading, prefs.words)),
        without_url=_without_url(form, answer),
        literal_url=replace(form, literal=True).url,
        problem=problem,
        documents=answer.coverage.documents,
        regions=answer.coverage.regions,
        notes=noted(answer.notes, prefs.words),
        hits=tuple(views.hit_view(_body(library, excerpt), prefs.words) for excerpt in answer.hits),
        unsure=bool(answer.hits) and all(hit.confidence == "low" for hit in answer.hits),
        near=() if answer.hits else _near(form, prefs.words),
        compare_url=_compare_url(form, answer),
        home_region="/".join(library.settings.home_region),
        unfiltered_url=form.unfiltered().url,
    )
    return site.page(request, prefs, "search.html", page, "search", 422 if problem else 200)


@router.get("/documents")
def documents(
    request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, caller: ReaderDep
) -> Response:
    """The list of documents; `q` narrows by words of the title, the source or the issuer."""
    form = forms.SearchForm.read(request.query_params)
    found = [card for card in library.cards(form.filters) if _named(card, form.q)]
    last = max(1, -(-len(found) // ROWS))
    number = min(forms.page_number(request.query_params), last)
    first = (number - 1) * ROWS
    page = library_page.LibraryPage(
        form=form,
        facets=facets.facets(library.cards(), form.filters, form, prefs.words),
        jobs=library_page.at_work(library, prefs.words, caller),
        rows=tuple(views.document_row(card, prefs.words) for card in found[first : first + ROWS]),
        total=len(found),
        chunks=sum(card.chunks for card in found),
        previous_url=form.page_url(number - 1) if number > 1 else "",
        next_url=form.page_url(number + 1) if number < last else "",
        shelving=shelving.shelving(library, caller),
    )
    return site.page(request, prefs, "library.html", page, "library")


def _ask(library: Library, form: forms.SearchForm, words: Words) -> tuple[Answer, str]:
    nothing = Answer(form.q, "zh", (), SearchCoverage(0, 0, False))
    if not form.q:
        return nothing, words("search.empty")
    try:
        return library.search(form.question), ""
    except QuestionError as error:
        return nothing, refusal_in(str(error), words)


def _body(library: Library, excerpt: Excerpt) -> Excerpt:
    """The excerpt without the heading that it begins with: readers quote what stands under a heading."""
    whole = excerpt.citation
    first, newline, rest = whole.quote.partition("\n")
    if not (whole.path and same_heading(first, whole.path[-1]) and rest.strip()):
        return excerpt
    cut = len(first) + len(newline)
    marks = tuple((max(0, start - cut), end - cut) for start, end in excerpt.marks if end > cut)
    return replace(excerpt, citation=library.cite(whole.doc_id, whole.start + cut, whole.end), marks=marks)


def _without_url(form: forms.SearchForm, answer: Answer) -> str:
    copied = tuple(id for id, _ in answer.reading.copied_from)
    return replace(form, not_documents=(*form.not_documents, *copied)).url if copied else ""


def _compare_url(form: forms.SearchForm, answer: Answer) -> str:
    cards = [hit.citation.document for hit in answer.hits]
    names = tuple(dict.fromkeys(column_name(card, "region") for card in cards))
    return forms.CompareForm(form.q[:TOPIC_LIMIT], columns=names[:MOST_COLUMNS]).url if len(names) > 1 else ""


def _examples(words: Words) -> tuple[tuple[str, str], ...]:
    return tuple((words(key), forms.SearchForm(words(key)).url) for key in EXAMPLES)


def _near(form: forms.SearchForm, words: Words) -> tuple[tuple[str, str], ...]:
    """Three questions close to one that found nothing: the same over everything, then the examples."""
    same = (
        [(words("search.near_unfiltered", q=form.q), form.unfiltered().url)]
        if form.restricted and form.q
        else []
    )
    plain = form.q.translate(_NO_MARKS).strip()
    unquoted = (
        [(words("search.near_unquoted", q=plain), replace(form, q=plain).url)] if plain != form.q else []
    )
    return (*unquoted, *same, *_examples(words))[:NEAR_QUESTIONS]


def _named(card: DocumentCard, query: str) -> bool:
    folded = query.casefold()
    return not folded or any(
        folded in text.casefold() for text in (card.title, label_of(card.source), card.issuer)
    )
