from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from kb.surfaces.forms import BEST_CHOICES, TOP_CHOICES, CompareForm, SearchForm, SpanForm, page_number
from kb.types import Filters

WORDS = st.text(min_size=1, max_size=20).map(str.strip).filter(bool).filter(lambda s: s.isprintable())
NAMES = st.lists(WORDS, max_size=3, unique=True).map(tuple)
YEARS = st.none() | st.integers(1, 9999)


def read(url: str) -> QueryParams:
    return QueryParams(urlsplit(url).query)


@given(
    st.builds(
        SearchForm,
        q=WORDS,
        regions=NAMES,
        not_regions=NAMES,
        year_from=YEARS,
        year_to=YEARS,
        kinds=NAMES,
        topics=NAMES,
        flags=NAMES,
        per_region=st.sampled_from(["", "1", "2", "all"]),
        mode=st.sampled_from(["hybrid", "dense", "lexical"]),
        top=st.sampled_from(TOP_CHOICES),
    )
)
def test_the_address_of_a_search_is_its_state(form: SearchForm) -> None:
    assert SearchForm.read(read(form.url)) == form


@given(
    st.builds(
        CompareForm,
        topic=WORDS,
        by=st.sampled_from(["region", "document"]),
        columns=NAMES,
        lens=WORDS,
        asks=NAMES,
        best=st.sampled_from(BEST_CHOICES),
        sort=WORDS,
        swap=st.booleans(),
    )
)
def test_the_address_of_a_comparison_is_its_state(form: CompareForm) -> None:
    assert CompareForm.read(read(form.url)) == form


@given(st.text(max_size=200))
def test_any_address_can_be_read(query: str) -> None:
    params = QueryParams(query)
    SearchForm.read(params).question  # noqa: B018 (must not raise)
    CompareForm.read(params).request  # noqa: B018
    SpanForm.read(params)
    assert page_number(params) >= 1


def test_what_cannot_be_read_counts_as_not_given() -> None:
    form = SearchForm.read(QueryParams("q=x&from=abc&to=²&top=7&mode=zzz&per=9&region=&region= "))
    assert form == SearchForm("x")
    assert SpanForm.read(QueryParams("start=1e3&end=-4")) == SpanForm()
    assert SpanForm.read(QueryParams("start=" + "9" * 5000)) == SpanForm()
    assert page_number(QueryParams("page=0")) == 1


def test_years_in_either_order_are_one_range() -> None:
    assert SearchForm("x", year_from=2023, year_to=2019).filters == Filters(years=(2019, 2023))
    assert SearchForm("x", year_from=2020).filters.years == (2020, 9999)
    assert SearchForm("x", year_to=2020).filters.years == (0, 2020)


def test_a_chosen_year_is_let_go_by_the_same_link() -> None:
    chosen = SearchForm("x").in_year(2021)
    assert chosen == replace(SearchForm("x"), year_from=2021, year_to=2021)
    assert chosen.in_year(2021) == SearchForm("x")
