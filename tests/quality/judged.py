"""The judged questions over the samples, and how well a library answers them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from commands import ROOT, SAMPLES

from kb.evaluate import ndcg
from kb.library import Library
from kb.types import Excerpt, Question

EVAL = ROOT / "corpus" / "eval"


@dataclass(frozen=True)
class Judged:
    """A question with the grade of each article (file name, part), and the words that answer it."""

    id: str
    text: str
    language: str
    grades: dict[str, int]
    snippets: tuple[str, ...]  # of grade 2, without white space


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def bare(text: str) -> str:
    return "".join(text.split())


def judged() -> list[Judged]:
    questions = []
    qrels = _lines(EVAL / "qrels.jsonl")
    for row in _lines(EVAL / "queries.jsonl"):
        own = [line for line in qrels if line["query"] == row["id"]]
        grades = {f"{line['source']}#{line['part']}": int(str(line["grade"])) for line in own}
        best = tuple(bare(str(line["snippet"])) for line in own if line["grade"] == 2)
        questions.append(Judged(str(row["id"]), str(row["text"]), str(row["language"]), grades, best))
    return questions


def digest() -> str:
    """Names the questions, the judgements and the samples."""
    files = [EVAL / "queries.jsonl", EVAL / "qrels.jsonl", *sorted(SAMPLES.iterdir())]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def article(library: Library, doc_id: str) -> str:
    document = library.document(doc_id)
    return f"{Path(document.source).name}#{document.part}"


@cache
def ask(library: Library, text: str) -> tuple[Excerpt, ...]:
    """The first twenty hits, asked once."""
    return library.search(Question(text, top_k=20)).hits


def sure_of(library: Library, question: Judged) -> bool:
    """Whether the first hit is given with high confidence."""
    hits = ask(library, question.text)
    return bool(hits) and hits[0].confidence == "high"


def document_ndcg(library: Library, questions: Sequence[Judged]) -> float:
    """Mean nDCG@10 over articles, each at its best passage."""
    scores = []
    for question in questions:
        hits = ask(library, question.text)
        ranked = list(dict.fromkeys(article(library, hit.citation.doc_id) for hit in hits))
        scores.append(ndcg(ranked, question.grades, 10))
    return sum(scores) / len(scores)


def passage_share(library: Library, questions: Sequence[Judged], depth: int = 5) -> float:
    """The share of questions for which a passage that holds an answer stands among the first `depth`."""
    answered = 0
    for question in questions:
        quotes = [bare(hit.citation.quote) for hit in ask(library, question.text)[:depth]]
        answered += any(words in quote for words in question.snippets for quote in quotes)
    return answered / len(questions)
