"""Text recognition (OCR) of pictures of pages, with the extra `ocr`: PP-OCRv6 through rapidocr, offline.

Its wheel carries the models. Nothing here is loaded before the first picture.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from importlib.util import find_spec
from statistics import median
from typing import Protocol

from kb.ingest.readers.page_line import PageLine
from kb.ingest.readers.recognition import ILLEGIBLE, Picture

_DETECTOR = 1280  # pixels of the longer side in which lines are looked for; they are read in full size
_LEGIBLE = 0.5  # confidence below which a line is set aside: stamps, stains and strokes
_UPRIGHT = 1.5  # height to width from which a line of text lies on its side
_SPARE_CORES = 2  # at most: the encoder works at the same time


# In Chinese print these marks are full-width; recognition often takes them for the narrow ones.
_WIDE = str.maketrans(",;:?!()", "，；：？！（）")
_NARROW = re.compile(r"(?<=[\u4e00-\u9fff”’》）])[,;:?!()]|[()](?=[\u4e00-\u9fff“])")


def available() -> bool:
    """Whether the extra `ocr` is installed."""
    return find_spec("rapidocr") is not None and find_spec("cv2") is not None


class _Found(Protocol):
    """What the engine found: corners of each line clockwise from the upper left, words, confidence."""

    boxes: Sequence[Sequence[Sequence[float]]]
    txts: Sequence[str] | None
    scores: Sequence[float]


class _Engine(Protocol):
    """rapidocr, as far as it is used."""

    def __call__(self, picture: Picture, /) -> _Found:
        """Everything that is written in the picture."""


class Recogniser:
    """Reads pictures of pages. Called with a picture and its page number, gives its lines as they stand.

    The lines are in pixels of the picture turned upright; a slight skew is taken out of their places.
    """

    def __init__(self) -> None:
        self._engine: _Engine | None = None

    def __call__(self, picture: Picture, page: int) -> tuple[PageLine, ...]:
        """The lines of a page, from the top down."""
        # numpy came with the engine.
        import numpy as np

        boxes = self._boxes(picture)
        if boxes and median([_tall(corners) for corners, _, _ in boxes]) > _UPRIGHT:
            boxes = self._boxes(np.ascontiguousarray(np.rot90(picture)))
        return _levelled(boxes, page)

    def _boxes(self, picture: Picture) -> list[tuple[list[tuple[float, float]], str, float]]:
        """The corners of each line (clockwise from the upper left), its text and confidence."""
        if self._engine is None:
            self._engine = _engine()
        found = self._engine(picture)
        if not found.txts:
            return []
        return [
            ([(float(x), float(y)) for x, y in corners], str(text), float(score))
            for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        ]


def _engine() -> _Engine:
    import cv2
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    engine: _Engine = RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.text_score": 0.0,  # what cannot be read is told, not dropped
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTOR,
            "Rec.rec_batch_num": 1,  # lines of one batch are padded to the longest: slower, not better
            "EngineConfig.onnxruntime.intra_op_num_threads": min(_SPARE_CORES, os.cpu_count() or 1),
        }
    )
    return engine


def _tall(corners: list[tuple[float, float]]) -> float:
    """Height to width of a line."""
    (ax, ay), (bx, by), _, (dx, dy) = corners
    return math.hypot(dx - ax, dy - ay) / max(1.0, math.hypot(bx - ax, by - ay))


def _levelled(boxes: list[tuple[list[tuple[float, float]], str, float]], page: int) -> tuple[PageLine, ...]:
    """Lines with their places turned back by the skew that the long lines show."""
    slopes = [
        math.atan2(corners[1][1] - corners[0][1], corners[1][0] - corners[0][0])
        for corners, text, _ in boxes
        if len(text) >= 8
    ]
    angle = median(slopes) if slopes else 0.0
    cosine, sine = math.cos(-angle), math.sin(-angle)
    lines = []
    for corners, text, score in boxes:
        turned = [(x * cosine - y * sine, x * sine + y * cosine) for x, y in corners]
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = turned
        lines.append(
            PageLine(
                _NARROW.sub(lambda mark: mark.group().translate(_WIDE), text.strip()),
                page,
                left=(ax + dx) / 2,
                right=(bx + cx) / 2,
                top=(ay + by) / 2,
                bottom=(cy + dy) / 2,
                confidence=score,
                furniture=ILLEGIBLE if score < _LEGIBLE else "",
            )
        )
    return tuple(sorted(lines, key=lambda line: (line.top, line.left)))
