from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import jieba
import pytest
from commands import ROOT
from hypothesis import given
from hypothesis import strategies as st

from kb.resources import data_text
from kb.text.frequencies import Frequencies
from kb.text.tokens import bigrams, frequency, words


@pytest.mark.parametrize("word", ["接诉即办", "一网通办", "以奖代补", "党建引领", "网格员"])
def test_words_of_the_trade_stay_whole(word: str) -> None:
    """jieba without our dictionary makes 接诉/即/办 and 网通/一网通/办 of them."""
    assert word in words(f"各街道推行{word}工作机制")
    assert words(word)[-1] == word


def test_every_word_of_the_dictionary_is_one() -> None:
    listed = ["".join(line.split("#")[0].split()[:1]) for line in data_text("userdict.txt").splitlines()]
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


def test_a_run_without_an_end_is_cut_in_pieces_and_keeps_every_character() -> None:
    assert words("经" * 1_250) == words("经" * 500) * 2 + words("经" * 250)
    assert set("".join(words("社区办公用房经费" * 900))) == set("社区办公用房经费")


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


@pytest.fixture(scope="module")
def as_jieba_builds_it() -> jieba.Tokenizer:
    """jieba with our words added in its own way."""
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for line in data_text("userdict.txt").splitlines():
        if parts := line.split("#")[0].split():
            tokenizer.add_word(parts[0])
    return tokenizer


def test_the_whole_table_is_the_one_that_jieba_builds(as_jieba_builds_it: jieba.Tokenizer) -> None:
    """A count missing in userdict.txt shows here: jieba's suggest_freq wants another one."""
    table = Frequencies()
    table.need("".join({word[0] for word in as_jieba_builds_it.FREQ}))
    assert table.table == as_jieba_builds_it.FREQ
    assert table.total == as_jieba_builds_it.total


def test_a_part_of_the_table_is_the_same_as_in_the_whole(as_jieba_builds_it: jieba.Tokenizer) -> None:
    table = Frequencies()
    asked = "社区办公用房经费网格员一二AB。一龢𠀀\ud800"
    table.need(asked[:5])
    table.need(asked)
    for char in set(asked):
        wanted = {word: count for word, count in as_jieba_builds_it.FREQ.items() if word[0] == char}
        assert {word: count for word, count in table.table.items() if word[0] == char} == wanted


def test_threads_that_are_the_first_at_the_same_time_share_one_table() -> None:
    """In a process of its own, where nothing has been cut yet."""
    code = """
import threading
from concurrent.futures import ThreadPoolExecutor
from kb.text.tokens import _frequencies, _tokenizer, words

start = threading.Barrier(8)

def first(number):
    start.wait()
    return words("社区办公用房经费")

with ThreadPoolExecutor(8) as threads:
    found = list(threads.map(first, range(8)))
assert all(one == found[0] for one in found), found
assert _tokenizer().FREQ is _frequencies().table
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert ran.returncode == 0, ran.stderr
