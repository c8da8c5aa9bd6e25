"""The wheel's tokenisation, written again from its C source, to hold ours against.

The wheel itself only tells how many tokens a text has. Like it, this adds scores in float32 over the whole
text, so that even its ties fall the same way.
"""

from __future__ import annotations

import re

import numpy as np

from kb.models.weights import Weights

METASPACE = "\u2581"


class Segmentation:
    def __init__(self, weights: Weights) -> None:
        vocabulary = weights.vocabulary()
        self.pieces = vocabulary.pieces
        self._scores = vocabulary.scores
        self._ids = {piece: i for i, piece in enumerate(self.pieces) if i != vocabulary.marks.unknown}
        self._unknown = vocabulary.marks.unknown
        self._unknown_score = np.float32(vocabulary.scores.min() - 10)
        self._longest = max(map(len, self.pieces))
        self._table = weights.normalisation()
        self._marks = (vocabulary.marks.bos, vocabulary.marks.eos)

    def __call__(self, text: str) -> list[int]:
        folded = re.sub(" {2,}", " ", text.translate(self._table))
        if not folded.startswith(" "):
            folded = " " + folded
        return [self._marks[0], *self._best(folded.replace(" ", METASPACE)), self._marks[1]]

    def _best(self, text: str) -> list[int]:
        best = [np.float32(0)] + [np.float32(-1e30)] * len(text)
        back = [(0, 0)] * (len(text) + 1)
        for start in range(len(text)):
            for end in range(start + 1, min(start + self._longest, len(text)) + 1):
                piece = self._ids.get(text[start:end])
                if piece is not None and (score := best[start] + self._scores[piece]) > best[end]:
                    best[end], back[end] = score, (start, piece)
            if (score := best[start] + self._unknown_score) > best[start + 1]:
                best[start + 1], back[start + 1] = score, (start, self._unknown)
        ids, end = [], len(text)
        while end:
            end, piece = back[end]
            ids.append(piece)
        return ids[::-1]
