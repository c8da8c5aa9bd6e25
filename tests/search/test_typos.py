from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import ROOT

from kb.library import Library
from kb.search.typos import slips
from kb.store.entries import Entry
from kb.store.lexical import TantivyIndex
from kb.types import Answer, Question


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TantivyIndex:
    made = TantivyIndex(tmp_path_factory.mktemp("words"))
    text = "社区办公用房和网格员由居委会安排，党群服务中心提供志愿服务和物业管理，加装电梯，生活垃圾分类。"
    made.update([Entry(key, key, "", text) for key in (1, 2, 3)], [])
    return made


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("社区办公用放怎么解决", "社区办公用房"),
        ("网格圆怎么考核", "网格员"),
        ("網格圓怎麼考核", "网格员"),
        ("居会委怎么选举", "居委会"),
        ("志愿复务", "志愿服务"),
        ("生活垃级分类怎么推动", "生活垃圾分类"),
    ],
)
def test_a_slip_is_mended(index: TantivyIndex, built_models: Path, typed: str, meant: str) -> None:
    assert [slip.meant for slip in slips(typed, index, built_models)] == [meant]


@pytest.mark.parametrize(
    "right",
    ["社区办公用房怎么解决", "网格员怎么考核", "网格化管理", "网格的划分", "税务局局长", "航天器", "村委会"],
)  # fmt: skip
def test_what_is_right_stays(index: TantivyIndex, built_models: Path, right: str) -> None:
    assert not slips(right, index, built_models)


def test_what_the_library_says_is_right(tmp_path: Path, built_models: Path) -> None:
    made = TantivyIndex(tmp_path / "words")
    made.update([Entry(key, key, "", "网格圆与网格员") for key in (1, 2)], [])
    assert not slips("网格圆怎么考核", made, built_models)


def test_the_development_questions_are_left_alone(sample_library: Library, built_models: Path) -> None:
    """The samples know few of their words, so that almost everything is strange to them."""
    found = sample_library._store.snapshot().passages
    assert found is not None
    lines = (ROOT / "tests" / "data" / "dev_questions.jsonl").read_text(encoding="utf-8").splitlines()
    mended = [text for line in lines if slips(text := json.loads(line)["zh"], found, built_models)]
    assert len(mended) <= 1


def ask(library: Library, text: str, literal: bool = False) -> Answer:
    return library.search(Question(text, literal=literal))


def test_a_slip_finds_what_the_right_word_finds_and_says_so(sample_library: Library) -> None:
    answer = ask(sample_library, "社区办公用放怎么解决")
    assert answer.reading.corrected == (("社区办公用放", "社区办公用房"),)
    assert "办公用房" in answer.hits[0].citation.quote
    assert ask(sample_library, "社区办公用放怎么解决", literal=True).reading.corrected == ()
    english = ask(sample_library, "how did districts fund comunity offices")
    assert english.reading.corrected == (("comunity", "community"),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("網格員怎麼考核", "网格员怎么考核"),
        ("社區辦公用房經費", "社区办公用房经费"),
        ("１２３４５熱線怎麼考核", "12345热线怎么考核"),
    ],
)
def test_script_and_width_make_no_difference_to_the_words(
    sample_library: Library, one: str, other: str
) -> None:
    first, second = (
        sample_library.search(Question(text, mode="lexical", top_k=5)).hits for text in (one, other)
    )
    assert [hit.hit.chunk.id for hit in first] == [hit.hit.chunk.id for hit in second]


def test_a_pasted_page_finds_its_like_and_names_its_source(sample_library: Library) -> None:
    card = max(sample_library.cards(), key=lambda card: card.chunks)
    text = sample_library.document(card.id).text[:9_000]
    answer = sample_library.search(Question(text, top_k=10))
    assert card.id in {id for id, _ in answer.reading.copied_from}
    assert {hit.citation.doc_id for hit in answer.hits} - {card.id}
