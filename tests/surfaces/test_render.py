from __future__ import annotations

import html
import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kb.surfaces.render import Layer, excerpt_span, marked, merged

TEXTS = st.text(alphabet=st.sampled_from("<>&\"'社区{}a1。；\n \u202e"), max_size=60)
SPANS = st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)), max_size=6).map(tuple)


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^<>]*>", "", markup))


@given(TEXTS, SPANS, SPANS)
def test_marking_changes_no_character_and_lets_no_tag_through(
    text: str, cited: tuple[tuple[int, int], ...], terms: tuple[tuple[int, int], ...]
) -> None:
    layers = [Layer("mark", "cited", cited, anchor="cite"), Layer("span", "flagged", terms, word="数字可疑")]
    shown = str(marked(text, layers))
    assert plain(shown) == text
    tags = re.findall(r"<[^<>]*>", shown)
    assert all(
        re.fullmatch(r'</?(mark|span)( class="\w+"| id="cite"| tabindex="-1"| data-word="\w+")*>', t)
        for t in tags
    )


@given(TEXTS, SPANS, st.integers(0, 60), st.integers(0, 60))
def test_a_part_is_marked_like_the_whole(
    text: str, spans: tuple[tuple[int, int], ...], start: int, end: int
) -> None:
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    assert plain(str(marked(text, [Layer("mark", "term", spans)], start, end))) == text[start:end]


def test_marked_wraps_nested_layers_outermost_first() -> None:
    layers = [
        Layer("mark", "cited", ((2, 6),), anchor="cite"),
        Layer("span", "flagged", ((4, 5),), word="疑"),
    ]
    assert str(marked("ab<d>fg", layers)) == (
        'ab<mark class="cited" id="cite" tabindex="-1">&lt;d'
        '<span class="flagged" data-word="疑">&gt;</span>f</mark>g'
    )


def test_the_anchor_stands_once_when_a_citation_runs_over_lines() -> None:
    text = "第一行\n第二行"
    layer = [Layer("mark", "cited", ((1, 6),), anchor="cite")]
    both = str(marked(text, layer, 0, 3)) + str(marked(text, layer, 4, 7))
    assert both.count('id="cite"') == 1
    assert both.count("<mark") == 2


@given(SPANS)
def test_merged_spans_cover_the_same_characters_without_touching(spans: tuple[tuple[int, int], ...]) -> None:
    def covered(some: tuple[tuple[int, int], ...]) -> set[int]:
        return {i for start, end in some for i in range(start, end)}

    whole = merged(spans)
    assert covered(whole) == covered(spans)
    assert all(a[1] < b[0] for a, b in pairwise(whole))


def test_an_excerpt_is_whole_sentences_around_the_marks() -> None:
    quote = "甲" * 50 + "。" + "乙" * 50 + "。" + "经费" * 20 + "。" + "丁" * 50 + "。"
    at = quote.index("经费")
    start, end = excerpt_span(quote, ((at, at + 40),), 100)
    assert start <= at < at + 40 < end
    assert end - start <= 100
    assert quote[start - 1] == "。"
    assert quote[end - 1] == "。"


def test_an_excerpt_never_cuts_a_long_sentence() -> None:
    quote = "甲" * 400 + "。" + "乙。"
    assert excerpt_span(quote, ((3, 5),), 100) == (0, 401)
    assert excerpt_span("短。", (), 100) == (0, 2)
    assert excerpt_span("", (), 100) == (0, 0)
