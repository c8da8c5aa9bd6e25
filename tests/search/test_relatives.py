"""A work is shown and counted once: the original stands for its reprint."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.compare.table import CompareRequest
from kb.config import load_settings
from kb.library import Library
from kb.search.filters import works
from kb.types import Filters, Question

ORIGINAL = "青禾区破解社区办公用房难题的做法.docx"
REPRINT = "青禾区先建后补_转载.txt"


def named(library: Library, name: str) -> str:
    return next(card.id for card in library.cards() if card.source.endswith(name))


@pytest.mark.parametrize(
    "question",
    [
        "其他区是怎么解决社区办公用房经费的",
        "先建后补 分档奖励",
        "how did other districts fund community offices",
    ],
)
def test_the_original_is_shown_in_place_of_its_reprint(sample_library: Library, question: str) -> None:
    answer = sample_library.search(Question(question, top_k=30))
    shown = {hit.citation.doc_id: hit for hit in answer.hits}
    assert named(sample_library, REPRINT) not in shown
    hit = shown[named(sample_library, ORIGINAL)]
    assert [card.id for card in hit.relatives] == [named(sample_library, REPRINT)]
    assert all(len(set(hit.relatives)) <= 1 for hit in answer.hits)
    places = [(hit.citation.doc_id, hit.citation.start) for hit in answer.hits]
    assert len(set(places)) == len(places)


def test_a_passage_that_only_the_reprint_has_is_shown_from_it(sample_library: Library) -> None:
    text = sample_library.document(named(sample_library, REPRINT)).text
    own = "过桥资金制度：街道可以凭立项批复向区属国资公司申请短期借款"
    assert own in text
    only = Filters(documents=(named(sample_library, REPRINT),))
    answer = sample_library.search(Question(own, top_k=3, filters=only))
    assert answer.hits[0].citation.doc_id == named(sample_library, REPRINT)
    assert [card.id for card in answer.hits[0].relatives] == [named(sample_library, ORIGINAL)]


@pytest.mark.parametrize("question", ["代号云杉七二", "云杉七二专班由谁负责", "社区经费 云杉七二"])
def test_what_only_the_copy_says_inside_a_common_passage_is_shown_from_it(
    own_home: Path, question: str
) -> None:
    with Library.open(load_settings(own_home, environ={})) as library:
        original = library.document(named(library, ORIGINAL)).text
        middle = original.index("。", len(original) // 2) + 1
        copy = own_home / "改写.txt"
        said = "这项工作代号云杉七二，由专班负责。"
        copy.write_text(original[:middle] + said + original[middle:], encoding="utf-8")
        assert library.ingest([copy]).ingested == 1
        first = library.search(Question(question)).hits[0]
        assert first.citation.doc_id == named(library, "改写.txt")
        assert said in first.citation.quote
        assert named(library, ORIGINAL) in [card.id for card in first.relatives]


def test_counts_take_a_work_once(sample_library: Library) -> None:
    cards = sample_library.cards()
    assert works(cards) == len(cards) - 1
    answer = sample_library.search(Question("社区经费"))
    assert answer.coverage.documents == len(cards) - 1


def test_a_comparison_reads_a_work_once_and_says_so(sample_library: Library) -> None:
    request = CompareRequest("社区办公用房经费", columns=("青禾区", "砚湖区"))
    comparison = sample_library.compare(request)
    column = next(one for one in comparison.columns if one.name == "青禾区")
    sources = [card.source.rpartition("/")[2] for card in column.documents]
    assert ORIGINAL in sources
    assert REPRINT not in sources
    assert any("1 篇转载" in note for note in comparison.coverage.left_out)
    named_columns = tuple(named(sample_library, name) for name in (ORIGINAL, REPRINT))
    asked = sample_library.compare(CompareRequest("社区办公用房经费", "document", named_columns))
    assert len(asked.columns) == 2, "who names both documents gets both"
    assert asked.coverage.documents == 1


def test_the_family_of_a_document(sample_library: Library) -> None:
    for name in (ORIGINAL, REPRINT):
        family = sample_library.family(named(sample_library, name))
        assert family.main.id == named(sample_library, ORIGINAL)
        assert [one.document.id for one in family.others] == [named(sample_library, REPRINT)]
        assert family.others[0].share > 0.9
    alone = sample_library.family(named(sample_library, "澜财行28号.docx"))
    assert alone.others == ()
