from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import snowballstemmer

from kb.errors import QuestionError
from kb.search import english
from kb.search.question import Understood, content, language_of, understand
from kb.search.ranking import ranking

ENDINGS = ("s", "ed", "ing", "ness", "ful", "ity", "ational", "ization", "iveness", "ously", "ment", "al")


@pytest.fixture
def ask(built_models: Path):  # noqa: ANN201 (a closure over the cache folder)
    def understood(text: str) -> Understood:
        return understand(text, ranking(), built_models)

    return understood


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("其他区怎么解决社区办公用房经费", "zh"),
        ("12345热线怎么考核", "zh"),
        ("how did other districts fund community offices", "en"),
        ("PPP模式 public private partnership 怎么用", "mixed"),
        ("2400万", "zh"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_words_that_only_ask_are_not_searched() -> None:
    kept = content("其他区是怎么解决社区办公用房经费的")
    assert "怎么" not in kept
    assert "其他区" not in kept
    assert "社区办公用房经费" in kept


def test_a_question_of_nothing_but_question_words_is_kept() -> None:
    assert content("怎么样") == "怎么样"


@pytest.mark.parametrize("text", ["", "   \n", "问" * 10_001])
def test_impossible_questions(ask, text: str) -> None:  # noqa: ANN001
    with pytest.raises(QuestionError):
        ask(text)


def test_ten_thousand_characters_can_be_asked(ask) -> None:  # noqa: ANN001
    understood = ask("社区办公用房经费由财政保障。" * 714)
    assert 0 < len(understood.clauses) < 500


def test_plural_questions_want_several_districts(ask) -> None:  # noqa: ANN001
    assert ask("其他区是怎么解决社区办公用房经费的").broad
    assert ask("how did other districts fund community offices").broad
    assert not ask("三到社区安排了多少县财政资金").broad


def test_questions_about_others(ask) -> None:  # noqa: ANN001
    assert ask("外地怎么管理网格员").elsewhere
    assert ask("how do other cities pay grid workers").elsewhere
    assert not ask("河东区怎么管理网格员").elsewhere


def test_english_terms_are_carried_over_whole_and_overlapping(ask) -> None:  # noqa: ANN001
    carried = {term.english: term.chinese for term in ask("how did districts fund community offices").carried}
    assert "社区办公用房" in carried["community office"]
    assert any("经费" in form for form in carried["fund community"])
    assert not {"how", "do", "did"} & set(carried)


def test_names_that_no_dictionary_knows_stay(ask) -> None:  # noqa: ANN001
    terms = ask("What does Zyxwvut provide?").carried
    assert [term.chinese for term in terms if term.english == "zyxwvut"] == [()]


def test_spun_and_traditional_words_are_looked_for_as_plain_ones(ask) -> None:  # noqa: ANN001
    plain, spun, traditional = (
        {clause.alternatives[0].tokens for clause in ask(text).clauses}
        for text in ("党员服务中心", "党员效劳中心", "黨員服務中心")
    )
    assert plain == spun == traditional


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("who cares for the elderly", "elderly care"),
        ("the renovation of old neighbourhoods", "old neighbourhood renovation"),
        ("managing the property", "property management"),
    ],
)
def test_a_term_is_known_in_other_forms_and_turned_round(ask, said: str, meant: str) -> None:  # noqa: ANN001
    of_meant = {form for term in ask(meant).carried for form in term.chinese[:3]}
    assert of_meant & {form for term in ask(said).carried for form in term.chinese[:3]}


@pytest.mark.parametrize(
    ("question", "wanted", "unwanted"),
    [
        ("children left behind in the villages", "留守儿童", "左边"),
        ("charging points for electric bikes", "充电桩", "征收"),
        ("staff at the service counter", "窗口", "抗衡"),
    ],
)
def test_ordinary_words_are_taken_as_the_field_means_them(
    ask,  # noqa: ANN001
    question: str,
    wanted: str,
    unwanted: str,
) -> None:
    forms = [form for term in ask(question).carried if term.weight > 0.2 for form in term.chinese]
    assert any(wanted in form for form in forms)
    assert unwanted not in forms


def test_a_question_of_the_field_is_said_in_chinese_alone(ask) -> None:  # noqa: ANN001
    of_the_field = ask("how are grid workers paid")
    assert of_the_field.known
    assert "网格员" in of_the_field.rendering
    assert "grid" not in of_the_field.rendering


def test_behind_a_question_that_the_dictionary_does_not_know_stands_its_chinese(ask) -> None:  # noqa: ANN001
    strange = ask("Which quarterback fumbled for the Zyxwvut Panthers?")
    assert not strange.known
    assert strange.rendering.startswith(strange.text)
    assert len(strange.rendering) > len(strange.text)
    assert ask("网格员的待遇").rendering == ""


def test_threads_that_ask_in_english_at_the_same_time_do_not_mix_their_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kinds = [f"{stem}{end}" for stem in ("fund", "communit", "organiz", "relat", "sens") for end in ENDINGS]
    wanted = {word: snowballstemmer.stemmer("english").stemWord(word) for word in kinds}
    start = threading.Barrier(8)
    monkeypatch.setattr(english, "stem", english.stem.__wrapped__)
    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def ask(turn: int) -> dict[str, str]:
        start.wait()
        return {word: english.stem(word) for word in kinds[turn * 9 :] + kinds[: turn * 9]}

    try:
        with ThreadPoolExecutor(8) as threads:
            for found in threads.map(ask, range(8)):
                assert found == wanted
    finally:
        sys.setswitchinterval(often)


def test_forms_stand_in_order_where_the_field_knows_the_question(ask) -> None:  # noqa: ANN001
    known, unknown = ask("residents' committee elections"), ask("how did the Huguenot catapult ricochet")
    assert any(clause.ordered for clause in known.clauses)
    assert not any(clause.ordered for clause in unknown.clauses)


def test_few_ordinary_words_do_not_make_a_question_of_the_field(ask) -> None:  # noqa: ANN001
    assert not ask("What magnetic and electric force acts on a charge?").known
    assert ask("How are community offices funded?").known
    assert ask("社区办公用房").known, "only English is carried over"
