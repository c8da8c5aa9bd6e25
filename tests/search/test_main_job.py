"""The main job: what was asked for, on the documents that it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ROOT

from kb.config import load_settings
from kb.library import Library
from kb.types import Question

SEEDS = ROOT.parent / "shared" / "seeds"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds of ../shared are not here"),
]

QUESTIONS = ("其他区是怎么解决社区办公用房经费的", "how did other districts fund community offices")
PASSAGES = {
    "三到社区": "县财政资金2400余万元",
    "天津河东区": "专项资金1680万元",
    "黄石市、青山区": "每个社区投入10万余元",
    "吉州区": "万元投入城市社区根底建设",
}
FURNITURE = (
    "上传人",
    "点击查看",
    "第1页",
    "共6页",
    "金锄头",
    "精品WORD",
    "777doc",
    "ICP",
    "人气",
    "申明敬告",
    "收藏此页",
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, built_models: Path) -> Iterator[Library]:
    home = tmp_path_factory.mktemp("seeds")
    (home / "indexes").mkdir()
    (home / "indexes" / ".models").symlink_to(built_models)
    with Library.open(load_settings(home, environ={})) as opened:
        assert not opened.ingest([SEEDS]).failed
        yield opened


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("place", PASSAGES)
def test_each_funding_passage_is_among_the_first_five(library: Library, question: str, place: str) -> None:
    hits = library.search(Question(question, top_k=5)).hits
    ranks = [hit.rank for hit in hits if PASSAGES[place] in hit.citation.quote]
    assert ranks, [hit.citation.quote[:40] for hit in hits]


@pytest.mark.parametrize("question", [*QUESTIONS, "志愿服务", "党员", "社区干部"])
def test_no_site_furniture_and_exact_quotations(library: Library, question: str) -> None:
    for hit in library.search(Question(question, top_k=60)).hits:
        citation = hit.citation
        assert not [word for word in FURNITURE if word in citation.quote]
        assert library.document(citation.doc_id).text[citation.start : citation.end] == citation.quote


def test_the_passage_with_damaged_figures_says_so(library: Library) -> None:
    hits = library.search(Question(QUESTIONS[0], top_k=5)).hits
    (hit,) = [hit for hit in hits if PASSAGES["吉州区"] in hit.citation.quote]
    assert {"suspect_figure", "spun_text"} <= {flag.name for flag in hit.citation.flags}
