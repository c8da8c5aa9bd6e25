"""How much of one passage stands in another."""

from hypothesis import given
from hypothesis import strategies as st

from kb.search.overlap import overlaps, unrepeated
from kb.text.tokens import bigrams

TEXTS = st.lists(st.text("社区办公用房 a1。", max_size=30), min_size=1, max_size=6)


@given(TEXTS, TEXTS)
def test_shares_are_those_of_the_sets_of_pairs(texts: list[str], others: list[str]) -> None:
    found = overlaps(texts, others)
    for row, text in zip(found, texts, strict=True):
        for share, other in zip(row, others, strict=True):
            one, two = set(bigrams(text)), set(bigrams(other))
            smaller = min(len(one), len(two))
            assert share == (len(one & two) / smaller if smaller else 1)


@given(TEXTS, st.sampled_from([0.5, 0.8, 0.9, 1.0]))
def test_what_stays_is_in_nothing_that_stays_before_it(texts: list[str], share: float) -> None:
    shares, kept = overlaps(texts, texts), list[int]()
    for place in range(len(texts)):
        if not (shares[place, kept] >= share).any():
            kept.append(place)
    assert unrepeated(texts, share) == kept


def test_long_texts_that_differ_in_a_word_are_one() -> None:
    text = "".join(chr(0x4E00 + i * 7 % 3000) for i in range(2000))
    others = [text[:900] + "社区" + text[900:], text[500:1500], "".join(reversed(text)), ""]
    assert unrepeated([text, *others], 0.9) == [0, 3]


def test_of_no_texts_none_stay() -> None:
    assert unrepeated([], 0.9) == []
