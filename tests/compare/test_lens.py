from __future__ import annotations

from pathlib import Path

import pytest

from kb.compare.lens import ask_dimension, find_lens, lenses, parse_lens
from kb.errors import DataError, QuestionError

OWN = """
name = "养老"
name_en = "Ageing"
[[dimension]]
name = "助餐"
words = ["助餐", "食堂"]
"""


def test_the_default_lens_has_eight_dimensions_and_five_lenses_ship() -> None:
    assert [dimension.name for dimension in find_lens().dimensions] == [
        "组织体系",
        "经费保障",
        "办公用房与阵地",
        "队伍建设",
        "共建共治机制",
        "服务内容",
        "数字化",
        "考核激励",
    ]
    assert {lens.name: len(lens.dimensions) for lens in lenses()} == {
        "社区治理概览": 8,
        "社区党建与治理": 12,
        "经费投入": 7,
        "队伍建设": 8,
        "政府工作报告": 8,
    }


def test_every_shipped_dimension_is_complete() -> None:
    for lens in lenses():
        for dimension in lens.dimensions:
            assert dimension.name_en, (lens.name, dimension.name)
            assert dimension.description
            assert dimension.strong
            assert 1 <= len(dimension.examples) <= 3


@pytest.mark.parametrize("name", ["funding", "经费投入", "Funding in detail", "FUNDING"])
def test_a_lens_goes_by_three_names(name: str) -> None:
    assert find_lens(name).key == "funding"


def test_an_unknown_lens_names_those_there_are() -> None:
    with pytest.raises(QuestionError, match="社区治理概览"):
        find_lens("天气")


def test_staff_add_and_replace_lenses(tmp_path: Path) -> None:
    (tmp_path / "ageing.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "funding.toml").write_text(OWN.replace("养老", "我们的经费"), encoding="utf-8")
    assert find_lens("养老", tmp_path).dimensions[0].words == ("助餐", "食堂")
    assert find_lens("funding", tmp_path).name == "我们的经费"
    assert find_lens("", tmp_path).name == "社区治理概览"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('name = "x"', "dimension"),
        ("[[dimension]]\nname = 'a'\nwords = ['b']", "name"),
        ("name = 'x'\n[[dimension]]\nname = 'a'", "needs words"),
        ("name = 'x'\n[[dimension]]\nname = 'a'\nwords = ['b', 'b']", "twice"),
        ("name = 'x'\n[[dimension]]\nname = 'a'\nwords = ['b']\nagainst = ['b']", "both for and against"),
        ("name = 'x'\n[[dimension]]\nname = 'a'\nwords = ['b']\nfigures = ['gold']", "figures"),
        ("name = 'x'\n[[dimension]]\nname = 'a'\nwords = ['b']\nonly_with_figures = true", "say which"),
        ("name = 'x'\n" + "[[dimension]]\nname = 'a'\nwords = ['b']\n" * 2, "must differ"),
        ("name = 'x'\ncolour = 'red'\n[[dimension]]\nname = 'a'\nwords = ['b']", "colour"),
        ("name = ", "TOML"),
    ],
)
def test_a_wrong_lens_says_what_is_wrong(text: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint) as caught:
        parse_lens(text, "mine.toml")
    assert "mine.toml" in str(caught.value)


def test_an_unreadable_lens_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(DataError, match=r"bad\.toml"):
        lenses(tmp_path)


def test_a_question_becomes_a_dimension() -> None:
    dimension = ask_dimension("老年人的助餐怎么补贴？")
    assert dimension.name == "老年人的助餐怎么补贴"
    assert {"助餐", "补贴"} <= {*dimension.strong, *dimension.words}
    assert "怎么" not in dimension.strong


@pytest.mark.parametrize("question", ["", "？", "社区治理", "  "])
def test_a_question_about_nothing_is_refused(question: str) -> None:
    with pytest.raises(QuestionError):
        ask_dimension(question)
