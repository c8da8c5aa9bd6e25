from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kb.text.normalise import _spun, fold, fold_characters, fold_with_origin

# Spun words beside the characters that they are made of, so that swaps happen and nearly happen.
PIECES = [
    "效劳",
    "服务",
    "原那么",
    "那么",
    "根底",
    "发展",
    "开展",
    "工作",
    "Ａ",
    "İ",
    "ﬁ",
    "㎡",
    "萬",
    "國",
    "，",
]
texts = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=25).map("".join)


@given(texts)
def test_folding_characters_keeps_the_length(text: str) -> None:
    assert len(fold_characters(text)) == len(text)


@given(texts)
def test_characters_fold_once(text: str) -> None:
    folded = fold_characters(text)
    assert fold_characters(folded) == folded


@given(texts, texts)
def test_characters_fold_alone(left: str, right: str) -> None:
    assert fold_characters(left + right) == fold_characters(left) + fold_characters(right)


@given(texts)
def test_the_way_back_is_monotone_and_inside_the_text(text: str) -> None:
    folded = fold_with_origin(text)
    assert len(folded.origin) == len(folded.text) + 1
    assert list(folded.origin) == sorted(folded.origin)
    assert folded.origin[-1] == len(text)
    assert all(0 <= place < len(text) for place in folded.origin[:-1])


@given(texts)
def test_both_folds_agree(text: str) -> None:
    assert fold_with_origin(text).text == fold(text)


@given(texts)
def test_what_was_not_swapped_maps_to_itself(text: str) -> None:
    folded = fold_with_origin(text)
    flat = fold_characters(text)
    if folded.text == flat:
        assert tuple(folded.origin) == tuple(range(len(text) + 1))


@given(texts, st.data())
def test_a_fold_of_the_part_before_a_place_ends_at_that_place(text: str, data: st.DataObject) -> None:
    """A line's end is never part of a swap, so the map is exact on both sides of it."""
    place = data.draw(st.integers(0, len(text)))
    marked = fold_with_origin(f"{text[:place]}\n{text[place:]}")
    at = marked.text.index("\n", marked.origin.index(place))
    assert marked.origin[at] == place
    assert fold(text[:place]) + "\n" + fold(text[place:]) == marked.text


def test_spun_words_and_plain_words_become_one() -> None:
    assert fold("党群效劳中心") == fold("党群服务中心") == "党群服务中心"
    assert fold("坚持基本原那么") == fold("坚持基本原则")


def test_a_match_in_the_folded_text_is_shown_in_the_original() -> None:
    text = "坚持原那么，效劳群众"
    folded = fold_with_origin(text)
    for word, original in (("原则", "原那么"), ("服务", "效劳"), ("群众", "群众")):
        at = folded.text.index(word)
        assert text[folded.origin[at] : folded.origin[at + len(word)]] == original


def test_good_words_are_left_alone_without_their_context() -> None:
    assert fold("如果天气好,那么就开展活动") == "如果天气好,那么就开展活动"


def test_traditional_full_width_and_case_fold() -> None:
    assert fold("臺灣省ＡＢＣ１２３　國家") == fold("台湾省abc123 国家")
    assert fold("社區經費") == "社区经费"
    assert fold("公共衞生、記敍、著作權") == "公共卫生、记叙、著作权"


def test_no_swap_starts_another_one() -> None:
    """What a swap gives must not itself be spun, or a question folded once would miss a text folded twice."""
    pattern, originals = _spun()
    assert pattern is not None
    assert not [word for word in originals.values() if re.fullmatch(pattern, word)]
