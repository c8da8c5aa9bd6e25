"""Furniture that no rule names is told by its repetition over one site's texts; the body never is."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from shelf import by_source, ingest, texts

from kb.ingest.pipeline import read, read_documents
from kb.ingest.sites import RULE, learn
from kb.store.documents import get_document
from kb.store.layout import Layout
from kb.store.store import Store

TOPICS = (
    "养老",
    "助餐",
    "托育",
    "物业",
    "网格",
    "用房",
    "停车",
    "垃圾",
    "议事",
    "楼道",
    "绿化",
    "热线",
    "调解",
    "献血",
)
ABOVE = ("青禾政研资料汇", "第0328号阅览架")
BELOW = ("樟云书屋逐日抄存", "读完请随手归架")
BETWEEN = "樟云书屋藏页"


def body(topic: str) -> list[str]:
    """An article of its own: no two topics share a long run of words."""
    source = random.Random(topic)
    words = [chr(0x4E00 + source.randrange(3000)) for _ in range(600)]
    lines = ["".join(words[start : start + 45]) for start in range(0, 540, 60)]
    heads = ("基本情况", "一、主要做法", "二、存在问题", "三、对策建议")
    prose = [f"{topic}方面，{line[:20]}，{line[20:]}。" for line in lines]
    return [
        f"关于{topic}工作的调研报告",
        heads[0],
        *prose[:2],
        heads[1],
        *prose[2:5],
        heads[2],
        prose[5],
        heads[3],
        prose[6],
        "特此报告",
        "青禾区人民政府办公室",
        f"2023年5月{TOPICS.index(topic) + 1}日",
    ]


def page(topic: str, *, cut: bool = False) -> list[str]:
    """The article as the site shows it."""
    lines = body(topic)
    if cut:
        long = lines[2]
        lines[2:3] = [long[:35], BETWEEN, long[35:]]
    shelf = ABOVE[1].replace("0328", str(100 + TOPICS.index(topic)))
    return [ABOVE[0], shelf, *lines, *BELOW]


def put(folder: Path, topic: str, *, cut: bool = False, html: bool = False) -> None:
    folder.mkdir(exist_ok=True)
    lines = page(topic, cut=cut)
    if html:
        text = "".join(f"<p>{line}</p>" for line in lines)
        (folder / f"{topic}.html").write_text(
            f"<html><head><meta charset='utf-8'></head><body>{text}</body></html>", "utf-8"
        )
    else:
        (folder / f"{topic}.txt").write_text("\n".join(lines), "utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    for number, topic in enumerate(TOPICS):
        put(folder, topic, cut=number % 2 == 0, html=number % 3 == 0)
    return folder


def gold(topic: str) -> str:
    return "\n".join(body(topic))


def removed(store: Store) -> dict[str, list[str]]:
    found = {}
    with store.reading() as connection:
        for name, id in by_source(store).items():
            document = get_document(connection, id)
            found[name] = sorted(piece.text for piece in document.removed if piece.rule == RULE)
    return found


def test_nothing_but_the_articles_is_left(store: Store, site: Path) -> None:
    report = ingest(store, site)
    assert (report.ingested, report.failed) == (len(TOPICS), ())
    assert {Path(name).stem: text for name, text in texts(store).items()} == {
        topic: gold(topic) for topic in TOPICS
    }
    for name, pieces in removed(store).items():
        topic = Path(name).stem
        extra = [BETWEEN] if TOPICS.index(topic) % 2 == 0 else []
        shelf = f"第{100 + TOPICS.index(topic)}号阅览架"
        assert pieces == sorted([ABOVE[0], shelf, *BELOW, *extra])


def test_rules_alone_do_not_name_these_lines(site: Path) -> None:
    (document,) = read_documents((site / "助餐.txt").read_bytes(), "助餐.txt", "助餐.txt")
    assert document.removed == ()
    assert document.text.startswith(ABOVE[0])


def test_later_runs_leave_it_so(store: Store, site: Path, layout: Layout) -> None:
    ingest(store, site)
    first, taken, generation = texts(store), removed(store), store.generation()
    report = ingest(store, site)
    assert (report.ingested, report.unchanged) == (0, len(TOPICS))
    assert store.generation() == generation
    ingest(store, site, reprocess=True)
    assert (texts(store), removed(store)) == (first, taken)
    with sqlite3.connect(layout.truth) as direct:  # as a run that was cut off leaves it
        direct.execute("UPDATE site_marks SET settled = 0, applied = '[]'")
    direct.close()
    assert ingest(store, site).unchanged == len(TOPICS)
    assert (texts(store), removed(store)) == (first, taken)
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT min(settled) FROM site_marks").scalar() == 1


def test_the_order_of_arrival_does_not_matter(store: Store, site: Path, tmp_path: Path) -> None:
    ingest(store, site)
    other = Store.open(Layout(tmp_path / "other"))
    late = sorted(site.iterdir())[::2]
    ingest(other, *late)
    ingest(other, site, reprocess=True)
    assert texts(other) == texts(store)
    other.close()


def test_what_came_before_is_cleaned_when_it_is_read_again(store: Store, site: Path) -> None:
    early, late = TOPICS[:4], TOPICS[4:]
    ingest(store, *(next(site.glob(f"{topic}.*")) for topic in early))
    assert all(text.startswith(ABOVE[0]) for text in texts(store).values()), "four texts prove nothing"
    ingest(store, *(next(site.glob(f"{topic}.*")) for topic in late))
    kept = {Path(name).stem: text for name, text in texts(store).items()}
    assert all(kept[topic] == gold(topic) for topic in late)
    assert all(kept[topic].startswith(ABOVE[0]) for topic in early), "files that did not change stay"
    ingest(store, site, reprocess=True)
    assert {Path(name).stem: text for name, text in texts(store).items()} == {
        topic: gold(topic) for topic in TOPICS
    }


def test_a_site_in_a_mixed_folder_is_told_by_its_first_line(store: Store, site: Path) -> None:
    for number in range(20):
        lines = [
            f"第{chr(0x5000 + number)}号材料",
            *body(TOPICS[number % 14])[2:4],
            f"{chr(0x6000 + number)}完毕。",
        ]
        (site / f"别处{number}.txt").write_text("\n".join(reversed(lines)), "utf-8")
    ingest(store, site)
    kept = {Path(name).stem: text for name, text in texts(store).items()}
    assert {topic: kept[topic] for topic in TOPICS} == {topic: gold(topic) for topic in TOPICS}


def test_a_site_is_known_by_the_address_that_its_pages_name(store: Store, tmp_path: Path) -> None:
    for topic in TOPICS:
        folder = tmp_path / f"收集{topic}"
        put(folder, topic)
        path = folder / f"{topic}.txt"
        path.write_text("www.qinghe-shuwu.example\n" + path.read_text("utf-8"), "utf-8")
    ingest(store, *(tmp_path / f"收集{topic}" for topic in TOPICS))
    for name, text in texts(store).items():
        assert text == gold(Path(name).stem)


def test_copies_of_one_text_prove_nothing(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    lines = page("养老")
    for number in range(12):
        (folder / f"{number}.txt").write_text("\n".join([*lines, f"第{number}次抄存"]), "utf-8")
    ingest(store, folder)
    assert not any(removed(store).values())


ABOVE_TEXTS = (
    "各区、县（市）人民政府，市政府各部门：\n第一章 总则",
    "青禾区人民政府文件\n一、指导思想",
    "（此件公开发布）\n基本情况",
    "内部资料 注意保密\n前言",
    "中共青禾区委员会\n主要做法",
)
BELOW_TEXTS = (
    "特此通知\n附件：社区名单",
    "青禾区民政局\n2023年5月18日",
    "抄送：区委办公室\n联系人：张三",
    "填表人签字\n单位盖章",
    "附表1 社区工作经费一览表\n谢谢大家",
)


@pytest.mark.parametrize("above", ABOVE_TEXTS)
@pytest.mark.parametrize("below", BELOW_TEXTS)
def test_what_official_texts_share_is_never_learned(above: str, below: str) -> None:
    marks = []
    for number, topic in enumerate(TOPICS):
        text = "\n".join([above, *body(topic), below])
        marks.append((number, read(text.encode(), f"{topic}.txt", f"/a/{topic}.txt").marks))
    assert learn(marks, templates=True) == frozenset()
