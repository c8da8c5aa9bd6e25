"""Encodings are told from the bytes: no mark, a wrong declaration, short texts, broken bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import UnsupportedFormat
from kb.ingest.charset import decode

SIMPLE = "第三十九条 违反本条例规定的，由区民政局责令限期改正；"
TRADITIONAL = "第三十九條 違反本條例規定的，由區民政局責令限期改正；"
# Lines of official texts; any run of them must come back whole, however short.
LINES = (
    "（一）建立健全志愿服务保障制度",
    "市、区（县级市）应当安排经费",
    "今年是全面深化改革的关键之年",
    "第七条 居民委员会、业主委员会",
    "社区办公用房每百户不低于30平方米。",
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("words", [SIMPLE, *LINES])
def test_simplified_text_comes_back(encoding: str, words: str) -> None:
    assert decode(words.encode(encoding), "a.txt")[0] == words


@given(st.lists(st.sampled_from(LINES), min_size=1), st.sampled_from(["gb18030", "utf-16-le", "utf-16-be"]))
def test_any_run_of_lines_comes_back(lines: list[str], encoding: str) -> None:
    text = "\r\n".join(lines)
    assert decode(text.encode(encoding), "a.txt")[0] == text


@pytest.mark.parametrize("encoding", ["big5", "big5hkscs"])
def test_traditional_text_comes_back(encoding: str) -> None:
    words = TRADITIONAL + ("" if encoding == "big5" else "嘅邨")
    assert decode(words.encode(encoding), "a.txt")[0] == words
    assert decode(words[:10].encode(encoding), "a.txt")[0] == words[:10]


@pytest.mark.parametrize("lost", range(20, 24))
def test_a_broken_byte_costs_its_character_and_not_the_rest_of_the_line(lost: int) -> None:
    data = bytearray((SIMPLE * 3).encode("gb18030"))
    data[lost] = 0xFF
    text = decode(bytes(data), "a.txt")[0]
    assert text.endswith(SIMPLE * 2)
    assert sum(1 for a, b in zip(text, SIMPLE, strict=False) if a == b) >= 8
    assert text.count("�") <= 2


def test_a_zero_byte_in_a_text_of_one_byte_letters_makes_it_not_utf_16() -> None:
    for encoding in ("utf-8", "gb18030"):
        data = SIMPLE.encode(encoding) + b"\x00"
        assert decode(data, "a.txt")[0].startswith(SIMPLE)


def test_bytes_that_are_no_text_are_named() -> None:
    with pytest.raises(UnsupportedFormat, match=r"a\.bin"):
        decode(bytes(range(256)) * 40, "a.bin")
