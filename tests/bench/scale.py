"""Search in an index of many passages: `python -m tests.bench.scale make HOME FOLDER --passages N`, then
`python -m tests.bench.scale measure HOME FOLDER`, `python -m tests.bench.scale chart FOLDER... --svg FILE`;
`python -m tests.bench.scale vectors HOME --passages N` looks at the vector index alone.

HOME is an ingested home, out of which FOLDER is made (see `tests.bench.enlarged`). The question's vector is
given, so that encoding is not measured; everything else is what `kb search` does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kb.config import load_settings
from kb.library import Library
from kb.ports import Vector, Vectors
from kb.search.engine import Bench, find
from kb.search.filters import admitted
from kb.search.question import understand
from kb.search.ranking import ranking
from kb.store.documents import embedded_text
from kb.store.embeddings import rows_between
from kb.store.files import KnownFile
from kb.store.nearest import exact_best
from kb.store.store import Store
from kb.store.vectors import FaissIndex
from kb.types import Filters, Question, sha256_hex
from tests.bench.enlarged import PASSAGES, Source, enlarge, passages_of
from tests.bench.growth import chart, table

FIGURES = "scale.json"
_QUESTIONS = 63
_YEARS = (2015, 2022)


class Given:
    """An encoder that knows the vectors of the questions beforehand."""

    def __init__(self, name: str, vectors: Vectors) -> None:
        self.name, self.dim, self._vectors, self._asked = name, vectors.shape[1], vectors, 0

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._vectors[: len(texts)]

    def query(self, _: str) -> Vector:
        self._asked += 1
        vector: Vector = self._vectors[self._asked % len(self._vectors)]
        return vector


def spread(run: Callable[[int], object], count: int) -> dict[str, float]:
    """Milliseconds of `run(0)`, `run(1)` …: median and 95th percentile, and the same of processor time.

    The first three are left out. On a machine with other work the processor's time says more.
    """
    times, worked = [], []
    for number in range(count):
        began, busy = time.perf_counter(), time.process_time()
        run(number)
        times.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - busy))
    p50, p95 = (float(value) for value in np.percentile(times[3:], (50, 95)))
    cpu50, cpu95 = (float(value) for value in np.percentile(worked[3:], (50, 95)))
    return {"p50": p50, "p95": p95, "cpu p50": cpu50, "cpu p95": cpu95}


def measure(source: Source, home: Path, looking: bool) -> dict[str, object]:
    """The figures of one index; with `looking` nothing is added to it or removed."""
    settings = load_settings(home)
    figures: dict[str, object] = {}
    with Library.open(settings) as library:
        store = library._store
        began = time.perf_counter()
        snapshot = store.snapshot()
        figures["open_seconds"] = time.perf_counter() - began
        vectors = source.derived(_QUESTIONS)
        library._models._embedders[settings.model.model_dump_json()] = Given(source.model.name, vectors)
        texts = [source.chance.choice(source.sentences)[:18] for _ in range(_QUESTIONS)]
        provinces = sorted({card.region[0] for card in source.cards})
        filters = [Filters(regions=(provinces[i % len(provinces)],), years=_YEARS) for i in range(_QUESTIONS)]
        wide = [Filters(not_regions=(provinces[i % len(provinces)],)) for i in range(_QUESTIONS)]
        understood = [understand(text, ranking(), settings.models_folder) for text in texts]
        assert snapshot.vectors is not None
        figures |= {"passages": len(snapshot.vectors), "documents": len(snapshot.cards)}
        for name, chosen in (("any", None), ("two filters", filters), ("wide filter", wide)):

            def found(i: int, chosen: list[Filters] | None = chosen) -> None:
                within = None if chosen is None else admitted(snapshot.columns, chosen[i])
                with store.reading() as connection:
                    bench = Bench(snapshot, connection, within, ranking(), most=ranking().passages_read)
                    find(bench, understood[i], vectors[i], "hybrid")

            def answered(i: int, chosen: list[Filters] | None = chosen) -> None:
                library.search(Question(texts[i], filters=Filters() if chosen is None else chosen[i]))

            figures[f"find, {name}"] = spread(found, _QUESTIONS)
            figures[f"answer, {name}"] = spread(answered, _QUESTIONS)
        assert snapshot.passages is not None
        nearest, passages = snapshot.vectors.search, snapshot.passages.search
        figures["vectors"] = spread(lambda i: nearest(vectors[i], 200), _QUESTIONS)
        figures["words"] = spread(lambda i: passages(understood[i].clauses, 200), _QUESTIONS)
        figures["load"] = os.getloadavg()[0]
        figures["memory_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        figures |= {} if looking else changed(store, source)
        figures["recall"] = recall(store, vectors)
    return figures


def changed(store: Store, source: Source) -> dict[str, float]:
    """Seconds until a document that is saved can be found, and until a removed one cannot."""
    number = 10**8
    one = source.document(number)
    pieces = tuple(passages_of(one, number))
    vectors = source.derived(len(pieces))
    keys = {piece.id: sha256_hex(embedded_text(one.title, piece, one.text)) for piece in pieces}
    store.bring_up()  # every process holds what is there against its checksums once
    began = time.perf_counter()
    file = KnownFile(one.source, one.sha256, 0, 0)
    given = dict(zip(keys.values(), vectors, strict=True))
    store.save(file, [(one, pieces)], source.model.name, given)
    store.bring_up()
    snapshot = store.snapshot()
    assert snapshot.vectors is not None
    assert snapshot.passages is not None
    assert snapshot.vectors.search(vectors[3], 1)[0].id == pieces[3].id
    added = time.perf_counter() - began
    store.remove([one.source])
    began = time.perf_counter()
    snapshot = store.snapshot()
    assert snapshot.vectors is not None
    assert snapshot.vectors.search(vectors[3], 1)[0].id != pieces[3].id
    return {"added_seconds": added, "removed_seconds": time.perf_counter() - began}


def recall(store: Store, vectors: Vectors) -> float:
    """Recall@10 of the vector index against comparing every vector of the truth."""
    snapshot = store.snapshot()
    assert snapshot.model is not None
    assert snapshot.vectors is not None
    with store.reading() as connection:
        batches = list(rows_between(connection, snapshot.model.name, 0, 1 << 60))
    ids = np.concatenate([batch.ids for batch in batches])
    best = ids[exact_best(np.concatenate([batch.vectors for batch in batches]), vectors, 10)]
    shares = [
        len({one.id for one in snapshot.vectors.search(vector, 10)} & set(row.tolist())) / 10
        for vector, row in zip(vectors, best, strict=True)
    ]
    return float(np.mean(shares))


def vectors_alone(source: Source, count: int) -> dict[str, object]:
    """The vector index by itself: seconds to build, recall@10 and milliseconds by share of documents."""
    vectors = np.concatenate([source.derived(min(20_000, count - at)) for at in range(0, count, 20_000)])
    questions, groups = source.derived(200), np.arange(count) // PASSAGES
    began = time.process_time()
    index = FaissIndex.of(np.arange(count), groups, vectors)
    figures: dict[str, object] = {"build_cpu_seconds": time.process_time() - began}
    rng = np.random.default_rng(3)
    for share in (1.0, 0.5, 0.1, 0.01):
        keys = rng.permutation(int(groups[-1]) + 1)[: max(1, int(share * groups[-1]))]
        within = None if share == 1 else frozenset(keys.tolist())
        inside = np.arange(count) if within is None else np.flatnonzero(np.isin(groups, keys))
        best = inside[exact_best(vectors[inside], questions, 10)]
        found = [index.search(vector, 10, within) for vector in questions]
        shares = [
            len({one.id for one in some} & set(row.tolist())) / 10
            for some, row in zip(found, best, strict=True)
        ]
        times = spread(lambda i, within=within: index.search(questions[i], 200, within), len(questions))
        figures[f"{share:g} of documents"] = {"recall": float(np.mean(shares))} | times
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("make", "measure", "vectors", "chart"))
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--svg", type=Path)
    parser.add_argument(
        "--looking", action="store_true", help="measure without a change, and keep no figures"
    )
    chosen = parser.parse_args()
    if chosen.what == "chart":
        every = [json.loads((folder / FIGURES).read_text(encoding="utf-8")) for folder in chosen.paths]
        print(table(every))
        if chosen.svg:
            chosen.svg.write_text(chart(every), encoding="utf-8")
        return
    if chosen.what == "vectors":
        print(json.dumps(vectors_alone(Source(chosen.paths[0], 1), chosen.passages), indent=1))
        return
    home, folder = chosen.paths
    file = folder / FIGURES
    if chosen.what == "make":
        folder.mkdir(parents=True, exist_ok=True)
        figures: dict[str, object] = {"build": enlarge(Source(home, 1), folder, chosen.passages)}
    else:
        figures = json.loads(file.read_text(encoding="utf-8")) | measure(
            Source(home, 2), folder, chosen.looking
        )
    if not chosen.looking:
        file.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
