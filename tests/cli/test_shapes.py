"""Every command as ../shared/cli.md promises it: the fields of `--json`, nothing else on standard output."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import SAMPLES, Ended, kb

from kb.library import Library

Runner = Callable[..., Ended]
QUESTION = "其他区是怎么解决社区办公用房经费的"
CITATION = {
    "doc_id", "title", "path", "paragraph", "page", "start", "end", "quote", "quote_sha256", "reference",
}  # fmt: skip
HIT = {
    "rank", "score", "confidence", "doc_id", "title", "region", "issued", "kind", "text", "citation", "flags",
}  # fmt: skip
CARD = {"id", "source", "title", "region", "issuer", "issued", "number", "kind", "flags", "chunks"}


def assert_done(ended: Ended) -> dict[str, Any]:
    assert ended.code == 0, ended.err
    return ended.json


def assert_cited(citation: dict[str, Any], library: Library) -> None:
    assert citation.keys() >= CITATION
    text = library.document(citation["doc_id"]).text
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert hashlib.sha256(citation["quote"].encode()).hexdigest() == citation["quote_sha256"]
    assert isinstance(citation["path"], list)
    assert citation["paragraph"]
    assert citation["reference"]


def test_list(sample_home: Path) -> None:
    shown = assert_done(kb("list", "--json", home=sample_home))
    assert len(shown["documents"]) == 23
    for card in shown["documents"]:
        assert card.keys() >= CARD
        assert isinstance(card["region"], list)
        assert card["chunks"] > 0
        assert Path(card["source"]).is_file()


def test_list_filters(kb_here: Runner, sample_home: Path) -> None:
    every = assert_done(kb_here("list", "--json", home=sample_home))["documents"]
    some = assert_done(kb_here("list", "--year", "2020-2022", "--json", home=sample_home))["documents"]
    assert {one["id"] for one in some} == {
        one["id"] for one in every if one["issued"] and 2020 <= int(one["issued"][:4]) <= 2022
    }
    assert 0 < len(some) < len(every)


def test_show(sample_home: Path, sample_library: Library) -> None:
    cards = assert_done(kb("list", "--json", home=sample_home))["documents"]
    card = next(one for one in cards if one["source"].endswith(".html"))
    shown = assert_done(kb("show", card["id"], "--removed", "--json", home=sample_home))
    assert shown.keys() >= {"id", "title", "text", "sections", "removed", "metadata", "flags"}
    assert (shown["id"], shown["title"]) == (card["id"], card["title"])
    assert shown["text"] == sample_library.document(card["id"]).text
    assert shown["removed"]
    assert all(piece.keys() >= {"text", "rule"} for piece in shown["removed"])
    assert shown["sections"][0]["start"] == 0
    assert shown["sections"][-1]["end"] == len(shown["text"])
    assert shown["metadata"]["region"] == card["region"]


@pytest.mark.parametrize("question", [QUESTION, "how did other districts fund community offices"])
def test_search(sample_home: Path, sample_library: Library, question: str) -> None:
    answer = assert_done(kb("search", question, "--json", home=sample_home))
    assert answer.keys() >= {"query", "language", "hits", "coverage"}
    assert answer["query"] == question
    assert answer["language"] == ("zh" if question == QUESTION else "en")
    assert answer["coverage"].keys() >= {"documents", "regions", "found"}
    assert answer["coverage"]["documents"] == 22, "23 documents, one of them a reprint"
    assert answer["coverage"]["found"] is True
    assert [hit["rank"] for hit in answer["hits"]] == list(range(1, len(answer["hits"]) + 1))
    assert len(answer["hits"]) == 10
    for hit in answer["hits"]:
        assert hit.keys() >= HIT
        assert hit["confidence"] in {"high", "medium", "low"}
        assert hit["text"] == hit["citation"]["quote"]
        assert hit["citation"]["doc_id"] == hit["doc_id"]
        assert_cited(hit["citation"], sample_library)


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_search_options(kb_here: Runner, sample_home: Path, mode: str) -> None:
    words = ("search", QUESTION, "--top-k", "5", "--per-region", "1", "--mode", mode, "--explain", "--json")
    hits = assert_done(kb_here(*words, home=sample_home))["hits"]
    regions = [tuple(hit["region"][:3]) for hit in hits if hit["region"]]
    assert len(regions) == len(set(regions))
    assert 0 < len(hits) <= 5
    assert all(hit["why"] for hit in hits)
    if mode == "lexical":
        assert all(hit["why"]["dense_rank"] is None for hit in hits)


def test_search_filters(kb_here: Runner, sample_home: Path) -> None:
    only = assert_done(kb_here("search", QUESTION, "--region", "汐州市", "--json", home=sample_home))["hits"]
    assert only
    assert all("汐州市" in hit["region"] for hit in only)
    others = assert_done(kb_here("search", QUESTION, "--not-region", "汐州市", "--json", home=sample_home))[
        "hits"
    ]
    assert others
    assert not any("汐州市" in hit["region"] for hit in others)
    none = assert_done(kb_here("search", QUESTION, "--region", "火星", "--json", home=sample_home))
    assert (none["hits"], none["coverage"]["found"], none["coverage"]["documents"]) == ([], False, 0)


def test_search_for_people(kb_here: Runner, sample_home: Path) -> None:
    ended = kb_here("search", QUESTION, "--top-k", "2", home=sample_home)
    assert ended.code == 0
    assert "1. " in ended.out
    nothing = kb_here("search", QUESTION, "--region", "火星", home=sample_home)
    assert (nothing.code, "没有找到" in nothing.out) == (0, True)


def test_compare_and_its_exports(
    kb_here: Runner, sample_home: Path, tmp_path: Path, sample_library: Library
) -> None:
    files = {ending: tmp_path / f"对比.{ending}" for ending in ("docx", "xlsx", "md", "csv")}
    written = [word for ending, file in files.items() for word in (f"--{ending}", file)]
    words = ("compare", "社区办公用房经费", "--columns", "青禾区,砚湖区,苇港区", *written, "--json")
    table = assert_done(kb_here(*words, home=sample_home))
    assert table.keys() >= {"topic", "lens", "columns", "coverage"}
    assert [column["name"] for column in table["columns"]] == ["青禾区", "砚湖区", "苇港区"]
    states = set()
    for column in table["columns"]:
        assert column.keys() >= {"name", "documents", "cells"}
        assert len(column["cells"]) == 8
        for cell in column["cells"]:
            assert cell.keys() >= {"dimension", "state", "citations", "figures"}
            states.add(cell["state"])
            assert (cell["state"] == "not_mentioned") == (not cell["citations"])
            for citation in cell["citations"]:
                assert_cited(citation, sample_library)
    assert states <= {"found", "weak", "not_mentioned"}
    assert "found" in states
    cited = {
        item["quote"] for column in table["columns"] for cell in column["cells"] for item in cell["citations"]
    }
    for file in files.values():
        checked = assert_done(kb_here("cite", "check", file, "--json", home=sample_home))
        assert checked.keys() >= {"intact", "moved", "source_removed", "items"}
        assert checked["intact"] == len(checked["items"]) > 0, file.name
        assert {item["quote"] for item in checked["items"]} <= cited


def test_compare_documents(kb_here: Runner, sample_home: Path) -> None:
    table = assert_done(
        kb_here("compare", "社区食堂", "--by", "document", "--lens", "funding", "--json", home=sample_home)
    )
    assert table["columns"]
    assert all(len(column["documents"]) == 1 for column in table["columns"])


def test_set_survives_a_reingest(own_home: Path) -> None:
    card = assert_done(kb("list", "--json", home=own_home))["documents"][0]
    words = ("set", card["id"], "region=天津市/河东区", "title=改好的题", "--json")
    shown = assert_done(kb(*words, home=own_home))
    assert shown["title"] == "改好的题"
    assert shown["metadata"]["region"] == ["天津市", "河东区"]
    again = assert_done(kb("ingest", SAMPLES, "--reprocess", "--json", home=own_home))
    assert again["ingested"] == 23
    after = assert_done(kb("list", "--json", home=own_home))["documents"]
    assert {one["id"]: one["title"] for one in after}[card["id"]] == "改好的题"
    sound = assert_done(kb("check", "--json", home=own_home))
    assert sound | {"health": None} == {"ok": True, "problems": [], "repaired": [], "health": None}
    assert sound["health"]["documents"] > 0
    assert sound["health"]["todo"] == []


def test_ingest(bare_home: Path) -> None:
    report = assert_done(kb("ingest", SAMPLES, "--json", home=bare_home))
    assert report.keys() >= {
        "ingested", "unchanged", "duplicates", "removed", "failed", "flagged", "chunks", "seconds",
    }  # fmt: skip
    assert (report["ingested"], report["failed"]) == (23, [])
    assert report["flagged"]
    assert all(one.keys() >= {"source", "flags"} for one in report["flagged"])
    again = assert_done(kb("ingest", SAMPLES, "--json", home=bare_home))
    assert (again["ingested"], again["unchanged"], again["chunks"]) == (0, 22, 0)


def test_check_and_repair(kb_here: Runner, own_home: Path) -> None:
    for path in (own_home / "indexes" / "main" / "lexical").glob("*/passages/*.pos"):
        path.unlink()
    damaged = kb_here("check", "--json", home=own_home)
    assert damaged.code == 1
    assert damaged.json["ok"] is False
    assert damaged.json["problems"]
    assert assert_done(kb_here("check", "--repair", "--json", home=own_home))["ok"] is True
    assert assert_done(kb_here("check", "--json", home=own_home))["ok"] is True


def test_eval(kb_here: Runner, bare_home: Path, tmp_path: Path) -> None:
    texts = {
        "d1": "社区食堂由区财政补助建设，老人每餐自付八元。",
        "d2": "网格员津贴每月一千二百元，由街道发放。",
        "d3": "社区办公用房由开发商配建后移交。",
    }
    folder = tmp_path / "set"
    folder.mkdir()
    lines = [
        json.dumps({"_id": id, "title": "", "text": text}, ensure_ascii=False) for id, text in texts.items()
    ]
    (folder / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    asked = {"q1": "老年食堂", "q2": "网格员的津贴", "q3": "办公用房移交"}
    lines = [json.dumps({"_id": id, "text": text}, ensure_ascii=False) for id, text in asked.items()]
    (folder / "queries.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "qrels.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\nq3\td3\t1\n", encoding="utf-8"
    )
    measured = assert_done(kb_here("eval", folder, "--json", home=bare_home))
    assert measured.keys() >= {
        "ndcg@10", "mrr@10", "recall@10", "recall@100", "queries", "mode", "seconds_per_query",
    }  # fmt: skip
    assert (measured["ndcg@10"], measured["recall@10"], measured["queries"]) == (1.0, 1.0, 3)
    assert list((bare_home / "indexes" / ".eval").iterdir())
    lexical = assert_done(kb_here("eval", folder, "--mode", "lexical", "--json", home=bare_home))
    assert (lexical["mode"], lexical["mrr@10"]) == ("lexical", 1.0)


@pytest.mark.slow
def test_demo(bare_home: Path) -> None:
    shown = assert_done(kb("demo", "--json", home=bare_home))
    assert shown.keys() >= {"answers", "comparison"}
    assert len(shown["answers"]) == 2
    for answer in shown["answers"]:
        assert len(answer["hits"]) == 3
        assert len({tuple(hit["region"]) for hit in answer["hits"]}) == 3
    assert shown["comparison"]["columns"]
    printed = kb("demo", home=bare_home)
    assert printed.code == 0
    assert "kb serve" in printed.out


def test_another_index_is_another_library(kb_here: Runner, own_home: Path) -> None:
    assert assert_done(kb_here("list", "--index", "other", "--json", home=own_home))["documents"] == []
    assert len(assert_done(kb_here("list", "--json", home=own_home))["documents"]) == 23


def test_version_and_help(sample_home: Path) -> None:
    ended = kb("list", "--help", home=sample_home)
    assert ended.code == 0
    assert "--region" in re.sub(r"\x1b\[[0-9;]*m", "", ended.out)
