from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.resources import data_text
from kb.text.tokens import bigrams, frequency, words


@pytest.mark.parametrize("word", ["接诉即办", "一网通办", "以奖代补", "党建引领", "网格员"])
def test_words_of_the_trade_stay_whole(word: str) -> None:
    """jieba without our dictionary makes 接诉/即/办 and 网通/一网通/办 of them."""
    assert word in words(f"各街道推行{word}工作机制")
    assert words(word)[-1] == word


def test_every_word_of_the_dictionary_is_one() -> None:
    listed = [line.split("#")[0].strip() for line in data_text("userdict.txt").splitlines()]
    missing = [word for word in listed if word and word.lower() not in words(word)]
    assert not missing


def test_a_long_word_is_found_by_its_parts() -> None:
    assert {"社区", "社区工作者"} <= set(words("社区工作者"))


def test_spun_traditional_and_full_width_give_the_same_tokens() -> None:
    assert words("效劳中心") == words("服务中心") == words("服務中心")
    assert bigrams("效劳中心") == bigrams("服务中心") == ["服务", "务中", "中心"]
    assert words("ＡＩ平台") == words("ai平台")


def test_figures_and_latin_words_stay_whole() -> None:
    assert {"2.8", "35", "gis"} <= set(words("投入2.8万元，占35%，用于GIS平台"))


def test_a_single_character_is_its_own_pair() -> None:
    assert bigrams("钱。a1，社区") == ["钱", "a1", "社区"]


@given(st.text(max_size=60))
def test_tokens_hold_no_space_and_are_not_empty(text: str) -> None:
    """The index cuts at white space: a token with one inside would become two."""
    for token in [*words(text), *bigrams(text)]:
        assert token
        assert token.split() == [token]


@given(st.text(alphabet="社区经费服务效劳中心", min_size=2, max_size=20))
def test_pairs_overlap_and_lose_nothing(text: str) -> None:
    pairs = bigrams(text)
    assert all(left[1] == right[0] for left, right in pairwise(pairs))


def test_common_words_are_more_frequent_than_rare_ones() -> None:
    assert frequency("工作") > frequency("辎重") > 0
    assert frequency("这不是一个词") == 0
