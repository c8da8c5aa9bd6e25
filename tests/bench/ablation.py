"""Each idea of the ranking off, on every set: `python -m tests.bench.ablation ../shared/eval [--own HOME]`.

Prints a Markdown table of nDCG@10; docs/retrieval.md holds the one that was measured. HOME is a library of
../shared/policy, for our own questions (see tests/bench/questions.py). `--every 4` asks each fourth
question. A question is encoded once for all variants.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kb.config import Settings, load_settings
from kb.evaluate import ndcg, open_index, read_judgements, read_queries
from kb.library import silent
from kb.models.choose import open_embedder
from kb.ports import Embedder, Vector, Vectors
from kb.search import bridge, dictionary, engine
from kb.search.engine import Bench, encode, find
from kb.search.question import understand
from kb.search.ranking import Ranking, ranking
from kb.store import queries
from kb.store.layout import Layout
from kb.store.store import Store
from tests.bench import questions

_OF_OUR_OWN = 130  # questions of one set, about, that are asked


@dataclass(frozen=True, slots=True)
class Remembering:
    """An encoder that encodes a question once."""

    inner: Embedder
    held: dict[str, Vector] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def dim(self) -> int:
        return self.inner.dim

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self.inner.passages(texts)

    def query(self, text: str) -> Vector:
        if text not in self.held:
            self.held[text] = self.inner.query(text)
        return self.held[text]


@dataclass(frozen=True, slots=True)
class Judged:
    """A set: its store, what its documents are called in the judgements, the questions with their grades."""

    name: str
    store: Store
    called: dict[int, str]
    asked: Sequence[tuple[str, dict[str, int]]]

    def score(self, constants: Ranking, embedder: Embedder, models: Path) -> float:
        """Mean nDCG@10."""
        snapshot, gained = self.store.snapshot(), []
        for text, grades in self.asked:
            question = understand(text, constants, models)
            with self.store.reading() as connection:
                bench = Bench(snapshot, connection, None, constants)
                found = find(bench, question, encode(question, embedder, constants), "hybrid")
            gained.append(ndcg(list(dict.fromkeys(self.called[one.doc_key] for one in found)), grades, 10))
        return float(np.mean(gained))


def variants() -> dict[str, Ranking]:
    """The ranking as shipped, and without one idea at a time."""
    full = ranking()
    off: dict[str, dict[str, float]] = {
        "weights not by coverage": {"full_coverage": 0.001},
        "words only, no bigrams": {"bigrams_weight": 0},
        "bigrams only, no words": {"words_weight": 0},
        "every token of a word in full": {"concept_exponent": 0, "boundary_pairs": 1},
        "titles searched too": {"title_weight": 0.5},
        "rendering always behind the English": {"known_question": 1.01},
    }
    shares = {
        "no Chinese rendering": {"rendering": 0.0},
        "no feedback": {"feedback": 0.0},
        "no document score": {"document": 0.0},
        "no share said": {"said": 0.0},
        "no nearest passages of the document": {"near": 0.0},
        "weights not by the peak": {"peak_discount": 0.0},
    }
    return (
        {"as shipped": full}
        | {name: full.model_copy(update=change) for name, change in off.items()}
        | {name: _with_shares(full, change) for name, change in shares.items()}
        | {"one weighting for both languages": full.model_copy(update={"en": full.zh, "en_unknown": full.zh})}
    )


def _with_shares(full: Ranking, change: dict[str, float]) -> Ranking:
    languages = {"zh": full.zh, "en": full.en, "en_unknown": full.en_unknown}
    return full.model_copy(update={key: one.model_copy(update=change) for key, one in languages.items()})


@contextmanager
def without(owner: object, name: str, instead: object) -> Iterator[None]:
    """Something of ours replaced for a while."""
    kept = getattr(owner, name)
    setattr(owner, name, instead)
    try:
        yield
    finally:
        setattr(owner, name, kept)


def _never(_self: object, _words: object) -> None:
    return None


def _as_encoded(vector: Vector, _encoder: str) -> Vector:
    return vector


def _all_together(held: Sequence[int]) -> list[int]:
    return [sum(held)] * len(held)


def sets(folder: Path) -> list[tuple[str, Path, Path]]:
    """(name, folder, queries) of every set, with each file of queries that it has."""
    return [
        (f"{place.name} {queries.stem.removeprefix('queries').strip('_')}".strip(), place, queries)
        for place in sorted(folder.iterdir())
        if (place / "qrels.tsv").is_file()
        for queries in sorted(place.glob("queries*.jsonl"))
    ]


def judged(folder: Path, settings: Settings, embedder: Embedder, every: int) -> Iterator[Judged]:
    """The sets of the folder, each n-th question."""
    for name, place, asked_in in sets(folder):
        store = open_index(settings, place, embedder, silent)
        grades = read_judgements(place / "qrels.tsv")
        asked = [(one.text, grades[one.id]) for one in read_queries(asked_in) if grades.get(one.id)]
        called = {key: card.source for key, card in store.snapshot().cards.items()}
        yield Judged(name, store, called, asked[::every])


def our_own(home: Path) -> Iterator[Judged]:
    """Our questions over ../shared/policy, of a large set every n-th."""
    store = Store.open(Layout(load_settings(home).index_folder))
    cards = store.snapshot().cards
    called = {key: card.source.split("/shared/")[-1] for key, card in cards.items()}
    for name in ("dev", "third", "blind", "fourth"):
        for language in ("zh", "en"):
            asked = questions.judged(name, language)
            yield Judged(f"{name} {language}", store, called, asked[:: max(1, len(asked) // _OF_OUR_OWN)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="ask each n-th query only")
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--own", type=Path, default=None, help="a library of ../shared/policy")
    arguments = parser.parse_args()
    settings = load_settings(arguments.home)
    embedder = Remembering(open_embedder(settings.model, settings.models_folder))
    found = list(judged(arguments.folder, settings, embedder, arguments.every))
    found += our_own(arguments.own) if arguments.own else []
    print("| nDCG@10 | " + " | ".join(one.name for one in found) + " |", flush=True)
    print("|---|" + "---|" * len(found), flush=True)

    def row(label: str, constants: Ranking) -> None:
        cells = (f"{one.score(constants, embedder, settings.models_folder):.4f}" for one in found)
        print(f"| {label} | " + " | ".join(cells) + " |", flush=True)

    for label, constants in variants().items():
        row(label, constants)
    with without(queries, "accumulate", _all_together):
        row(
            "forms of a term in no order",
            ranking().model_copy(update={"known_sense_decay": ranking().sense_decay}),
        )
    with without(engine, "turned", _as_encoded):
        row("English vectors not turned", ranking())
    with without(bridge, "_LEAST_APART", np.inf):
        row("no English terms apart", ranking())
        with without(dictionary.Dictionary, "find_loosely", _never):
            row("English terms only as spelt", ranking())


if __name__ == "__main__":
    main()
