"""What finding families costs as a library grows: `python -m tests.bench.families [FOLDER] [--sizes N…]`.

Documents are put together from the sentences of FOLDER's files (corpus/samples when none is given), 20 to 40
of them drawn with a fixed seed, every fiftieth one being a copy of an earlier one with a tenth of its
sentences changed. They are written to a store of their own without vectors. Prints the milliseconds that
writing a document and finding its family costs, over the last 500 documents before each size, and how many
copies were found. Compare the rows with each other: the milliseconds hold for one machine at one hour.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kb.errors import ReadError
from kb.ingest.identity import document_id
from kb.ingest.pipeline import read_documents
from kb.ingest.walk import find_files
from kb.store import documents
from kb.store.database import writing
from kb.store.layout import Layout
from kb.store.store import Store
from kb.text.sentences import sentence_spans
from kb.types import Document, sha256_hex

SAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "samples"
SEED = 20261122
_WINDOW = 500  # documents over which the cost is taken
_COPY_EVERY = 50


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.families", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=SAMPLES)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 5000, 20000])
    wanted = parser.parse_args()
    sentences = sorted(sentences_of(wanted.folder))
    print(f"{len(sentences)} sentences of {wanted.folder}")
    print("documents  ms a document  copies found")
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as place:
        store = Store.open(Layout(Path(place) / "index"))
        grow(store, sentences, sorted(wanted.sizes))
        store.close()


def sentences_of(folder: Path) -> set[str]:
    """The different sentences of the files that can be read."""
    found: set[str] = set()
    for path in find_files([folder])[0]:
        try:
            read = read_documents(path.read_bytes(), path.name, str(path))
        except ReadError:
            continue
        for document in read:
            cut = (document.text[a:b].strip() for a, b in sentence_spans(document.text))
            found.update(sentence for sentence in cut if len(sentence) >= 15)
    return found


def made(sentences: list[str], count: int) -> Iterator[tuple[Document, bool]]:
    """`count` documents, always the same ones, and whether each is a copy of an earlier one."""
    source = random.Random(SEED)
    kept: list[list[str]] = []
    for number in range(count):
        copy = bool(kept) and number % _COPY_EVERY == 0
        lines = list(source.choice(kept)) if copy else source.sample(sentences, source.randint(20, 40))
        if copy:
            for place in source.sample(range(len(lines)), len(lines) // 10):
                lines[place] = source.choice(sentences)
        elif number % 10 == 0:
            kept.append(lines)
        text, name = "\n".join(lines), f"/bench/{number}.txt"
        yield Document(document_id(name), name, sha256_hex(text), f"材料{number}", text), copy


def grow(store: Store, sentences: list[str], sizes: list[int]) -> None:
    """Writes documents and prints a row at each size."""
    started, number = time.perf_counter(), 0
    copies: list[str] = []
    everything = made(sentences, sizes[-1])
    while number < sizes[-1]:
        with writing(store.engine) as (connection, generation):
            for document, copy in (next(everything) for _ in range(100)):
                documents.save_document(connection, generation, document, [])
                copies += [document.id] if copy else []
        number += 100
        if number in sizes:
            took = (time.perf_counter() - started) / _WINDOW * 1000
            works = {card.id: card.work for card in store.snapshot().cards.values()}
            members = Counter(works.values())
            found = sum(members[works[id]] > 1 for id in copies)
            print(f"{number:9}  {took:13.1f}  {found} of {len(copies)}", flush=True)
        if number + _WINDOW in sizes:
            started = time.perf_counter()


if __name__ == "__main__":
    main()
