"""What is read out of questions: `python -m tests.bench.reading FILE… [--today 2026-11-22]`.

Each FILE has one JSON object a line with `text`, `zh` or `en`. Prints every question that gets a filter or a
demand, for reading: none of them should be the subject of its question.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from kb.search.reading import Wishes, read


def questions(path: Path) -> Iterator[str]:
    """The questions of a file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        yield from (values[name] for name in ("text", "zh", "en") if values.get(name))


def told(wishes: Wishes) -> str:
    """What was read, in one line; "" for nothing."""
    parts = [f"years {wishes.years[0]}-{wishes.years[1]}"] if wishes.years else []
    parts += [f"{one.quantity} {one.low}..{one.high}" for one in wishes.amounts]
    parts += [f"“{phrase}”" for phrase in wishes.phrases]
    parts += [str(number) for number in wishes.numbers]
    parts += [f"figure {figure.quote}" for figure in wishes.figures]
    return ", ".join(parts)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--today", type=date.fromisoformat, default=date.today())
    options = parser.parse_args()
    for path in options.files:
        every = [(text, read(text, options.today)) for text in questions(path)]
        filtered = sum(1 for _, wishes in every if wishes.years or wishes.amounts)
        quoted = sum(1 for _, wishes in every if wishes.phrases or wishes.numbers)
        print(f"{path}: {len(every)} questions, {filtered} filtered, {quoted} with exact demands")
        for text, wishes in every:
            if said := told(wishes):
                print(f"    {text}  →  {said}")


if __name__ == "__main__":
    main()
