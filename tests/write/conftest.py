"""A small comparison, one whose texts try to be anything but text, and a wide one."""

from __future__ import annotations

import pytest
from handmade import HOSTILE, PLAIN, card, cell, comparison, document

from kb.types import Cell, Column, Comparison, Flag, Section


@pytest.fixture
def plain() -> Comparison:
    broken = PLAIN.index("近202300万元")
    one = document(
        PLAIN,
        "甲",
        issuer="河东区委",
        region=("天津市", "河东区"),
        issued="2019-06",
        number="河东发〔2019〕3号",
        kind="通知",
        sections=(
            Section(("一、经费怎么来",), 0, PLAIN.index("二、")),
            Section(("二、房子怎么办",), PLAIN.index("二、"), len(PLAIN)),
        ),
        flags=(Flag("suspect_figure", "2023 被替换进数字", broken, broken + 9),),
    )
    first, second = PLAIN.index("区财政"), PLAIN.index("各方")
    rooms = PLAIN.index("新建")
    funding = cell("经费保障", one, [(first, second), (second, PLAIN.index("\n二、"))])
    premises = cell("办公用房与阵地", one, [(rooms, len(PLAIN))], "weak")
    left = Column("天津市河东区", (card(one),), (funding, premises))
    right = Column("云岚市", (), (Cell("经费保障", "not_mentioned"), Cell("办公用房与阵地", "not_mentioned")))
    return comparison((left, right), ("经费保障", "办公用房与阵地"))


@pytest.fixture
def hostile() -> Comparison:
    columns = []
    for i, words in enumerate((*HOSTILE, "长" * 10_000)):
        one = document(words, f"{i}", issuer=words[:30], origin="", kind="经验材料")
        columns.append(Column(words[:40], (card(one),), (cell("=cmd()", one, [(0, len(words))]),)))
    return comparison(columns, ("=cmd()",), topic="=1+1")


@pytest.fixture
def wide() -> Comparison:
    columns = []
    for i in range(12):
        text = f"第{i}区安排资金{i + 1}00万元用于社区。" * 3
        one = document(text, f"{i}")
        columns.append(Column(f"第{i}区", (card(one),), (cell("经费保障", one, [(0, len(text) // 3)]),)))
    return comparison(columns, ("经费保障",))
