"""Where the time of a cold question goes: `python -m tests.bench.cold HOME [--against CHECKOUT]`.

Every run is a process of its own. Times are processor seconds, so that what else runs on the machine counts
less; `--against` asks the same question with another checkout in turns with this one and prints the ratio.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = {
    "Chinese": "其他区怎么解决社区办公用房经费",
    "English": "how did other districts fund community offices",
}

_PARTS = """
import json, sys, time
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
from kb.config import load_settings
from kb.library import Library
from kb.search.dictionary import open_dictionary
from kb.search.question import language_of
from kb.text.tokens import words
from kb.types import Question
mark("imports")
library = Library.open(load_settings(Path(home)))
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


def whole(checkout: Path, home: Path, question: str) -> tuple[float, float]:
    """Processor seconds of `kb search`, and seconds by the clock."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "kb", "search", question, "--home", str(home)]
    subprocess.run(command, capture_output=True, cwd=checkout, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return worked, time.perf_counter() - began


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
        worked, waited = (statistics.median(turn[0][at] for turn in turns) for at in (0, 1))
        print(f"  {'kb search':12} {worked:6.2f} s, {waited:.2f} s by the clock")
        if chosen.against:
            other = statistics.median(turn[1][0] for turn in turns)
            ratio = statistics.median(turn[0][0] / turn[1][0] for turn in turns)
            print(f"  {'against':12} {other:6.2f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
