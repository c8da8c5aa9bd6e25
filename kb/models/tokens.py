"""Text to token ids as XLM-RoBERTa's SentencePiece model gives them, run by `tokenizers`.

Folding (the wheel's map, one code point at a time) happens here, because the normalisers of `tokenizers` work
on whole graphemes. Runs of spaces become one, and a space becomes U+2581.

Loading 250 000 pieces takes a second and 270 MB, while a text of Han characters, ASCII, Greek, kana and signs
can only match pieces made of those. So these 110 000 pieces are loaded at first, and all when a text needs
them, which changes no id: a piece matches only where all its characters are in the text.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence

from tokenizers import Tokenizer, models, pre_tokenizers

from kb.models.weights import Vocabulary

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
_LONGEST_PIECE = 16  # characters; no piece of the vocabulary is longer


class PieceTokenizer:
    """Token ids of a text between its sentence marks, cut to the encoder's longest input. Thread-safe."""

    def __init__(
        self, common: bytes, table: Mapping[int, str], vocabulary: Callable[[], Vocabulary], longest: int
    ) -> None:
        """`common` is what `common_pieces` made; `vocabulary` is called when others are needed."""
        values = json.loads(common)
        self._bos, self._eos = values["bos"], values["eos"]
        pairs = list(zip(values["pieces"], values["scores"], strict=True))
        ids = values["ids"]
        self._segmenter = _Segmenter(pairs, ids.index(values["unknown"]), ids)
        self._whole = False
        self._vocabulary = vocabulary
        self._table = {0: "", **table}  # the wheel ends the text at U+0000; here it only vanishes
        self._room = longest - 2
        self._lock = threading.Lock()

    def __call__(self, text: str) -> Ids:
        """The ids of `text`, at most as many as the encoder takes; the last is always the end mark."""
        folded = self._fold(text)
        if not (self._whole or _COMMON.fullmatch(folded)):
            self._load_all()
        return [self._bos, *self._segmenter(folded)[: self._room], self._eos]

    def _fold(self, text: str) -> str:
        # Beyond this length no token can fit any more; one piece of margin keeps the last ones as they were.
        limit = (self._room + 1) * _LONGEST_PIECE
        mapped = text[: 4 * limit].encode("utf-8", "replace").decode().translate(self._table)
        folded = _SPACES.sub(" ", mapped).replace(" ", _METASPACE)[:limit]
        return folded if folded.startswith(_METASPACE) else _METASPACE + folded

    def _load_all(self) -> None:
        with self._lock:
            if not self._whole:
                vocabulary = self._vocabulary()
                pairs = list(zip(_renamed(vocabulary), vocabulary.scores.tolist(), strict=True))
                self._segmenter = _Segmenter(pairs, vocabulary.unknown, range(len(pairs)))
                self._whole = True


def common_pieces(vocabulary: Vocabulary) -> bytes:
    """What `PieceTokenizer` loads first, as JSON: the pieces of common characters with ids and scores."""
    pieces = _renamed(vocabulary)
    ids = [i for i, piece in enumerate(pieces) if _COMMON.fullmatch(piece)]
    values = {
        "pieces": [pieces[i] for i in ids],
        "scores": [float(vocabulary.scores[i]) for i in ids],
        "ids": ids,
        "bos": vocabulary.bos,
        "eos": vocabulary.eos,
        "unknown": vocabulary.unknown,
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _renamed(vocabulary: Vocabulary) -> list[str]:
    pieces = list(vocabulary.pieces)
    pieces[vocabulary.unknown] = _UNKNOWN_PIECE
    return pieces


class _Segmenter:
    """The most probable pieces of folded text; every character without a piece gives one unknown id.

    `tokenizers` would merge neighbouring unknown characters, so each is cut off before the search.
    """

    def __init__(self, pairs: list[tuple[str, float]], unknown: int, ids: Sequence[int]) -> None:
        """`unknown` is a position in `pairs`; `ids` are the pieces' own."""
        self._tokenizer = Tokenizer(models.Unigram(pairs, unknown, False))
        self._tokenizer.pre_tokenizer = pre_tokenizers.Split(_UNSEEN, "isolated")
        self._seen = _Seen(self._tokenizer)
        self._ids = ids

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
