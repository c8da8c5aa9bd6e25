from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.figures import figures, sort_value
from kb.types import Flag

CASES = [
    # text, quote, quantity, unit, low, high, approximation
    ("投资600多万元建成", "600多万元", "money", "CNY", 6e6, None, "more than"),
    ("投入近2亿元", "近2亿元", "money", "CNY", None, 2e8, "less than"),
    ("水平在400-800元不等", "400-800元不等", "money", "CNY", 400, 800, "between"),
    ("从2021年8000元提高到25000元", "8000元", "money", "CNY", 8000, 8000, ""),
    ("补助3万元至5万元", "3万元至5万元", "money", "CNY", 30_000, 50_000, "between"),
    ("争取资金近2亿，用于", "近2亿", "money", "CNY", None, 2e8, "less than"),
    ("总投资1.2 万亿元", "1.2 万亿元", "money", "CNY", 1.2e12, 1.2e12, ""),
    ("节约3万元", "3万元", "money", "CNY", 30_000, 30_000, ""),
    ("党员义工1.18万名。", "1.18万名", "people", "person", 11_800, 11_800, ""),
    ("不超过30人", "不超过30人", "people", "person", None, 30, "less than"),
    ("上千名群众", "上千名群众", "people", "person", 1000, None, "more than"),
    ("500多个驻区单位", "500多个驻区单位", "count", "个驻区单位", 500, None, "more than"),
    ("举办培训班32期", "32期", "count", "期培训班", 32, 32, ""),
    ("走访120余人次", "120余人次", "count", "人次", 120, None, "more than"),
    ("400——1500平方米", "400——1500平方米", "area", "㎡", 400, 1500, "between"),
    ("面积0.4平方公里", "0.4平方公里", "area", "㎡", 400_000, 400_000, ""),
    ("管网2700余米", "2700余米", "length", "m", 2700, None, "more than"),
    ("占百分之四十", "百分之四十", "share", "%", 40, 40, ""),
    ("增长5％至8％", "5％至8％", "share", "%", 5, 8, "between"),
    ("三成以上居民", "三成以上", "share", "%", 30, None, "more than"),
    ("提高2.3个百分点", "2.3个百分点", "share", "百分点", 2.3, 2.3, ""),
    ("用了三年", "三年", "duration", "year", 3, 3, ""),
    ("近三年共开办", "三年", "duration", "year", 3, 3, ""),
    ("为期一年", "一年", "duration", "year", 1, 1, ""),
    ("5个工作日内答复", "5个工作日内", "duration", "day", None, 5, "less than"),
    ("每月一次例会", "每月一次", "frequency", "次/月", 1, 1, ""),
    ("每周至少2场", "每周至少2场", "frequency", "次/周", 2, None, "more than"),
    ("每两个月通报一次", "每两个月通报一次", "frequency", "次/2个月", 1, 1, ""),
    ("2021年6月30日印发", "2021年6月30日", "date", "date", 20210630, 20210630, ""),
    ("2019—2021年", "2019—2021年", "date", "date", 20190101, 20211231, "between"),
    ("二〇二三年四月", "二〇二三年四月", "date", "date", 20230401, 20230430, ""),
    ("20元左右", "20元左右", "money", "CNY", 20, 20, "about"),
    ("35岁以下", "35岁以下", "count", "岁", None, 35, "less than"),
]


@pytest.mark.parametrize(("text", "quote", "quantity", "unit", "low", "high", "approx"), CASES)
def test_one_figure(
    text: str, quote: str, quantity: str, unit: str, low: float | None, high: float | None, approx: str
) -> None:
    found = next(figure for figure in figures(text) if figure.quote == quote)
    assert (found.quantity, found.unit, found.approx) == (quantity, unit, approx)
    assert (found.value_min, found.value_max) == (low, high)
    assert text[found.start : found.end] == quote


NOT_FIGURES = (
    "三位一体、第三届、1+1+N共建、PM2.5、“十四五”规划、三个代表、一是抓好、一个支部、百姓、二元结构、万元、通过渠道、统一领导、"
    "90年代初、二年级、20**年、http://a.cn/20210301.html、一些问题、五次全会、“五个一工程”"
)


@pytest.mark.parametrize("text", NOT_FIGURES.split("、"))
def test_what_is_no_figure(text: str) -> None:
    assert not [figure for figure in figures(text) if figure.quantity not in ("count", "share")]


def test_what_is_counted() -> None:
    found = figures("组织了120多名机关后备干部，党员志愿者服务队200余个，受益儿童315名。")
    assert [figure.counted for figure in found] == ["机关后备干部", "服务队", "儿童"]


def test_a_damaged_figure_says_so_and_is_not_sorted_on() -> None:
    text = "各方筹资近202300万元投入，区财政安排1680万元。"
    damage = Flag("suspect_figure", "2023", text.index("近"), text.index("投"))
    other = Flag("spun_text", "65处", 0, 0)
    broken, sound = figures(text, flags=(damage, other))
    assert broken.flags == (damage,)
    assert sort_value(broken) is None
    assert sound.flags == ()
    assert sort_value(sound) == 16_800_000


def test_ranges_and_bounds_sort_by_what_is_known() -> None:
    between, least = figures("400-800元，600多万元")
    assert sort_value(between) == 600
    assert sort_value(least) == 6_000_000


def test_only_the_span_asked_for_is_read() -> None:
    text = "投入10万元、20万元、30万元。"
    assert [figure.quote for figure in figures(text, 7, 12)] == ["20万元"]


@given(
    st.text(
        alphabet="0123456789.一二三十百千万亿余多几近约超过元名人个平方米年月日次每至-—%％成以上下内左右，。区",
        max_size=40,
    )
)
def test_any_text_gives_true_spans(text: str) -> None:
    last = 0
    for figure in figures(text):
        assert last <= figure.start < figure.end <= len(text)
        assert text[figure.start : figure.end] == figure.quote
        if figure.value_min is not None and figure.value_max is not None:
            assert figure.value_min <= figure.value_max
        last = figure.end
