from __future__ import annotations

import re

import pytest

from kb.library import Library
from kb.text.figures import figures
from kb.types import Answer, Filters, Question


def ask(library: Library, text: str, **options: object) -> Answer:
    return library.search(Question(text, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("quoted", ["“办公用房”", "「辦公用房」", '"办公 用房"', "『辦公用房』"])
@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_every_hit_holds_the_phrase_and_marks_it(sample_library: Library, quoted: str, mode: str) -> None:
    answer = ask(sample_library, f"社区{quoted}怎么解决", mode=mode)
    assert answer.hits
    for hit in answer.hits:
        quote = hit.citation.quote
        assert any("办公用房" in re.sub(r"\s", "", quote[start:end]) for start, end in hit.marks)
    assert {card.id for card in answer.matched} >= {hit.citation.doc_id for hit in answer.hits}


def test_a_phrase_that_stands_nowhere_is_said_and_nothing_is_loosened(sample_library: Library) -> None:
    answer = ask(sample_library, "“社区办公用房火星基地”怎么解决")
    assert answer.hits == ()
    assert answer.reading.absent == ("社区办公用房火星基地",)


def test_the_document_with_the_number_comes_first(sample_library: Library) -> None:
    card = next(card for card in sample_library.cards() if "〔" in card.number)
    bare = re.sub(r"[〔〕]", "", card.number)
    for written in (card.number, card.number.replace("〔", "[").replace("〕", "]"), bare):
        answer = ask(sample_library, written)
        assert answer.hits[0].citation.doc_id == card.id
        assert answer.reading.numbers == (card.number,)
    assert ask(sample_library, f"{card.number}有哪些规定").hits[0].citation.doc_id == card.id


def test_an_unknown_number_finds_nothing(sample_library: Library) -> None:
    answer = ask(sample_library, "国办发〔1987〕999号")
    assert (answer.hits, answer.reading.absent) == ((), ("国办发〔1987〕999号",))


def test_a_figure_is_found_in_any_way_of_writing(sample_library: Library) -> None:
    texts = {card.id: sample_library.document(card.id).text for card in sample_library.cards()}
    figure, doc_id = next(
        (figure, doc_id)
        for doc_id, text in texts.items()
        for figure in figures(text)
        if figure.quantity == "money" and figure.value_min and figure.value_min % 10_000 == 0
    )
    assert figure.value_min is not None
    answer = ask(sample_library, f"{figure.value_min:.0f}元")
    assert any(hit.citation.doc_id == doc_id and hit.hit.why.figures for hit in answer.hits), figure


def test_an_amount_is_a_filter(sample_library: Library) -> None:
    answer = ask(sample_library, "投入100万元以上的社区阵地", top_k=20)
    assert answer.reading.amounts
    assert answer.hits
    for hit in answer.hits:
        money = [figure for figure in figures(hit.citation.quote) if figure.quantity == "money"]
        assert any((figure.value_max or figure.value_min or 0) >= 1e6 for figure in money)
    free = ask(sample_library, "投入100万元以上的社区阵地", top_k=20, literal=True)
    assert not free.reading.amounts
    assert {hit.hit.chunk.id for hit in free.hits} - {hit.hit.chunk.id for hit in answer.hits}


def test_years_are_a_filter_that_says_what_it_leaves_out(sample_library: Library) -> None:
    answer = ask(sample_library, "2019-2022年社区经费")
    assert answer.reading.years == answer.filters.years == (2019, 2022)
    assert answer.reading.undated == sum(card.year is None for card in sample_library.cards())
    assert all(2019 <= (hit.citation.document.year or 0) <= 2022 for hit in answer.hits)
    chosen = ask(sample_library, "2019-2022年社区经费", filters=Filters(years=(2021, 2021)))
    assert (chosen.reading.years, chosen.filters.years) == (None, (2021, 2021))


def test_what_matches_does_not_depend_on_what_is_chosen(sample_library: Library) -> None:
    free = ask(sample_library, "社区经费")
    region = next(card.region for card in free.matched if card.region)
    chosen = ask(sample_library, "社区经费", filters=Filters(regions=("/".join(region),)))
    inside = {card.id for card in free.matched if card.region[: len(region)] == region}
    assert inside <= {card.id for card in chosen.matched}


def test_warnings_and_documents_can_be_left_out(sample_library: Library) -> None:
    first = ask(sample_library, "社区经费").hits[0].citation.document
    without = ask(sample_library, "社区经费", filters=Filters(not_documents=(first.id,)))
    assert without.hits
    assert all(hit.citation.doc_id != first.id for hit in without.hits)
    clean = ask(sample_library, "社区经费", filters=Filters(not_flags=("spun_text",)))
    assert all("spun_text" not in {flag.name for flag in hit.citation.document.flags} for hit in clean.hits)
