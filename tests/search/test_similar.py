from __future__ import annotations

import pytest

from kb.errors import NotFound, QuestionError
from kb.library import Library
from kb.search.filters import district
from kb.types import Filters, Question, SimilarTo


def test_other_districts_come_first_and_the_own_document_not_at_all(sample_library: Library) -> None:
    own = next(
        hit.citation
        for hit in sample_library.search(Question("社区办公用房怎么解决")).hits
        if hit.citation.document.region and "办公用房" in hit.citation.quote
    )
    answer = sample_library.similar(SimilarTo(own.doc_id, own.start, own.end))
    assert answer.hits
    assert all(hit.citation.doc_id != own.doc_id for hit in answer.hits)
    places = [district(hit.citation.document.region) or hit.citation.doc_id for hit in answer.hits]
    home = district(own.document.region)
    assert places[0] != home
    others = [place for place in places if place != home]
    different = len(set(others))
    assert different > 1
    assert len(set(others[:different])) == different


def test_any_span_can_be_asked_for_and_filtered(sample_library: Library) -> None:
    card = sample_library.cards()[0]
    answer = sample_library.similar(SimilarTo(card.id, 10, 60, top_k=3))
    assert 0 < len(answer.hits) <= 3
    first = answer.hits[0].citation.document
    rest = sample_library.similar(SimilarTo(card.id, 10, 60, filters=Filters(not_documents=(first.id,))))
    assert all(hit.citation.doc_id != first.id for hit in rest.hits)


def test_what_cannot_be_asked(sample_library: Library) -> None:
    card = sample_library.cards()[0]
    with pytest.raises(QuestionError):
        sample_library.similar(SimilarTo(card.id, 5, 5))
    with pytest.raises(NotFound):
        sample_library.similar(SimilarTo("nobody", 0, 5))
