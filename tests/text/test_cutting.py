"""Our cutting of words against jieba's own, over the same table."""

import jieba
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.tokens import _tokenizer, indexed, words

SENTENCES = [
    "社区服务用房按照每百户不低于三十平方米的标准配置",
    "市民政局会同财政局对阵地建设情况开展专项督查",
    "乌鲁木齐市天山区新华北路街道居民委员会",
    "习近平新时代中国特色社会主义思想",
    "鬻矞龘靐齉爩",
    "一",
]
CHARACTERS = "社区服务中心党建引领居民委员会经费用房办公街道网格员的了和在是为不龘爩玥"


def _of_jieba(text: str) -> list[str]:
    tokenizer: jieba.Tokenizer = _tokenizer()
    return list(tokenizer.cut_for_search(text))


def test_sentences_are_cut_as_jieba_cuts_them() -> None:
    assert [words(text) for text in SENTENCES] == [_of_jieba(text) for text in SENTENCES]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=CHARACTERS, min_size=1, max_size=24))
def test_any_characters_are_cut_as_jieba_cuts_them(text: str) -> None:
    assert words(text) == _of_jieba(text)


def test_what_is_indexed_are_the_words_and_pairs_of_the_folded_text() -> None:
    kept, pairs = indexed("社區服務 2023年，KB 中心")
    assert kept.split() == words("社區服務 2023年，KB 中心")
    assert pairs.split() == ["社区", "区服", "服务", "2023", "年", "kb", "中心"]
