from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.library import Library
from kb.search.filters import works
from kb.search.marks import marked
from kb.text.normalise import fold
from kb.types import Filters, Mode, Question

BOTH = ("其他区是怎么解决社区办公用房经费的", "how did other districts fund community offices")


@pytest.mark.parametrize("text", BOTH)
@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_every_hit_is_an_exact_quotation(sample_library: Library, text: str, mode: Mode) -> None:
    answer = sample_library.search(Question(text, mode=mode))
    assert len(answer.hits) == 10
    for excerpt in answer.hits:
        citation = excerpt.citation
        assert sample_library.document(citation.doc_id).text[citation.start : citation.end] == citation.quote
        for start, end in excerpt.marks:
            assert 0 <= start < end <= len(citation.quote)


@pytest.mark.parametrize("text", BOTH)
def test_three_districts_before_any_again(sample_library: Library, text: str) -> None:
    hits = sample_library.search(Question(text, top_k=5)).hits
    regions = [hit.citation.document.region or hit.citation.doc_id for hit in hits]
    assert len(set(regions)) == len(regions)


def test_only_the_district_asked_for(sample_library: Library) -> None:
    answer = sample_library.search(Question("社区经费", filters=Filters(regions=("青禾区",))))
    assert answer.hits
    assert all("青禾区" in hit.citation.document.region for hit in answer.hits)
    without = sample_library.search(Question("社区经费", filters=Filters(not_regions=("青禾区",))))
    assert all("青禾区" not in hit.citation.document.region for hit in without.hits)
    assert answer.coverage.documents + without.coverage.documents == works(sample_library.cards())


def test_nothing_passes_the_filters(sample_library: Library) -> None:
    answer = sample_library.search(Question("社区经费", filters=Filters(regions=("没有这个区",))))
    assert (answer.hits, answer.coverage.found, answer.coverage.documents) == ((), False, 0)


def test_translation_is_told(sample_library: Library) -> None:
    notes = " ".join(note.about for note in sample_library.search(Question(BOTH[1])).notes)
    assert "社区办公用房" in notes


def test_why_tells_both_rankings(sample_library: Library) -> None:
    best = sample_library.search(Question("社区办公用房经费")).hits[0]
    assert best.hit.dense_rank is not None or best.hit.lexical_rank is not None
    assert best.hit.why.terms
    assert 0 < best.hit.why.lexical_weight < 1


@given(st.text(alphabet="社区办公用房效劳服务經費经费AaＡ，。原那么则", max_size=40), st.data())
def test_marks_hold_the_terms(quote: str, data: st.DataObject) -> None:
    terms = data.draw(st.lists(st.sampled_from(["服务", "经费", "社区", "a", "原则"]), unique=True))
    spans, present = marked(quote, terms)
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    assert set(present) == {term for term in terms if term in fold(quote)}
    for start, end in spans:
        assert any(term in fold(quote[start:end]) for term in terms)
