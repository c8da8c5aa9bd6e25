"""A question asked again is answered from memory, never with what another truth, day or reader had."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kb.config import load_settings
from kb.library import Library
from kb.store.collections import DEFAULT
from kb.types import Filters, Question

ASKED = Question("其他区怎么解决社区办公用房经费")


def test_the_same_question_is_answered_once(sample_library: Library) -> None:
    first = sample_library.search(ASKED)
    assert sample_library.search(Question(ASKED.text)) is first
    for other in (
        Question(ASKED.text, top_k=3),
        Question(ASKED.text, mode="lexical"),
        Question(ASKED.text, literal=True),
        Question(ASKED.text, filters=Filters(not_regions=("青禾区",))),
    ):
        assert sample_library.search(other) is not first


def test_a_changed_truth_answers_anew(own_home: Path) -> None:
    with Library.open(load_settings(own_home, environ={})) as library:
        first = library.search(ASKED)
        changed = first.hits[0].citation.doc_id
        library.set_metadata(changed, {"title": "改过的标题"})
        second = library.search(ASKED)
        titles = {hit.citation.doc_id: hit.citation.document.title for hit in second.hits}
        assert titles[changed] == "改过的标题"
        library.delete(changed)
        third = library.search(ASKED)
        assert changed not in {hit.citation.doc_id for hit in third.hits}
        assert changed not in {card.id for card in third.matched}


def test_another_process_changes_what_is_answered(own_home: Path) -> None:
    settings = load_settings(own_home, environ={})
    with Library.open(settings) as library, Library.open(settings) as other:
        gone = library.search(ASKED).hits[0].citation.doc_id
        other.delete(gone)
        assert gone not in {hit.citation.doc_id for hit in library.search(ASKED).hits}


def test_the_day_and_the_own_region_belong_to_the_question(own_home: Path) -> None:
    settings = load_settings(own_home, environ={})
    with Library.open(settings) as library:
        recent = Question("近三年社区工作者的待遇")
        library.today = lambda: date(2026, 5, 1)
        assert library.search(recent).reading.years == (2023, 2026)
        library.today = lambda: date(2021, 5, 1)
        assert library.search(recent).reading.years == (2018, 2021)
        plain = library.search(ASKED)
        library.settings = settings.model_copy(update={"home_region": ("云岚市", "青禾区")})
        assert library.search(ASKED).notes != plain.notes


def test_nobody_is_answered_with_what_another_may_see(own_home: Path) -> None:
    with Library.open(load_settings(own_home, environ={})) as library:
        hidden = library.search(ASKED).hits[0].citation.doc_id
        library.collections.add("内部")
        library.collections.move([hidden], "内部")
        everybody = library.seen_by(frozenset({DEFAULT}))
        for _ in range(2):
            assert hidden in {hit.citation.doc_id for hit in library.search(ASKED).hits}
            assert hidden not in {hit.citation.doc_id for hit in everybody.search(ASKED).hits}
            assert hidden not in {card.id for card in everybody.search(ASKED).matched}
