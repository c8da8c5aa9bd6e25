"""The five documents that the project was asked for: what must be in the text, what must not.

The gold bodies are lines of the files themselves, named by number, less pieces that are no body.
"""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from kb.ingest.pipeline import read_documents
from kb.ingest.readers.spacing import visible
from kb.ingest.split import split
from kb.types import Document

pytestmark = pytest.mark.shared


@dataclass(frozen=True)
class Seed:
    """A seed: its body's lines (half-open), pieces in them that are no body, and its metadata."""

    prefix: str
    body: tuple[int, int]
    furniture: tuple[str, ...]  # regular expressions
    titles: tuple[str, ...]
    regions: tuple[tuple[str, ...], ...]
    headings: tuple[str, ...]  # how each begins
    kinds: tuple[str, ...] = ()


SEEDS = (
    Seed(
        "000",
        (19, 36),
        (r"^\d、", r"第1页 共1页", r"^努力创新社区党建思考 "),
        ("努力创新社区党建思考",),
        ((),),
        ("一、以“五化", "二、以“三心", "三、以“三项活动"),
        ("经验材料",),
    ),
    Seed(
        "001",
        (6, 28),
        (),
        ("赴外地考察学习社区及非公党建工作",),
        ((),),
        (
            *(
                "5、为居民",
                "(二)几点启示",
                "1、社区党建必须",
                "2、社区党建必须",
                "3、社区党建必须",
                "4、社区党建必须",
                "5、社区党建必须",
                "6、社区党建必须",
            ),
            *(
                "(三)我区",
                "1、社区党建氛围",
                "2、社区党建机制",
                "3、社区干部",
                "4、社区服务深度",
                "5、社区党建阵地",
                "(四)进一步",
                "1、进一步",
                "2、进一步",
            ),
        ),
        ("考察报告",),
    ),
    Seed(
        "002",
        (8, 22),
        (),
        ("建强优支部,当社区居民的代言人",),
        ((),),
        ("一、坚持学习", "二、坚持发展", "三、抓党建"),
        ("经验材料",),
    ),
    Seed(
        "003",
        (2, 3),
        (r"精品WORD文档下载可编缉使用", r"^(?:“三到社区”激发城市基层党建新活力){2}"),
        ("“三到社区”激发城市基层党建新活力",),
        ((),),
        ("重心下移", "力量下沉", "经费下划"),
        ("经验材料",),
    ),
    Seed(
        "004",
        (8, 9),
        (
            r"^.*?精品文档,仅供参考 ",
            r"本站为大家带来的.*?希望能帮助到大家!",
            r"关于天津市河东区以城市基层党建引领社区治理创新的调查与思考(?: 乡村社区治理调研报告)?",
        ),
        ("关于天津市河东区以城市基层党建引领社区治理创新的调查与思考",) * 3,
        (("天津市", "河东区"),) * 3,
        (
            *(
                "坚持上下联动",
                "优化力量",
                "创新多元",
                "夯实基层",
                "一、必须以党建",
                "二、必须以人民",
                "三、必须以需求",
                "四、必须以社区文化",
            ),
            *(
                "一、社区党建引领",
                "二、城市社区",
                "(一)党组织的建设",
                "1.党组织自身",
                "2.党组织领导",
                "3.共建资源",
                "(二)功能发挥",
                "1.社区党建和",
            ),
            *("2.服务功能", "三、增强社区", "(一)转变观念", "(二)选优配强", "(三)引入多元", "(四)以社区民生"),
        ),
        ("调研报告",) * 3,
    ),
)


def _path(seed: Seed, shared: Path) -> Path:
    return next((shared / "seeds").glob(f"{seed.prefix}_*.txt"))


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: seed.prefix)
def read(request: pytest.FixtureRequest, shared: Path) -> tuple[Seed, tuple[Document, ...], str]:
    seed: Seed = request.param
    path = _path(seed, shared)
    raw = path.read_text(encoding="utf-8").split("\n")
    body = []
    for line in raw[slice(*seed.body)]:
        for piece in seed.furniture:
            line = re.sub(piece, "", line.strip())
        body.append(line)
    return seed, read_documents(path.read_bytes(), path.name, str(path)), visible("".join(body))


Read = tuple[Seed, tuple[Document, ...], str]


def _bare(document: Document) -> str:
    """The text without its title line."""
    return visible(document.text.removeprefix(document.title))


