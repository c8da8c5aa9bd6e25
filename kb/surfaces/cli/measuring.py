"""`kb eval`."""

from __future__ import annotations

import sys
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from kb.config import load_settings
from kb.errors import QuestionError
from kb.evaluate import Measured, evaluate
from kb.surfaces.cli.common import AsJson, Home, ModeName, out
from kb.surfaces.cli.opening import watched


def evaluate_set(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A BEIR-format set.")],
    queries: Annotated[Path | None, typer.Option("--queries", help="Another file of queries.")] = None,
    mode: Annotated[ModeName, typer.Option("--mode")] = ModeName.hybrid,
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Measure retrieval on a BEIR-format set; its index is kept under indexes/.eval/."""
    if not folder.is_dir():
        raise QuestionError(f"{folder} is no folder")
    with watched() as progress:
        measured = evaluate(load_settings(home), folder, queries, mode.value, progress)
    items = measured_items(measured)
    if json:
        sys.stdout.write(dumps(dict(items)) + "\n")
    else:
        for name, value in items:
            out.print(f"{name:>18}  {value}")


def measured_items(measured: Measured) -> list[tuple[str, float | int | str]]:
    """The measures of a set under the names that the field uses."""
    return [
        ("ndcg@10", measured.ndcg_10),
        ("mrr@10", measured.mrr_10),
        ("recall@10", measured.recall_10),
        ("recall@100", measured.recall_100),
        ("queries", measured.queries),
        ("mode", measured.mode),
        ("seconds_per_query", measured.seconds_per_query),
    ]
