from __future__ import annotations

from datetime import date

import pytest

from kb.search.reading import read
from kb.types import Amount

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("question", "years", "rest"),
    [
        ("近三年社区经费怎么保障", (2023, 2026), "社区经费怎么保障"),
        ("最近5年来网格员怎么考核", (2021, 2026), "网格员怎么考核"),
        ("2019年以来老旧小区改造的做法", (2019, 2026), "老旧小区改造的做法"),
        ("2019-2024年老旧小区改造", (2019, 2024), "老旧小区改造"),
        ("２０１９年至２０２４年老旧小区改造", (2019, 2024), "老旧小区改造"),
        ("去年各区养老服务的做法", (2025, 2025), "各区养老服务的做法"),
        ("how are offices funded in the last three years", (2023, 2026), "how are offices funded"),
        ("community offices since 2020", (2020, 2026), "community offices"),
        ("grid workers between 2018 and 2020", (2018, 2020), "grid workers"),
    ],
)  # fmt: skip
def test_years_that_restrict(question: str, years: tuple[int, int], rest: str) -> None:
    wishes = read(question, TODAY)
    assert (wishes.years, wishes.text) == (years, rest)
    literal = read(question, TODAY, literal=True)
    assert (literal.years, literal.text) == (None, question)


@pytest.mark.parametrize(
    "question",
    [
        "西藏2025年地区生产总值增长目标是多少",
        "近三年累计投入多少资金",
        "2021-2025年规划的目标",
        "自2019年起施行的规定",
        "社区将近三年没有书记",
        "近三年内无违法记录的人员",
        "2004年至2014年，他在哪个学院教授课程",
        "九龙酒店2004年以后成为了哪个集团的成员酒店",
        "企业职工缴费满15年可以领取养老金吗",
        "党的二十大以来的做法",
        "近年来的做法",
    ],
)
def test_years_that_are_the_subject(question: str) -> None:
    assert read(question, TODAY).years is None


@pytest.mark.parametrize(
    ("question", "amount"),
    [
        ("投入100万元以上的社区阵地", Amount("money", 1e6, None)),
        ("经费不超过50万元的社区食堂", Amount("money", None, 5e5)),
        ("配备不少于50人的网格员队伍", Amount("people", 50, None)),
        ("projects over 1 million yuan for community offices", Amount("money", 1e6, None)),
        ("teams of at least 50 people", Amount("people", 50, None)),
    ],
)
def test_amounts_that_restrict(question: str, amount: Amount) -> None:
    assert read(question, TODAY).amounts == (amount,)
    assert not read(question, TODAY, literal=True).amounts


@pytest.mark.parametrize(
    "question",
    [
        "盗窃5000元以上怎么判刑",
        "月收入3000元以下的家庭怎么申请廉租住房",
        "80岁以上老人有哪些补贴",
        "600多万元的办公用房",
        "欠款10万元以上怎么起诉",
    ],
)
def test_amounts_that_are_the_subject(question: str) -> None:
    assert not read(question, TODAY).amounts


@pytest.mark.parametrize("marks", ["“”", "「」", "『』", '""', "＂＂"])
def test_quotation_marks(marks: str) -> None:
    assert read(f"社区{marks[0]}办公用房{marks[1]}怎么解决", TODAY).phrases == ("办公用房",)


def test_what_is_quoted_is_no_wish() -> None:
    wishes = read("“近三年”是怎么写的", TODAY)
    assert (wishes.phrases, wishes.years) == (("近三年",), None)
    assert read("“的”字怎么用", TODAY).phrases == ()


def test_numbers_and_figures() -> None:
    wishes = read("国办发[2023]12号", TODAY)
    assert ([str(n) for n in wishes.numbers], wishes.bare) == (["国办发〔2023〕12号"], True)
    assert not read("国办发[2023]12号对养老服务有什么规定", TODAY).bare
    assert [figure.values for figure in read("600多万元的办公用房", TODAY).figures] == [(6e6,)]


def test_a_pasted_text_is_searched_as_it_is() -> None:
    text = "近三年来，社区“办公用房”投入100万元以上。" * 20
    wishes = read(text, TODAY)
    assert wishes.text == text
    assert (wishes.phrases, wishes.years, wishes.amounts) == ((), None, ())
