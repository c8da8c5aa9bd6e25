"""Text to token ids as XLM-RoBERTa's SentencePiece model gives them, run by `tokenizers`.

Folding (the wheel's map, one code point at a time) happens here, because the normalisers of `tokenizers` work
on whole graphemes. Runs of spaces become one, and a space becomes U+2581.

Loading 250 000 pieces takes a second and 270 MB, but a piece matches only where it occurs, so leaving others
out changes no id. For the first texts, which are all that a question needs, only those that occur in them are
loaded (10 ms); then 110 000 of Han characters, ASCII, Greek, kana and signs (0.2 s), and all when
a text needs them.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Sequence

from tokenizers import Tokenizer, models, pre_tokenizers

from kb.models.weights import Vocabulary, Weights

Ids = list[int]

_METASPACE = "\u2581"
# Two characters that folding deletes, so that no text can hold them: one stands for every character without
# a piece, the other replaces the name of the unknown piece, which no text may match.
_UNSEEN = "\x01"
_UNKNOWN_PIECE = "\x02"
_SPACES = re.compile(" {2,}")
_COMMON = re.compile(
    "[\x01-\x7f\u00a0-\u00bf\u00d7\u00f7"  # ASCII, signs such as · × °
    "\u02b0-\u03ff\u2000-\u2bff"  # accents, Greek, punctuation, symbols
    "\u2e80-\u9fff\ue000-\uffff\U00010000-\U0010ffff]*"  # kana, Han, compatibility forms, emoji
)
_LOADED_ALONE = 2  # times that pieces are loaded for one text: a question and its Chinese rendering
_LONGEST_PIECE = 16  # characters; no piece of the vocabulary is longer


class PieceTokenizer:
    """Token ids of a text between its sentence marks, cut to the encoder's longest input. Thread-safe."""

    def __init__(self, weights: Weights, common: bytes) -> None:
        """`common` is what `common_pieces` made of these weights."""
        self._weights = weights
        self._marks = weights.marks()
        self._common = common  # until they are loaded
        self._table = {0: "", **weights.normalisation()}  # U+0000 ends the wheel's text; here it vanishes
        self._room = weights.shape.positions - 2
        self._segmenter: _Segmenter | None = None
        self._loads = 0
        self._lock = threading.Lock()

    def __call__(self, text: str) -> Ids:
        """The ids of `text`, at most as many as the encoder takes; the last is always the end mark."""
        folded = self._fold(text)
        segmenter = self._segmenter
        if segmenter is None or not segmenter.covers(folded):
            segmenter = self._loaded(folded)
        return [self._marks.bos, *segmenter(folded)[: self._room], self._marks.eos]

    def _fold(self, text: str) -> str:
        # Beyond this length no token can fit any more; one piece of margin keeps the last ones as they were.
        limit = (self._room + 1) * _LONGEST_PIECE
        mapped = text[: 4 * limit].encode("utf-8", "replace").decode().translate(self._table)
        folded = _SPACES.sub(" ", mapped).replace(" ", _METASPACE)[:limit]
        return folded if folded.startswith(_METASPACE) else _METASPACE + folded

    def _loaded(self, folded: str) -> _Segmenter:
        """A segmenter that covers `folded`, kept for the texts to come."""
        with self._lock:
            if self._segmenter is None or not self._segmenter.covers(folded):
                self._loads += 1
                self._segmenter = self._load(folded)
            return self._segmenter

    def _load(self, folded: str) -> _Segmenter:
        if self._loads <= _LOADED_ALONE:
            ids, pieces = self._weights.pieces_in(folded)
            return _Segmenter(
                [*pieces, (_UNKNOWN_PIECE, 0.0)], [*ids, self._marks.unknown], folded.__contains__
            )
        if self._common and _COMMON.fullmatch(folded):
            values = json.loads(self._common)
            self._common = b""
            pairs = list(zip(values["pieces"], values["scores"], strict=True))
            return _Segmenter(pairs, values["ids"], lambda text: _COMMON.fullmatch(text) is not None)
        vocabulary = self._weights.vocabulary()
        pairs = list(zip(_renamed(vocabulary), vocabulary.scores.tolist(), strict=True))
        return _Segmenter(pairs, range(len(pairs)), lambda _: True)


def common_pieces(vocabulary: Vocabulary) -> bytes:
    """What `PieceTokenizer` loads for many texts, as JSON: pieces of common characters, ids and scores."""
    pieces = _renamed(vocabulary)
    ids = [i for i, piece in enumerate(pieces) if _COMMON.fullmatch(piece)]
    values = {
        "pieces": [pieces[i] for i in ids],
        "scores": [float(vocabulary.scores[i]) for i in ids],
        "ids": ids,
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _renamed(vocabulary: Vocabulary) -> list[str]:
    pieces = list(vocabulary.pieces)
    pieces[vocabulary.marks.unknown] = _UNKNOWN_PIECE
    return pieces


class _Segmenter:
    """The most probable pieces of folded text; every character without a piece gives one unknown id.

    `tokenizers` would merge neighbouring unknown characters, so each is cut off before the search.
    """

    def __init__(
        self, pairs: list[tuple[str, float]], ids: Sequence[int], covers: Callable[[str], bool]
    ) -> None:
        """`ids` are the pieces' own; `covers` says of a folded text whether all it can match is here."""
        unknown = next(place for place, (piece, _) in enumerate(pairs) if piece == _UNKNOWN_PIECE)
        self._tokenizer = Tokenizer(models.Unigram(pairs, unknown, False))
        self._tokenizer.pre_tokenizer = pre_tokenizers.Split(_UNSEEN, "isolated")
        self._seen = _Seen(self._tokenizer)
        self._ids = ids
        self.covers = covers

    def __call__(self, folded: str) -> Ids:
        return [self._ids[i] for i in self._tokenizer.encode(folded.translate(self._seen)).ids]


class _Seen(dict[int, str]):
    """Code point → itself when it is a piece (every character of a piece is one), else the unseen mark."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._tokenizer = tokenizer

    def __missing__(self, point: int) -> str:
        character = chr(point)
        known = self._tokenizer.token_to_id(character) is not None
        self[point] = character if known else _UNSEEN
        return self[point]
