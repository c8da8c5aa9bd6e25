"""The turn from English to Chinese vectors, from our own dictionary: `python -m tests.bench.turn [--write]`.

Encodes each English term of the everyday list and the glossary that says something, and the first of its
Chinese forms. Prints how near the two are before and after on the terms that were left out of the turn, every
tenth; with `--write` keeps the turn made of all in kb/data. Takes about three minutes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from kb.config import load_settings
from kb.models.choose import open_embedder
from kb.models.engines import cores
from kb.ports import Embedder, Vectors
from kb.search.terms import our_terms
from kb.search.turning import FILE, packed, turn_between

DATA = Path(__file__).resolve().parents[2] / "kb" / "data"
_LEAST_WEIGHT = 0.6
_LEFT_OUT = 10  # every tenth


def pairs() -> Iterator[tuple[str, str]]:
    """(English, Chinese) of each term, as they are said."""
    return ((english, chinese[0]) for english, (weight, chinese) in our_terms() if weight >= _LEAST_WEIGHT)


def encoded(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Each as a question (n, d)."""
    with ThreadPoolExecutor(cores()) as pool:
        return np.stack(list(pool.map(embedder.query, texts)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"keep the turn in kb/data/{FILE}")
    arguments = parser.parse_args()
    settings = load_settings(None)
    embedder = open_embedder(settings.model, settings.models_folder)
    terms = sorted(set(pairs()))
    english, chinese = (encoded(texts, embedder) for texts in zip(*terms, strict=True))
    out = np.arange(len(terms)) % _LEFT_OUT == 0
    turn = turn_between(embedder.name, english[~out], chinese[~out])
    turned = (english[out] - turn.english) @ turn.rotation + turn.chinese
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    print("| of the terms left out | cosine to its form | its form is the nearest |\n|---|---|---|")
    for label, moved in (("as encoded", english[out]), ("turned", turned)):
        cosines = moved @ chinese[out].T
        first = float(np.mean(cosines.argmax(axis=1) == np.arange(len(cosines))))
        print(f"| {label} | {float(np.diag(cosines).mean()):.3f} | {first:.2f} |")
    if arguments.write:
        (DATA / FILE).write_bytes(packed(turn_between(embedder.name, english, chinese)))


if __name__ == "__main__":
    main()
