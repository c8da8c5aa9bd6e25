"""The retrieval set over the samples is whole: questions, files and snippets all exist."""

from __future__ import annotations

import json
import tomllib
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rawtext import raw_text, squeeze

from kb.ingest.pipeline import read_documents

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "corpus" / "samples"
REPRINT = "青禾区先建后补_转载.txt"
ORIGINAL = "青禾区破解社区办公用房难题的做法.docx"


def lines(name: str) -> list[dict[str, Any]]:
    path = ROOT / "corpus" / "eval" / name
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


QUERIES = lines("queries.jsonl")
QRELS = lines("qrels.jsonl")


@cache
def raw(name: str) -> str:
    return squeeze(raw_text(SAMPLES / name))


def test_questions_are_enough_in_both_languages() -> None:
    asked = Counter((query["language"], query["answerable"]) for query in QUERIES)
    assert asked["zh", True] >= 60
    assert asked["en", True] >= 30
    assert asked["zh", False] >= 8
    assert asked["en", False] >= 8


def test_questions_are_distinct_and_well_formed() -> None:
    assert (
        len({query["id"] for query in QUERIES}) == len({query["text"] for query in QUERIES}) == len(QUERIES)
    )
    for query in QUERIES:
        assert set(query) == {"id", "text", "language", "answerable"}
        assert query["id"].startswith(query["language"] + "-")


def test_answerable_questions_and_no_others_are_judged() -> None:
    best: dict[str, int] = defaultdict(int)
    for row in QRELS:
        assert set(row) == {"query", "source", "part", "grade", "snippet"}
        assert row["grade"] in (1, 2)
        best[row["query"]] = max(best[row["query"]], row["grade"])
    assert best == {query["id"]: 2 for query in QUERIES if query["answerable"]}


def test_no_judgement_is_given_twice() -> None:
    keys = [(row["query"], row["source"], row["part"], row["snippet"]) for row in QRELS]
    assert len(set(keys)) == len(keys)


def test_every_file_answers_something() -> None:
    assert {row["source"] for row in QRELS} == {path.name for path in SAMPLES.iterdir()}


def test_snippets_stand_in_their_files() -> None:
    gold = tomllib.loads((ROOT / "tests/data/samples_gold.toml").read_text("utf-8"))
    # Cut in two by a page's furniture; only a reader of the house puts these together again.
    mended = {line for file in gold["file"] for article in file["article"] for line in article["mended"]}
    missing = [row for row in QRELS if squeeze(row["snippet"]) not in raw(row["source"])]
    assert {row["snippet"] for row in missing} <= mended


@pytest.mark.parametrize("name", sorted({row["source"] for row in QRELS}))
def test_snippets_survive_reading_and_cleaning(name: str) -> None:
    texts = [squeeze(article.text) for article in read_documents((SAMPLES / name).read_bytes(), name, name)]
    for row in QRELS:
        if row["source"] == name:
            assert squeeze(row["snippet"]) in texts[row["part"]], row


def test_parts_are_those_of_the_file() -> None:
    text = raw("基层治理经验材料汇编2篇.txt")
    second = text.index("篇二:")
    for row in QRELS:
        if row["source"] != "基层治理经验材料汇编2篇.txt":
            assert row["part"] == 0
        else:
            assert (text.index(squeeze(row["snippet"])) > second) == (row["part"] == 1)


def test_the_reprint_is_judged_like_its_original() -> None:
    judged = {
        name: {(r["query"], r["grade"], r["snippet"]) for r in QRELS if r["source"] == name}
        for name in (ORIGINAL, REPRINT)
    }
    assert judged[ORIGINAL] == judged[REPRINT]