def test_the_body_is_whole_and_nothing_else(read: Read) -> None:
    _, documents, gold = read
    text = "".join(_bare(document) for document in documents)
    matcher = difflib.SequenceMatcher(None, gold, text, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    assert same / len(gold) >= 0.9995
    assert (len(text) - same) / len(text) <= 0.0005


def test_nothing_is_lost_without_a_record(read: Read, shared: Path) -> None:
    seed, documents, _ = read
    raw = visible(_path(seed, shared).read_text(encoding="utf-8"))
    kept = visible("".join(document.text for document in documents))
    removed = visible("".join(item.text for document in documents for item in document.removed))
    assert sorted(raw) == sorted(kept + removed)


def test_title_region_and_year_are_right_or_empty(read: Read) -> None:
    seed, documents, _ = read
    assert tuple(document.title for document in documents) == seed.titles
    assert tuple(document.region for document in documents) == seed.regions
    assert {document.issued for document in documents} == {""}
    assert tuple(document.kind for document in documents) == seed.kinds


def test_every_heading_is_found_and_no_other(read: Read) -> None:
    seed, documents, _ = read
    found = [section.path[-1] for document in documents for section in document.sections if section.path]
    assert len(found) == len(seed.headings), found
    for heading, begins in zip(found, seed.headings, strict=True):
        assert heading.startswith(begins)


def test_no_passage_holds_furniture(read: Read) -> None:
    _, documents, _ = read
    words = (
        "上传",
        "下载",
        "页",
        "点击",
        "文库",
        "当前位置",
        "您现在的位置",
        "人气",
        "收藏",
        "相关文章",
        "WORD",
        "精品",
        "本站",
        "ICP",
        "发布时间",
    )
    for document in documents:
        for chunk in split(document):
            passage = document.text[chunk.start : chunk.end]
            assert not [word for word in words if word in passage.replace("网页", "")], passage


FUNDING = (
    ("003", 0, "先后安排县财政资金2400余万元,分别在4个社区建成", "社区面貌焕然一新。"),
    ("004", 0, "二是强化经费保障,修订为民服务群众专项经费", "设立党建引领社区治理专项资金1680万元。"),
    (
        "001",
        0,
        "黄石市为每个社区投入10万余元,一一建起了百米宣传长廊。青山区采取",
        "以奖代投的办法,鼓励街道社区加大社区建设投入。",
    ),
    (
        "000",
        0,
        "市委、市政府集中组织了500多个驻区单位",
        "困扰社区多年、严重阻碍社区开展的“瓶颈问题得到切实有效的解决。",
    ),
)


@pytest.mark.parametrize(("prefix", "part", "begin", "end"), FUNDING, ids=lambda value: str(value)[:12])
def test_funding_sentences_stand_whole_in_one_passage(
    shared: Path, prefix: str, part: int, begin: str, end: str
) -> None:
    path = next((shared / "seeds").glob(f"{prefix}_*.txt"))
    document = read_documents(path.read_bytes(), path.name, str(path))[part]
    passages = [document.text[chunk.start : chunk.end].replace("，", ",") for chunk in split(document)]
    assert any(begin in passage and end in passage for passage in passages)


def test_damaged_figures_and_spun_words_are_flagged(shared: Path) -> None:
    path = next((shared / "seeds").glob("000_*.txt"))
    (document,) = read_documents(path.read_bytes(), path.name, str(path))
    figures = [flag for flag in document.flags if flag.name == "suspect_figure"]
    assert [flag.evidence for flag in figures] == ["20230名", "12023多名", "202300万元"]
    assert all(document.text[flag.start : flag.end] == flag.evidence for flag in figures)
    (spun,) = [flag for flag in document.flags if flag.name == "spun_text"]
    assert spun.start == spun.end == 0
    assert "效劳（服务）" in spun.evidence


@pytest.mark.parametrize(
    ("prefix", "names"),
    [("001", {"truncated", "anonymised"}), ("002", {"anonymised"}), ("003", {"anonymised"}), ("004", set())],
)
def test_other_flags(shared: Path, prefix: str, names: set[str]) -> None:
    path = next((shared / "seeds").glob(f"{prefix}_*.txt"))
    for document in read_documents(path.read_bytes(), path.name, str(path)):
        assert {flag.name for flag in document.flags} == names
