"""Honest silence: `python -m tests.bench.silence ../shared/eval [--every 4]`.

Half of the questions of each set are asked with their relevant documents held out: nothing answers them.
For a share of the answerable questions kept, prints how many unanswerable ones are still answered: by a plain
threshold on the fused score, and by the confidence that kb shows, fitted on the other sets of its language.
`--fit` prints the coefficients fitted on all sets, for kb/data/confidence.toml.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.config import Settings, load_settings
from kb.evaluate import open_index, read_judgements, read_queries
from kb.library import Library, silent
from kb.models.choose import open_embedder
from kb.ports import Embedder
from kb.search.confidence import evidence
from kb.search.engine import Bench, encode, find
from kb.search.question import understand
from kb.search.ranking import ranking
from kb.store.layout import Layout
from kb.store.store import Store
from tests.bench.ablation import our_own, sets

ROOT = Path(__file__).resolve().parents[2]
KEPT = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5)
FEATURES = ("score", "said", "document", "margin")  # see kb.search.confidence.evidence
USED = {"zh": (1, 3), "en": (0, 1, 2, 3)}  # in Chinese the score adds nothing to what the passage says
Rows = NDArray[np.float64]  # (questions, features)


@dataclass(frozen=True, slots=True)
class Asked:
    """The first hits of a set in one language."""

    name: str
    language: str
    answerable: Rows
    unanswerable: Rows


@dataclass(frozen=True, slots=True)
class Shelf:
    """A store to ask, with the relevant document keys of each question."""

    name: str
    settings: Settings
    store: Store
    questions: Sequence[tuple[str, frozenset[int]]]


def first_hits(shelf: Shelf, embedder: Embedder) -> Iterator[Asked]:
    """Every second question with its documents, the others without."""
    rows: Mapping[tuple[str, bool], list[list[float]]] = defaultdict(list)
    snapshot = shelf.store.snapshot()
    for place, (text, relevant) in enumerate(shelf.questions):
        answerable = place % 2 == 0
        within = None if answerable else frozenset(snapshot.cards) - relevant
        question = understand(text, ranking(), shelf.settings.models_folder)
        with shelf.store.reading() as connection:
            bench = Bench(snapshot, connection, within, ranking())
            found = find(bench, question, encode(question, embedder, ranking()), "hybrid")
        language = "en" if question.language == "en" else "zh"
        first = evidence(found[0], question) if found else (0.0,) * len(FEATURES)
        rows[language, answerable].append(list(first))
    for language in sorted({language for language, _ in rows}):
        yield Asked(shelf.name, language, np.array(rows[language, True]), np.array(rows[language, False]))


def shelves(
    folder: Path, settings: Settings, embedder: Embedder, every: int, own_home: Path | None
) -> Iterator[Shelf]:
    """The sets of the folder, our questions over a library of ../shared/policy, the samples."""
    for name, place, queries in sets(folder):
        store = open_index(settings, place, embedder, silent)
        keys = {card.source: key for key, card in store.snapshot().cards.items()}
        grades = read_judgements(place / "qrels.tsv")
        asked = [(query.text, frozenset(keys[id] for id in grades[query.id] if id in keys))
                 for query in read_queries(queries) if grades.get(query.id)]  # fmt: skip
        yield Shelf(name, settings, store, asked[::every])
    for one in our_own(own_home) if own_home else ():
        keys = {called: key for key, called in one.called.items()}
        relevant = [
            (text, frozenset(keys[file] for file in grades if file in keys)) for text, grades in one.asked
        ]
        yield Shelf(one.name, settings, one.store, relevant)
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "indexes").mkdir()
        (Path(home) / "indexes" / ".models").symlink_to(settings.models_folder.resolve())
        own = load_settings(Path(home), environ={})
        with Library.open(own) as library:
            library.ingest([ROOT / "corpus" / "samples"])
            parts = {card.id: library.document(card.id).part for card in library.cards()}
        store = Store.open(Layout(own.index_folder))
        cards = store.snapshot().cards
        keys = {f"{Path(card.source).name}#{parts[card.id]}": key for key, card in cards.items()}
        yield Shelf("samples", own, store, list(_about_samples(keys)))


def _about_samples(keys: Mapping[str, int]) -> Iterator[tuple[str, frozenset[int]]]:
    relevant: dict[str, set[int]] = defaultdict(set)
    for line in (ROOT / "corpus" / "eval" / "qrels.jsonl").read_text(encoding="utf-8").splitlines():
        judged = json.loads(line)
        relevant[judged["query"]].add(keys[f"{judged['source']}#{judged['part']}"])
    for line in (ROOT / "corpus" / "eval" / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        query = json.loads(line)
        if query["id"] in relevant:
            yield query["text"], frozenset(relevant[query["id"]])


def fitted(asked: Sequence[Asked]) -> NDArray[np.float64]:
    """Coefficients (features + 1), the last the bias: logistic regression in which each set weighs alike.

    Those that the language does not use are 0.
    """
    used = USED[asked[0].language]
    rows, answers, worth = [], [], []
    for one in asked:
        for part, answer in ((one.answerable, 1.0), (one.unanswerable, 0.0)):
            rows.append(part[:, used])
            answers.append(np.full(len(part), answer))
            worth.append(np.full(len(part), 1 / len(part)))
    x = np.c_[np.concatenate(rows), np.ones(sum(map(len, rows)))]
    y, w = np.concatenate(answers), np.concatenate(worth) * len(x) / len(worth)
    ridge = np.diag([*x.var(axis=0)[:-1], 1e-6])  # as if each had the same spread
    at = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ at))
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + ridge
        at -= np.linalg.solve(hessian, x.T @ (w * (p - y)) + ridge @ at)
    every = np.zeros(len(FEATURES) + 1)
    every[[*used, -1]] = at
    return every


def still_answered(kept: float, answerable: NDArray[np.float64], unanswerable: NDArray[np.float64]) -> float:
    """The share of unanswerable ones above the threshold that keeps `kept` of the answerable ones."""
    return float((unanswerable >= np.quantile(answerable, 1 - kept)).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="ask each n-th question only")
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--own", type=Path, default=None, help="a library of ../shared/policy")
    parser.add_argument("--fit", action="store_true")
    arguments = parser.parse_args()
    settings = load_settings(arguments.home)
    embedder = open_embedder(settings.model, settings.models_folder)
    asked = [one for shelf in shelves(arguments.folder, settings, embedder, arguments.every, arguments.own)
             for one in first_hits(shelf, embedder)]  # fmt: skip
    print(
        "| set | by | "
        + " | ".join(f"{kept:.0%} kept" for kept in KEPT)
        + " |\n|---|---|"
        + "---|" * len(KEPT)
    )
    for one in asked:
        others = [other for other in asked if other.language == one.language and other.name != one.name]
        at = fitted(others or [one])
        for label, weights in (("fused score", np.eye(len(FEATURES))[0]), ("confidence", at)):
            a, b = (part @ weights[: len(FEATURES)] for part in (one.answerable, one.unanswerable))
            cells = " | ".join(f"{still_answered(kept, a, b):.2f}" for kept in KEPT)
            print(f"| {one.name} ({one.language}) | {label} | {cells} |", flush=True)
    if arguments.fit:
        for language in ("zh", "en"):
            at = fitted([one for one in asked if one.language == language])
            print(f"[{language}]", *(f"{n} = {v:.2f}" for n, v in zip((*FEATURES, "bias"), at, strict=True)))


if __name__ == "__main__":
    main()
