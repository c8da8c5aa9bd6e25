"""Measures retrieval on BEIR-format sets: corpus.jsonl, queries.jsonl, qrels.tsv."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.config import Settings
from kb.errors import DataError
from kb.ingest.outline import outline
from kb.ingest.split import split
from kb.models.choose import open_embedder
from kb.ports import Embedder
from kb.search.engine import Bench, encode, find
from kb.search.question import understand
from kb.search.ranking import Ranking, ranking
from kb.store.embedding import Progress, embed, switch_model, texts_of
from kb.store.files import KnownFile, known_files
from kb.store.layout import Layout
from kb.store.manifest import file_digest
from kb.store.snapshot import Snapshot
from kb.store.store import Store
from kb.types import Block, Document, Mode, sha256_hex

_BATCH = 200  # documents in one transaction


@dataclass(frozen=True, slots=True)
class Measured:
    """Means over the queries that have a relevant document; each 0..1."""

    ndcg_10: float
    mrr_10: float
    recall_10: float
    recall_100: float
    queries: int
    mode: Mode
    seconds_per_query: float  # encoding included


@dataclass(frozen=True, slots=True)
class Query:
    """A question of a set."""

    id: str
    text: str


def evaluate(
    settings: Settings,
    folder: Path,
    queries: Path | None,
    mode: Mode,
    progress: Progress,
    constants: Ranking | None = None,
    every: int = 1,
) -> Measured:
    """Ranks documents for every query of a set and compares with its judgements.

    `constants` replaces the ranking that ships, `every` asks only each n-th query: for ablations.

    The index is kept under `indexes/.eval/` and made again when the corpus or the model changes.
    Raises `DataError` naming the file and line that cannot be used.
    """
    judged = read_judgements(folder / "qrels.tsv")
    asked = [query for query in read_queries(queries or folder / "queries.jsonl") if judged.get(query.id)]
    if not asked:
        raise DataError(f"{folder / 'qrels.tsv'} judges none of the queries: the ids must be the same")
    embedder = open_embedder(settings.model, settings.models_folder)
    with_index = open_index(settings, folder, embedder, progress)
    try:
        chosen = constants or ranking()
        return _measure(settings, with_index, embedder, asked[::every], judged, mode, progress, chosen)
    finally:
        with_index.close()


def _measure(
    settings: Settings,
    store: Store,
    embedder: Embedder,
    asked: Sequence[Query],
    judged: dict[str, dict[str, int]],
    mode: Mode,
    progress: Progress,
    constants: Ranking,
) -> Measured:
    snapshot = store.snapshot()
    started = time.monotonic()
    ranked: list[list[str]] = []
    for done, query in enumerate(asked, start=1):
        ranked.append(_ranked(settings, store, snapshot, embedder, query.text, mode, constants))
        progress("queries", done, len(asked), query.id)
    seconds = (time.monotonic() - started) / len(asked)
    grades = [judged[query.id] for query in asked]
    pairs = list(zip(ranked, grades, strict=True))
    return Measured(
        _mean(ndcg(documents, wanted, 10) for documents, wanted in pairs),
        _mean(reciprocal_rank(documents, wanted, 10) for documents, wanted in pairs),
        _mean(recall(documents, wanted, 10) for documents, wanted in pairs),
        _mean(recall(documents, wanted, 100) for documents, wanted in pairs),
        len(asked),
        mode,
        round(seconds, 4),
    )


def _ranked(
    settings: Settings,
    store: Store,
    snapshot: Snapshot,
    embedder: Embedder,
    text: str,
    mode: Mode,
    constants: Ranking,
) -> list[str]:
    """Document ids, best passage first."""
    question = understand(text, constants, settings.models_folder)
    vector = None if mode == "lexical" else encode(question, embedder, constants)
    with store.reading() as connection:
        found = find(Bench(snapshot, connection, None, constants), question, vector, mode)
    return list(dict.fromkeys(snapshot.cards[one.doc_key].source for one in found))


def ndcg(ranked: Sequence[str], grades: dict[str, int], depth: int) -> float:
    """Normalised discounted cumulative gain with linear gains (Järvelin & Kekäläinen 2002)."""
    gained = sum(grades.get(id, 0) / math.log2(place + 2) for place, id in enumerate(ranked[:depth]))
    ideal = sorted(grades.values(), reverse=True)[:depth]
    return gained / sum(grade / math.log2(place + 2) for place, grade in enumerate(ideal))


def reciprocal_rank(ranked: Sequence[str], grades: dict[str, int], depth: int) -> float:
    """1 / the place of the first relevant document, 0 when it is not among the first `depth`."""
    places = (place for place, id in enumerate(ranked[:depth], start=1) if grades.get(id, 0) > 0)
    return 1 / next(places, math.inf)


def recall(ranked: Sequence[str], grades: dict[str, int], depth: int) -> float:
    """The share of the relevant documents that are among the first `depth`."""
    return sum(1 for id in ranked[:depth] if grades.get(id, 0) > 0) / len(grades)


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return round(sum(held) / len(held), 4)


def read_judgements(path: Path) -> dict[str, dict[str, int]]:
    """Relevant documents by query, with their grades."""
    judged: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), start=1):
        cells = line.split("\t")
        if len(cells) != 3:
            raise DataError(f"{path}, line {number}: expected query-id, corpus-id and score between tabs")
        if number == 1 and not cells[2].lstrip("-").isdigit():
            continue
        try:
            grade = int(cells[2])
        except ValueError as error:
            raise DataError(f"{path}, line {number}: the score {cells[2]!r} is no whole number") from error
        if grade > 0:
            judged.setdefault(cells[0], {})[cells[1]] = grade
    return judged


def read_queries(path: Path) -> Iterator[Query]:
    """The questions of a file, in its order. Raises `DataError`."""
    for number, line in enumerate(_lines(path), start=1):
        values = _object(path, number, line)
        yield Query(_id(path, number, values), str(values.get("text", "")))


def _corpus(path: Path) -> Iterator[Document]:
    for number, line in enumerate(_lines(path), start=1):
        values = _object(path, number, line)
        id = _id(path, number, values)
        blocks = [Block(row) for row in str(values.get("text", "")).splitlines() if row.strip()]
        outlined = outline(blocks)
        title = str(values.get("title") or "")
        yield Document(id, id, sha256_hex(line), title, outlined.text, outlined.sections)


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8") as handle:
            yield from (line.rstrip("\n") for line in handle if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _object(path: Path, number: int, line: str) -> dict[str, object]:
    try:
        values = json.loads(line)
    except json.JSONDecodeError as error:
        raise DataError(f"{path}, line {number} is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise DataError(f"{path}, line {number} is not a JSON object")
    return values


def _id(path: Path, number: int, values: dict[str, object]) -> str:
    id = values.get("id", values.get("_id"))
    if not id:
        raise DataError(f'{path}, line {number} has no "id"')
    return str(id)


def open_index(settings: Settings, folder: Path, embedder: Embedder, progress: Progress) -> Store:
    """The set's index, completed where an earlier run stopped."""
    corpus = folder / "corpus.jsonl"
    if not corpus.is_file():
        raise DataError(
            f"{corpus} is missing: a set is a folder with corpus.jsonl, queries.jsonl and qrels.tsv"
        )
    name = f"{folder.resolve().name}-{file_digest(corpus)[:12]}"
    store = Store.open(Layout(settings.home / "indexes" / ".eval" / name))
    with store.exclusive(wait_seconds=600):
        switch_model(store, embedder, settings.model, progress)
        documents = list(_corpus(corpus))
        with store.reading() as connection:
            done = set(known_files(connection))
        for start in range(0, len(documents), _BATCH):
            file = KnownFile(f"corpus.jsonl#{start}", "", 0, 0)
            if file.source not in done:
                batch = [(document, split(document)) for document in documents[start : start + _BATCH]]
                vectors = embed(embedder, texts_of(batch))
                store.save(file, batch, embedder.name, vectors)
            progress("index", min(start + _BATCH, len(documents)), len(documents), folder.name)
        store.bring_up()
    return store
