from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import QuestionError
from kb.library import Library
from kb.search.cite import check_quote, cite
from kb.types import Document, DocumentCard, Flag, Quotation, Section

TEXT = "标题\n一、做法\n区财政安排资金。\n（一）建房\n每个社区20230万元。另建活动室。"
SECTIONS = (
    Section((), 0, 3),
    Section(("一、做法",), 3, 17),
    Section(("一、做法", "（一）建房"), 17, len(TEXT)),
)
FLAGS = (Flag("suspect_figure", "20230万元", 27, 34), Flag("truncated", "开头不完整"))
DOCUMENT = Document("d", "d.txt", "0" * 64, "标题", TEXT, SECTIONS, flags=FLAGS)
CARD = DocumentCard("d", "d.txt", DOCUMENT.version, "标题", flags=FLAGS)


def test_a_citation_says_where_it_stands_and_what_to_beware_of() -> None:
    start = TEXT.index("每个社区")
    citation = cite(DOCUMENT, CARD, start, start + 12)
    assert citation.paragraph == "一、（一）第1段"
    assert citation.quote == TEXT[start : start + 12]
    assert {flag.name for flag in citation.flags} == {"suspect_figure", "truncated"}


def test_a_flag_elsewhere_does_not_concern_the_span() -> None:
    start = TEXT.index("另建活动室")
    assert [flag.name for flag in cite(DOCUMENT, CARD, start, len(TEXT)).flags] == ["truncated"]


@given(st.integers(-5, 60), st.integers(-5, 60))
def test_a_span_is_quoted_exactly_or_refused(start: int, end: int) -> None:
    if 0 <= start < end <= len(TEXT):
        assert cite(DOCUMENT, CARD, start, end).quote == TEXT[start:end]
    else:
        with pytest.raises(QuestionError):
            cite(DOCUMENT, CARD, start, end)


@pytest.mark.parametrize(
    ("quotation", "state"),
    [
        (Quotation("d", "区财政安排资金。", TEXT.index("区财政")), "intact"),
        (Quotation("d", "区财政安排资金。", 0), "moved"),
        (Quotation("d", "区财政安排资金。"), "intact"),
        (Quotation("d", "区财政没有资金。", 8), "source_removed"),
        (Quotation("d", ""), "source_removed"),
    ],
)
def test_the_state_of_a_quotation(quotation: Quotation, state: str) -> None:
    checked = check_quote(DOCUMENT, quotation)
    assert checked.state == state
    if checked.start is not None:
        assert TEXT[checked.start : checked.end] == quotation.quote


def test_a_document_that_has_gone() -> None:
    assert check_quote(None, Quotation("d", "区财政")).state == "source_removed"


@given(st.data())
def test_any_span_of_the_samples(sample_library: Library, data: st.DataObject) -> None:
    card = data.draw(st.sampled_from(sample_library.cards()))
    document = sample_library.document(card.id)
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    citation = sample_library.cite(card.id, start, end)
    assert citation.quote == document.text[start:end]
    assert citation.paragraph
    assert sample_library.verify([Quotation(card.id, citation.quote, start)])[0].state == "intact"
