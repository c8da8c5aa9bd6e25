"""Documents, files and stores for the tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hashing import HashEncoder

from kb.config import ModelSettings
from kb.ingest.identity import document_id
from kb.ingest.split import split
from kb.store.arrival import IntakeOptions
from kb.store.embedding import embed, texts_of
from kb.store.files import KnownFile
from kb.store.intake import take_in
from kb.store.snapshot import ActiveModel, Snapshot
from kb.store.store import Store
from kb.types import Chunk, Document, IngestReport, Section, sha256_hex

ENCODER = HashEncoder()
MODEL = ModelSettings()


def quiet(stage: str, done: int, total: int, detail: str) -> None:
    """Progress that nobody watches."""


def text_of(topic: str, paragraphs: int = 3) -> str:
    """Paragraphs that name the topic; each is long enough to be a passage of its own."""
    lines = [
        f"{topic}的第{i}段讲的是{topic}，区财政为{topic}安排专项资金{i}0万元，街道统一管理，按月公开情况。"
        * 4
        for i in range(1, paragraphs + 1)
    ]
    return "\n".join(lines)


def document(source: str, text: str, part: int = 0, title: str = "") -> Document:
    """A document of one section."""
    return Document(
        id=document_id(source, part),
        source=source,
        sha256=sha256_hex(text),
        title=title or text[:12],
        text=text,
        sections=(Section((), 0, len(text)),),
        part=part,
    )


def save(store: Store, *documents: Document, encoder: HashEncoder = ENCODER) -> None:
    """Keeps documents of one file as an ingest does, but for the derived indexes."""
    if store.active_model() is None:
        store.activate(ActiveModel(encoder.name, encoder.dim, MODEL))
    articles: list[tuple[Document, tuple[Chunk, ...]]] = [(one, split(one)) for one in documents]
    file = KnownFile(documents[0].source, documents[0].sha256, 0, 0)
    store.save(file, articles, encoder.name, embed(encoder, texts_of(articles)))


def ingest(
    store: Store, *paths: Path, prune: bool = False, reprocess: bool = False, encoder: HashEncoder = ENCODER
) -> IngestReport:
    """One run of `kb ingest`."""
    return take_in(store, encoder, MODEL, paths, IntakeOptions(prune, reprocess), quiet)


def by_source(store: Store) -> dict[str, str]:
    """The ids of documents by the names of their files."""
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT source, id FROM documents ORDER BY source, part").all()
    return {Path(source).name: id for source, id in rows}


def texts(store: Store) -> dict[str, str]:
    """The texts of documents by the names of their files."""
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT source, text FROM documents ORDER BY source, part").all()
    return {Path(source).name: text for source, text in rows}


def truth_ids(store: Store) -> set[int]:
    """Ids of the passages that the truth holds."""
    with store.reading() as connection:
        return set(connection.exec_driver_sql("SELECT id FROM chunks").scalars())


def found_by_vectors(snapshot: Snapshot, topic: str, k: int = 1000) -> list[int]:
    """Ids that the vector index finds, best first."""
    assert snapshot.vectors is not None
    return [scored.id for scored in snapshot.vectors.search(ENCODER.query(topic), k)]


def write(folder: Path, **contents: str) -> Sequence[Path]:
    """Text files `<name>.txt`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in contents.items():
        path = folder / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
