from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.numerals import numerals, parse_number

DIGITS = "零一二三四五六七八九"


def chinese(value: int) -> str:
    """An oracle: the numeral of 1 to 99 999 999 written by the rules of the grammar."""
    if value >= 10_000:
        rest = value % 10_000
        gap = "零" if rest and rest < 1000 else ""
        return chinese(value // 10_000) + "万" + gap + (chinese(rest) if rest else "")
    out, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            out += ("零" if gap and out else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return out


@given(st.integers(1, 99_999_999))
def test_every_integer_is_read_as_it_is_written(value: int) -> None:
    assert parse_number(chinese(value)) == value
    assert parse_number(str(value)) == value
    assert parse_number(f"{value:,}") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("二百三十", 230),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("两千三百", 2300),
        ("1.18万", 11_800),
        ("1.2 万亿", 1.2e12),
        ("三万亿", 3e12),
        ("一亿二千万", 120_000_000),
        ("12亿5000万", 1_250_000_000),
        ("3万5千", 35_000),
        ("一万二", 12_000),
        ("一百二", 120),
        ("三点五", 3.5),
        ("二〇二五", 2025),
        ("二零一九", 2019),
        ("壹佰贰拾", 120),
        ("１２", 12),
    ],
)
def test_exact_numerals(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["", "万", "百", "十百", "一一", "百万千", "3百2万", "甲", "一点"])
def test_what_is_no_numeral(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "span", "low", "high", "approx"),
    [
        ("资金2400余万元", "2400余万", 24_000_000, None, "more than"),
        ("600多万", "600多万", 6_000_000, None, "more than"),
        ("十余次", "十余", 10, None, "more than"),
        ("二百多万", "二百多万", 2_000_000, None, "more than"),
        ("百余项", "百余", 100, None, "more than"),
        ("十来个", "十来", 10, 10, "about"),
        ("十几个", "十几", 11, 19, "between"),
        ("数百名", "数百", 200, 900, "between"),
        ("400-800元", "400-800", 400, 800, "between"),
        ("400——1500平方米", "400——1500", 400, 1500, "between"),
        ("三至五年", "三至五", 3, 5, "between"),
        ("3-5万元", "3-5万", 30_000, 50_000, "between"),
        ("3000～5000万元", "3000～5000万", 30_000_000, 50_000_000, "between"),
        ("8000至1万元", "8000至1万", 8000, 10_000, "between"),
        ("二三万元", "二三万", 20_000, 30_000, "between"),
        ("七八十人", "七八十", 70, 80, "between"),
        ("三五个", "三五", 3, 5, "between"),
        ("近2亿元", "2亿", 2e8, 2e8, ""),
    ],
)
def test_approximate_numerals(text: str, span: str, low: float, high: float | None, approx: str) -> None:
    (found,) = numerals(text)
    assert (text[found.start : found.end], found.low, found.high, found.approx) == (span, low, high, approx)


@pytest.mark.parametrize(
    ("text", "value"), [("百分之四十", 40), ("三分之一", 100 / 3), ("千分之五", 0.5), ("百分之百", 100)]
)
def test_shares_are_in_per_cent(text: str, value: float) -> None:
    (found,) = numerals(text)
    assert found.share
    assert found.low == found.high == pytest.approx(value)


@pytest.mark.parametrize("text", ["“十四五”规划", "百姓", "千方百计", "万家灯火", "5—3"])
def test_words_that_only_look_like_numerals_or_ranges(text: str) -> None:
    assert not [found for found in numerals(text) if found.approx == "between" or not found.arabic]


@given(st.text(alphabet="0123456789.,一二三两十百千万亿余多几数分之点至-—～元个近 第", max_size=30))
def test_spans_are_in_order_and_hold_what_they_say(text: str) -> None:
    last = 0
    for found in numerals(text):
        assert last <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.digits
        assert found.low is None or found.high is None or found.low <= found.high
        last = found.end


def test_only_the_span_asked_for_is_read() -> None:
    text = "10个、20个、30个"
    assert [found.low for found in numerals(text, 4, 7)] == [20]
