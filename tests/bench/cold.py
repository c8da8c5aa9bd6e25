"""Where the time of a cold question goes: `python -m tests.bench.cold HOME [--against CHECKOUT]`.

Every run is a process of its own. Times are processor seconds, so that what else runs on the machine counts
less; `--against` asks the same question with another checkout in turns with this one and prints the ratio.
The parts come one after the other here, where `kb search` opens the encoder beside the index.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = {
    "Chinese": "其他区怎么解决社区办公用房经费",
    "English": "how did other districts fund community offices",
}

_PARTS = """
import gc, json, sys, time
gc.disable()  # as kb.__main__ does
marks, at = {}, time.process_time()
def mark(name):
    global at
    now = time.process_time()
    marks[name] = now - at
    at = now
marks["interpreter"] = at
home, question = sys.argv[1:]
from pathlib import Path
import kb.surfaces.cli.asking
import kb.surfaces.cli
from kb.asking import Asking
from kb.config import load_settings
from kb.search.dictionary import open_dictionary
from kb.search.question import language_of
from kb.text.tokens import words
from kb.types import Question
gc.freeze()
gc.enable()
mark("imports")
library = Asking.open(load_settings(Path(home)))
library.cards()
mark("index")
words(question)
if language_of(question) != "zh":
    open_dictionary(library.settings.models_folder)
mark("dictionary")
library.open_encoder()
mark("encoder")
library.search(Question(question))
mark("question")
print(json.dumps(marks))
"""


def parts(home: Path, question: str) -> dict[str, float]:
    """Processor seconds of each part of one cold question."""
    done = subprocess.run(
        [sys.executable, "-c", _PARTS, str(home), question],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    marks: dict[str, float] = json.loads(done.stdout)
    return marks


@dataclass(frozen=True, slots=True)
class Cost:
    """What one `kb search` took."""

    worked: float  # processor seconds
    waited: float  # seconds by the clock
    megabytes: float  # most memory at a time, 10^6 bytes


def whole(checkout: Path, home: Path, question: str) -> Cost:
    """One `kb search` in a process of its own."""
    command = [sys.executable, "-m", "kb", "search", question, "--home", str(home)]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=checkout, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    waited = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return Cost(used.ru_utime + used.ru_stime, waited, used.ru_maxrss * 1024 / 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--against", type=Path, help="another checkout, measured in turns with this one")
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    for language, question in QUESTIONS.items():
        whole(ROOT, chosen.home, question)  # fills the caches that a home keeps
        runs = [parts(chosen.home, question) for _ in range(chosen.runs)]
        print(f"{language}: {question}")
        for name in runs[0]:
            print(f"  {name:12} {statistics.median(run[name] for run in runs):6.2f} s")
        checkouts = [ROOT, *([chosen.against.resolve()] if chosen.against else [])]
        turns = [
            [whole(checkout, chosen.home, question) for checkout in checkouts] for _ in range(chosen.runs)
        ]
        for name, costs in zip(("kb search", "against"), zip(*turns, strict=True), strict=False):
            _print(name, costs)
        if chosen.against:
            ratio = statistics.median(ours.worked / theirs.worked for ours, theirs in turns)
            print(f"  {'ratio':12} {ratio:6.2f}")


def _print(name: str, costs: Sequence[Cost]) -> None:
    worked, waited = (
        statistics.median(getattr(cost, what) for cost in costs) for what in ("worked", "waited")
    )
    least, most = min(cost.waited for cost in costs), max(cost.megabytes for cost in costs)
    print(f"  {name:12} {worked:6.2f} s, by the clock {waited:.2f} s, at least {least:.2f} s, {most:.0f} MB")


if __name__ == "__main__":
    main()
