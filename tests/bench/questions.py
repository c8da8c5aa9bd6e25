"""Our own questions over ../shared/policy, in both languages: `python -m tests.bench.questions HOME`.

HOME holds a library made by `kb ingest ../shared/policy`. Prints nDCG@10 of documents for the development
questions; for the third set, written before any result was seen and judged by reading the first ten of five
configurations, but by somebody who afterwards wrote entries of the dictionary; for the blind ones, which
were judged before anybody tuned on them; and for the fourth set: for each file of ../shared/policy one
question that it answers, written by reading it, with the file (and others of its family) as the only answer.
The second halves (each second question) of the blind and the fourth set have not been looked at.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from kb.config import load_settings
from kb.evaluate import ndcg
from kb.models.choose import open_embedder
from kb.ports import Embedder
from kb.search.engine import Bench, encode, find
from kb.search.question import understand
from kb.search.ranking import ranking
from kb.store.layout import Layout
from kb.store.store import Store

DATA = Path(__file__).resolve().parents[1] / "data"


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line]


def judged(name: str, language: str) -> list[tuple[str, dict[str, int]]]:
    """The questions of a set in one language, with their grades by file."""
    grades: dict[str, dict[str, int]] = {}
    for row in lines(f"{name}_qrels.jsonl"):
        grades.setdefault(row["id"], {})[row["file"]] = row["grade"]
    return [(one[language], grades[one["id"]]) for one in lines(f"{name}_questions.jsonl")]


def score(store: Store, embedder: Embedder, models: Path, text: str, grades: dict[str, int]) -> float:
    """nDCG@10 of one question's documents, each by its best passage."""
    question, snapshot = understand(text, ranking(), models), store.snapshot()
    with store.reading() as connection:
        bench = Bench(snapshot, connection, None, ranking())
        found = find(bench, question, encode(question, embedder, ranking()), "hybrid")
    files = (snapshot.cards[one.doc_key].source.split("/shared/")[-1] for one in found)
    return ndcg(list(dict.fromkeys(files)), grades, 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    settings = load_settings(parser.parse_args().home)
    store = Store.open(Layout(settings.index_folder))
    embedder = open_embedder(settings.model, settings.models_folder)
    print("| questions | language | all | broad | narrow | second half |\n|---|---|---|---|---|---|")
    for name in ("dev", "third", "blind", "fourth"):
        broad = [one["broad"] for one in lines(f"{name}_questions.jsonl")]
        for language in ("zh", "en"):
            measured = (
                score(store, embedder, settings.models_folder, text, grades)
                for text, grades in judged(name, language)
            )
            scores = list(zip(measured, broad, strict=True))
            parts = (
                [value for value, _ in scores],
                [value for value, is_broad in scores if is_broad],
                [value for value, is_broad in scores if not is_broad],
                [value for value, _ in scores[1::2]],
            )
            cells = " | ".join(f"{sum(part) / len(part):.3f}" for part in parts)
            print(f"| {name} ({len(broad)}) | {language} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
