"""What families cost and find among many documents: `python -m tests.bench.families [--documents N]`.

Documents are made of sentences of corpus/samples, of which two share one or two by chance. To one in ten an
adaptation is added with 10, 20 or 30 % of its words changed and its paragraphs in another order. Prints the
time that a document takes to find its family in the truth, the adaptations that found their original, and
the documents that found another's.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

import jieba
from sqlalchemy import select

from kb.ingest.pipeline import read_documents
from kb.store import families
from kb.store.database import writing
from kb.store.documents import save_document
from kb.store.layout import Layout
from kb.store.schema import documents
from kb.store.store import Store
from kb.text.sentences import sentence_spans
from kb.types import Document, sha256_hex

SAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "samples"
SEED = 20261122
_SENTENCES = 24  # of a document
_PARAGRAPH = 4  # sentences of a paragraph
_LEAST = 12  # characters of a sentence
_BATCH = 500  # documents of one transaction


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.families", description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    wanted = parser.parse_args()
    dice = random.Random(SEED)
    pool = sentences()
    vocabulary = sorted({word for sentence in pool for word in jieba.cut(sentence) if len(word) > 1})
    texts = made(wanted.documents, pool, vocabulary, dice)
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as place:
        store = Store.open(Layout(Path(place) / "index"))
        measure(store, texts)
        store.close()


def sentences() -> list[str]:
    """Every sentence of the samples once."""
    found: dict[str, None] = {}
    for path in sorted(SAMPLES.iterdir()):
        for document in read_documents(path.read_bytes(), path.name, path.name):
            for start, end in sentence_spans(document.text):
                sentence = document.text[start:end].strip()
                if len(sentence) >= _LEAST and "\n" not in sentence:
                    found[sentence] = None
    return list(found)


def made(count: int, pool: list[str], vocabulary: list[str], dice: random.Random) -> list[Document]:
    """Documents; the id of an adaptation is that of its original with the share of its words changed."""
    found: list[Document] = []
    while len(found) < count:
        paragraphs = ["".join(dice.sample(pool, _PARAGRAPH)) for _ in range(_SENTENCES // _PARAGRAPH)]
        number = len(found)
        found.append(_document(f"d{number}", "\n".join(paragraphs)))
        if number % 10 == 0:
            percent = dice.choice((10, 20, 30))
            changed = [_changed(text, percent / 100, vocabulary, dice) for text in paragraphs]
            dice.shuffle(changed)
            found.append(_document(f"d{number}-{percent}", "\n".join(changed)))
    dice.shuffle(found)
    return found


def _document(id: str, text: str) -> Document:
    return Document(id, f"{id}.txt", sha256_hex(id), "社区工作的做法", text)


def _changed(text: str, share: float, vocabulary: list[str], dice: random.Random) -> str:
    words = list(jieba.cut(text))
    places = [index for index, word in enumerate(words) if len(word) > 1 and not word.isdigit()]
    for place in dice.sample(places, int(len(places) * share)):
        words[place] = dice.choice(vocabulary)
    return "".join(words)


def measure(store: Store, made: list[Document]) -> None:
    """Keeps the documents one after the other, then tells who found whom."""
    begun = time.process_time()
    for first in range(0, len(made), _BATCH):
        with writing(store.engine) as (connection, generation):
            for document in made[first : first + _BATCH]:
                save_document(connection, generation, document, ())
    spent = time.process_time() - begun
    print(f"{len(made)} documents: {spent:.0f} s of processor time, {spent / len(made) * 1000:.1f} ms each")
    with store.reading() as connection:
        found = connection.execute(select(documents.c.key, documents.c.id))
        ids: dict[int, str] = {row.key: row.id for row in found}
        main = {ids[key]: ids[first] for key, first in families.mains(connection).items()}
    told, asked = Counter[str](), Counter[str]()
    for id in ids.values():
        original, _, percent = id.partition("-")
        if percent:
            asked[percent] += 1
            told[percent] += id in main and main[id] == main.get(original)
    for percent in sorted(asked):
        print(f"{percent} % of the words changed, reordered: {told[percent]} of {asked[percent]} found")
    wrong = sum(id.partition("-")[0] != first.partition("-")[0] for id, first in main.items())
    print(f"documents in the family of another: {wrong}")


if __name__ == "__main__":
    main()
