"""How much of one passage stands in another."""

from hypothesis import given
from hypothesis import strategies as st

from kb.search.overlap import overlaps
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
