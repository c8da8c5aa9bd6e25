"""From text and offsets to safe HTML: every character of a document is escaped, every tag is ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from kb.text.sentences import sentence_spans

Span = tuple[int, int]  # half-open


@dataclass(frozen=True, slots=True)
class Layer:
    """Spans that are wrapped in one kind of element; where the first begins, `anchor` is the element's id."""

    tag: str
    css: str
    spans: tuple[Span, ...]
    anchor: str = ""
    word: str = ""  # shown after the span by the style sheet, so that it is no part of the text


def marked(text: str, layers: Sequence[Layer], start: int = 0, end: int | None = None) -> Markup:
    """`text[start:end]` escaped, the layers' spans (offsets in `text`) wrapped, outermost layer first."""
    stop = len(text) if end is None else end
    if not layers:
        return escape(text[start:stop])
    layer, rest = layers[0], layers[1:]
    pieces = (
        _wrapped(layer, marked(text, rest, left, right), (left, right))
        if inside
        else marked(text, rest, left, right)
        for left, right, inside in _cut(merged(layer.spans), start, stop)
    )
    return Markup("").join(pieces)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same characters covered by spans in order that neither touch nor overlap, none empty."""
    whole: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return tuple(whole)


def excerpt_span(quote: str, marks: Sequence[Span], limit: int) -> Span:
    """Whole sentences of `quote`, at most `limit` characters of them, where the marks are densest.

    One sentence that is longer than the limit is given whole: a passage is never cut inside a sentence.
    """
    sentences = list(sentence_spans(quote))
    if not sentences or len(quote) <= limit:
        return 0, len(quote)
    windows = [_grown(sentences, first, limit) for first in range(len(sentences))]
    return max(windows, key=lambda window: (_covered(marks, window), -window[0]))


def _grown(sentences: Sequence[Span], first: int, limit: int) -> Span:
    start, end = sentences[first]
    for _, right in sentences[first + 1 :]:
        if right - start > limit:
            break
        end = right
    return start, end


def _covered(marks: Sequence[Span], window: Span) -> int:
    return sum(max(0, min(end, window[1]) - max(start, window[0])) for start, end in marks)


def _cut(spans: Sequence[Span], start: int, stop: int) -> Iterator[tuple[int, int, bool]]:
    """`[start, stop)` in pieces (left, right, inside a span)."""
    at = start
    for left, right in spans:
        left, right = max(left, at), min(right, stop)
        if left >= right:
            continue
        if at < left:
            yield at, left, False
        yield left, right, True
        at = right
    if at < stop:
        yield at, stop, False


def _wrapped(layer: Layer, inner: Markup, piece: Span) -> Markup:
    anchored = layer.anchor and layer.spans and piece[0] == min(layer.spans)[0]
    anchor = Markup(' id="{}" tabindex="-1"').format(layer.anchor) if anchored else Markup("")
    word = Markup(' data-word="{}"').format(layer.word) if layer.word else Markup("")
    return Markup('<{0} class="{1}"{2}{3}>{4}</{0}>').format(layer.tag, layer.css, anchor, word, inner)
