"""`kb demo`: the samples, the two example questions, a small comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import typer
from rich.rule import Rule
from rich.text import Text

from kb.compare.table import CompareRequest
from kb.config import load_settings
from kb.library import Library
from kb.resources import resource_folder
from kb.surfaces import shapes, wire
from kb.surfaces.cli import show as screen
from kb.surfaces.cli.common import DONE_IN_PART, AsJson, Home, emit, log, out
from kb.surfaces.cli.excerpts import print_answer
from kb.surfaces.cli.opening import watched
from kb.types import Answer, Comparison, Question

QUESTIONS = ("其他区是怎么解决社区办公用房经费的", "how did other districts fund community offices")
_INDEX = "demo"
_HITS = 3
_TOPIC = "社区办公用房经费"
_LENS = "default"


@dataclass(frozen=True, slots=True)
class DemoOut:
    """What the demonstration found."""

    answers: list[shapes.SearchOut]
    comparison: shapes.ComparisonOut


def demo(home: Home = None, json: AsJson = False) -> None:
    """Try everything on the samples: invented documents of two invented cities."""
    samples = resource_folder("corpus/samples")
    settings = load_settings(home, _INDEX)
    with Library.open(settings) as library:
        log.print(f"样本资料（地名与数字均为虚构）：{samples}", markup=False)
        with watched() as progress:
            report = library.ingest([samples], prune=True, progress=progress)
        screen.print_failures(report)
        answers = [library.search(Question(text, top_k=_HITS, per_region=1)) for text in QUESTIONS]
        comparison = library.compare(CompareRequest(_TOPIC, lens=_LENS, best=_HITS))
    if json:
        emit(DemoOut([wire.search_out(answer) for answer in answers], wire.comparison_out(comparison)))
    else:
        _print(answers, comparison)
    if report.failed:
        raise typer.Exit(DONE_IN_PART)


def _print(answers: Sequence[Answer], comparison: Comparison) -> None:
    for answer in answers:
        out.print(Rule(Text(answer.query, style="bold")))
        print_answer(answer)
    out.print(Rule(Text(f"对比：{_TOPIC}", style="bold")))
    screen.print_comparison(comparison)
    out.print()
    out.print("打开网页：  kb serve --index demo   然后在浏览器中打开 http://127.0.0.1:8765/")
    out.print("放入自己的资料：  kb ingest 文件夹   再  kb search 问题")
