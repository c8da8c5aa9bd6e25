"""What English terms become: each case is a way in which questions went wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb.search import terms
from kb.search.bridge import Carried
from kb.search.dictionary import open_dictionary
from kb.search.english import lemmas, runs
from kb.search.question import understand
from kb.search.ranking import ranking


@pytest.fixture
def carried(built_models: Path):  # noqa: ANN201 (a closure over the cache folder)
    def of(question: str) -> dict[str, Carried]:
        found = understand(question, ranking(), built_models).carried
        return {term.english: term for term in found}

    return of


def forms(found: dict[str, Carried]) -> set[str]:
    return {form for term in found.values() for form in term.chinese[:3]}


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("what can be done to reduce the heavy burden on village cadres", "减负"),
        ("do they pay families a childcare or birth subsidy", "育儿补贴"),
        ("how are primary and secondary schools inspected", "小学"),
        ("rules for keeping and walking dogs", "养犬"),
    ],
)
def test_the_words_of_a_term_may_stand_apart(carried, question: str, term: str) -> None:  # noqa: ANN001
    assert term in forms(carried(question))


@pytest.mark.parametrize(
    "question",
    ["the burden falls, and heavy rain will reduce it", "reduce what we buy when the burden grows"],
)
def test_no_term_reaches_across_marks_and_clauses(carried, question: str) -> None:  # noqa: ANN001
    assert not any("reduce" in english and "burden" in english for english in carried(question))


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("which places get more money", "get a place"),
        ("cadres and community workers", "community cadre"),
        ("a doctor without a licence", "no doctor"),
    ],
)
def test_words_side_by_side_are_no_other_term_turned_round(carried, question: str, wrong: str) -> None:  # noqa: ANN001
    found = carried(question)
    whole = [term for term in found.values() if len(term.english.split()) > 1 and term.weight > 0.2]
    assert not any(set(term.chinese[:2]) == set(carried(wrong)[wrong].chinese[:2]) for term in whole
                   if wrong in carried(wrong))  # fmt: skip


def test_a_passive_is_its_verb_and_object(carried) -> None:  # noqa: ANN001
    assert "垃圾分类" in forms(carried("how is waste sorted in old housing estates"))


def test_words_of_one_stem_and_two_meanings_stay_apart(carried) -> None:  # noqa: ANN001
    assert "居民服务一卡通" not in {
        form for term in carried("residence card").values() for form in term.chinese
    }


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("a bonus of 100,000 yuan", "10万元"),
        ("2.5 hours", None),
        ("villages of 10 million people", "1000万"),
        ("3.5 billion", "35亿"),
        ("in 2025", None),
    ],
)
def test_figures_are_carried_whole(carried, english: str, chinese: str | None) -> None:  # noqa: ANN001
    found = {form for term in carried(english).values() for form in term.chinese}
    assert chinese in found if chinese else not any("万" in form for form in found)


def test_hotline_numbers_are_no_figures(carried) -> None:  # noqa: ANN001
    assert "12345" in carried("the 12345 hotline")["12345 hotline"].chinese


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("neighbourhood programmes organised by the centre", "neighborhood programs organized by the center"),
        ("ageing, enrolment and labour", "aging, enrollment and labor"),
        ("co-operation on e-government and pre-school care", "cooperation on egovernment and preschool care"),
        ("café and fiancée", "cafe and fiancee"),
        ("the children’s home", "the children's home"),
        ("the 3rd of 1990s", "the 3 of 1990"),
    ],
)
def test_spellings_of_one_word_are_one(one: str, other: str) -> None:
    assert lemmas(one) == lemmas(other)


def test_marks_part_a_text_and_points_in_numbers_do_not() -> None:
    assert [[word.base for word in run] for run in runs("1,200 homes, 3.5 million (new) ones - gone")] == [
        ["1200", "home"],
        ["3.5", "million"],
        ["new"],
        ["one"],
        ["go"],
    ]


def test_the_dictionary_is_kept_and_a_damaged_one_is_made_again(
    built_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = open_dictionary(built_models)
    made: list[None] = []
    few = replace(terms.made(), bases={"homes": "home"})
    monkeypatch.setattr(terms, "made", lambda: made.append(None) or few)
    for _ in range(2):
        opened = open_dictionary.__wrapped__(tmp_path)
    assert len(made) == 1
    first = opened.find("grid worker")
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    again = open_dictionary.__wrapped__(tmp_path)
    assert len(made) == 2
    assert path.read_bytes() == whole
    assert again.find("grid worker") == first == given.find("grid worker") is not None


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("rubbish sorting in Chongming", "崇明区"),
        ("estate stewards in Shunde", "顺德"),
        ("what did Anji do with its streams", "安吉"),
        ("night markets in Longmatan", "龙马潭"),
    ],
)
def test_any_division_is_known_by_its_spelling(carried, question: str, place: str) -> None:  # noqa: ANN001
    assert place in forms(carried(question))


def test_an_english_word_is_no_place(carried) -> None:  # noqa: ANN001
    found = carried("a man can change the long line of pines")
    assert not {"长", "龙", "安"} & {form[:1] for form in forms(found)}


def test_years_and_counts_stand_as_they_are(carried) -> None:  # noqa: ANN001
    found = carried("200 square metres for 14 volunteers in 2012")
    assert [found[figure].chinese for figure in ("200", "14", "2012")] == [("200",), ("14",), ("2012",)]


def test_contractions_say_nothing(carried) -> None:  # noqa: ANN001
    assert set(carried("they can't and needn't, we've said it won't")) <= {"can not", "need"}
