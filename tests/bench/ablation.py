"""Each idea of the ranking off, on every set: `python -m tests.bench.ablation ../shared/eval [--every 4]`.

Prints a Markdown table of nDCG@10; docs/retrieval.md holds the one that was measured.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kb.config import load_settings
from kb.evaluate import evaluate
from kb.library import silent
from kb.search.ranking import Ranking, ranking


def variants() -> dict[str, Ranking]:
    """The ranking as shipped, and without one idea at a time."""
    full = ranking()
    off: dict[str, dict[str, float]] = {
        "weights not by coverage": {"full_coverage": 0.001},
        "no Chinese rendering": {"rendering_share": 0},
        "no feedback": {"feedback_share": 0},
        "words only, no bigrams": {"bigrams_weight": 0},
        "bigrams only, no words": {"words_weight": 0},
        "every token of a word in full": {"concept_exponent": 0, "boundary_pairs": 1},
        "titles searched too": {"title_weight": 0.5},
    }
    shares = {
        "no document score": {"document": 0.0},
        "no share said": {"said": 0.0},
        "no nearest passages of the document": {"near": 0.0},
        "weights not by the peak": {"peak_discount": 0.0},
    }
    return (
        {"as shipped": full}
        | {name: full.model_copy(update=change) for name, change in off.items()}
        | {name: _with_shares(full, change) for name, change in shares.items()}
        | {"one weighting for both languages": full.model_copy(update={"en": full.zh})}
    )


def _with_shares(full: Ranking, change: dict[str, float]) -> Ranking:
    return full.model_copy(
        update={"zh": full.zh.model_copy(update=change), "en": full.en.model_copy(update=change)}
    )


def sets(folder: Path) -> list[tuple[str, Path, Path]]:
    """(name, folder, queries) of every set, with each file of queries that it has."""
    return [
        (f"{place.name} {queries.stem.removeprefix('queries').strip('_')}".strip(), place, queries)
        for place in sorted(folder.iterdir())
        if (place / "qrels.tsv").is_file()
        for queries in sorted(place.glob("queries*.jsonl"))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="ask each n-th query only")
    parser.add_argument("--home", type=Path, default=None)
    arguments = parser.parse_args()
    settings = load_settings(arguments.home)
    found = sets(arguments.folder)
    print("| nDCG@10 | " + " | ".join(name for name, _, _ in found) + " |", flush=True)
    print("|---|" + "---|" * len(found), flush=True)
    for label, constants in variants().items():
        cells = []
        for _, place, queries in found:
            measured = evaluate(settings, place, queries, "hybrid", silent, constants, arguments.every)
            cells.append(f"{measured.ndcg_10:.4f}")
        print(f"| {label} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
