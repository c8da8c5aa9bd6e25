"""The samples are what corpus/README.md and tests/data/samples_gold.toml say they are."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import docx
import pytest
from rawtext import raw_text, squeeze

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "corpus" / "samples"
SEEDS = ROOT.parent / "shared" / "seeds"
CITIES = {
    "云岚市": {"青禾区", "临溪区", "望樟区", "砚湖区", "栖桥县", "丹圃区"},
    "汐州市": {"澜浦区", "沙棠区", "鹤汀区", "苇港区", "霁川县"},
}
KINDS = {"经验材料", "调研报告", "考察报告", "工作报告", "实施意见", "通知", "办法", "解读"}
FLAGS = {"reprint", "truncated", "spun_text", "suspect_figure", "anonymised"}
DIMENSIONS = {
    "组织体系", "经费保障", "办公用房与阵地", "队伍建设", "共建共治机制", "服务内容", "数字化", "考核激励",
}  # fmt: skip
GOLD: dict[str, Any] = tomllib.loads((ROOT / "tests/data/samples_gold.toml").read_text("utf-8"))
FILES: list[dict[str, Any]] = GOLD["file"]
ARTICLES: list[dict[str, Any]] = [article for file in FILES for article in file["article"]]


def files() -> list[Path]:
    return sorted(SAMPLES.iterdir())


def raw(name: str) -> str:
    return squeeze(raw_text(SAMPLES / name))


def test_the_gold_names_every_file() -> None:
    assert {path.name for path in files()} == {file["name"] for file in FILES}


def test_formats_kinds_and_districts_are_mixed() -> None:
    formats = Counter(path.suffix for path in files())
    assert formats == {".docx": 6, ".html": 5, ".txt": 8, ".pdf": 3}
    assert {article["kind"] for article in ARTICLES} == KINDS | {""}
    assert {flag for article in ARTICLES for flag in article["flags"]} == FLAGS
    districts = {tuple(article["region"]) for article in ARTICLES if len(article["region"]) == 2}
    assert districts == {(city, name) for city, names in CITIES.items() for name in names}


def test_some_articles_lack_what_others_have() -> None:
    for field in ("region", "issuer", "number", "issued"):
        assert len({bool(article[field]) for article in ARTICLES}) == 2, field


def test_files_stay_small() -> None:
    assert all(path.stat().st_size < 300_000 for path in files())
    assert sum(path.stat().st_size for path in files()) < 2_500_000


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["name"])
def test_length_is_that_of_a_real_report(file: dict[str, Any]) -> None:
    length = len(raw(file["name"])) / len(file["article"])
    assert 800 <= length <= 3000


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["name"])
def test_gold_holds(file: dict[str, Any]) -> None:
    text = raw(file["name"])
    for article in file["article"]:
        assert len(article["sentences"]) >= 3
        assert set(article["mended"]) <= set(article["sentences"])
        for sentence in article["sentences"]:
            assert (squeeze(sentence) in text) != (sentence in article["mended"]), sentence
        assert all(figure in text for figure in article.get("suspect_figures", ()))
    # Word's own headers lie outside the body, and what a reviser deleted is no text at all.
    if file["format"] != "docx":
        for piece in file["furniture"]:
            assert squeeze(piece) in text, piece


def test_word_numbers_stay_outside_the_text() -> None:
    for name in ("临溪政发〔2021〕12号.docx", "望樟区社区工作经费和阵地建设配套资金管理办法.docx"):
        document = docx.Document(str(SAMPLES / name))
        numbered = [p for p in document.paragraphs if p._p.pPr is not None and p._p.pPr.numPr is not None]
        assert len(numbered) > 10
        assert not any(p.text.startswith(("一、", "（一）", "1.", "第")) for p in numbered)


def test_encodings_are_the_hard_ones() -> None:
    page = (SAMPLES / "t20220805_4471902.html").read_bytes()
    assert b"charset=gb2312" in page
    with pytest.raises(UnicodeDecodeError):
        page.decode("gb2312")
    assert "喆园社区" in page.decode("gbk")
    text = (SAMPLES / "樟香食堂养老助餐实践.txt").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        text.decode("utf-8")
    assert "长者食堂" in text.decode("gb18030")


def test_silent_dimensions_are_dimensions_of_known_districts() -> None:
    districts = set().union(*CITIES.values())
    silent: dict[str, list[str]] = GOLD["not_mentioned"]
    assert set(silent) <= districts
    assert set().union(*silent.values()) <= DIMENSIONS
    assert len(silent) >= 5


def test_invented_names_are_no_real_divisions() -> None:
    rows = (ROOT / "kb/data/divisions.txt").read_text("utf-8").splitlines()
    real = [row.split("\t")[1] for row in rows if not row.startswith("#")]
    stems = {name[:-1] for name in {*CITIES, *set().union(*CITIES.values())}}
    assert len(real) > 3000
    assert not [name for name in real if any(stem in name for stem in stems)]


@pytest.mark.shared
@pytest.mark.skipif(not SEEDS.is_dir(), reason="../shared/seeds is not here")
def test_no_sentence_was_copied_from_the_seeds() -> None:
    seeds = "\0".join(squeeze(path.read_text("utf-8")) for path in sorted(SEEDS.glob("*.txt")))
    runs = {seeds[at : at + 20] for at in range(len(seeds) - 19)}
    for file in FILES:
        text = raw(file["name"])
        shared = [text[at : at + 20] for at in range(len(text) - 19) if text[at : at + 20] in runs]
        assert not shared, (file["name"], shared[:3])
