"""How often the encoding of a short text is mistaken: `python -m tests.bench.charsets FOLDER [--lines N]`.

Lines of the text files under FOLDER are cut to 10 to 120 characters with a fixed seed, written in each
encoding without a mark, and read again. Prints, for every encoding, how many of how many came back changed.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import opencc

from kb.errors import ReadError
from kb.ingest.charset import decode

LENGTHS = (10, 20, 40, 120)  # characters
ENCODINGS = ("gbk", "big5", "big5hkscs", "utf-16-le", "utf-16-be", "utf-8")
_HONG_KONG = "嘅"  # a character that only Big5-HKSCS has


def lines_of(folder: Path) -> list[str]:
    """The lines of more than eight characters of all .txt and .md files, in the order of their paths."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".txt", ".md") and path.is_file():
            data = path.read_bytes()
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                text = data.decode("gb18030", "replace")
            found += [line.strip() for line in text.split("\n") if len(line.strip()) > 8]
    return found


def samples(lines: list[str], count: int) -> Iterator[tuple[str, str]]:
    """Encodings with texts that they can hold; Big5 gets them in traditional script."""
    traditional = opencc.OpenCC("s2hk").convert
    drawn = random.Random(3)
    for _ in range(count):
        line = drawn.choice(lines)[: drawn.choice(LENGTHS)]
        other = traditional(line)
        for encoding in ENCODINGS:
            text = {"big5": other, "big5hkscs": other + _HONG_KONG}.get(encoding, line)
            yield encoding, text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, default=1500)
    asked = parser.parse_args()
    tried: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for encoding, text in samples(lines_of(asked.folder), asked.lines):
        try:
            data = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        tried[encoding] += 1
        try:
            got = decode(data, "line")[0]
        except ReadError:
            got = ""
        changed[encoding] += got != text
    for encoding in ENCODINGS:
        print(f"{encoding:10} {changed[encoding]:5} of {tried[encoding]} changed")


if __name__ == "__main__":
    main()
