"""Comparisons made by hand for the tests of exports."""

from __future__ import annotations

from collections.abc import Sequence

from kb.search.cite import cite
from kb.text.figures import figures
from kb.types import Cell, Column, CompareCoverage, Comparison, Document, DocumentCard

PLAIN = (
    "一、经费怎么来\n区财政每年安排专项资金1680万元。各方筹资近202300万元投入社区建设。\n"
    "二、房子怎么办\n新建办公用房960平方米。"
)
HOSTILE = (
    '=HYPERLINK("http://evil.example","点我")',
    "+1+2|cmd",
    "@SUM(A1)",
    "-2+3",
    "<script>alert(1)</script> & <b>粗</b>",
    "| 竖线 | `代码` *强调* [链接](javascript:alert(1)) ![图](x) # 标题 --> <!-- 注",
    "控制\x00字\x07符\x1b[31m与\u202e倒写",
    "${jndi:ldap://x} {{7*7}} {% raw %}",
    "\\_转义\\* 与 ]]> 与 &amp;",
)


def document(text: str, name: str = "a", **fields: object) -> Document:
    return Document(
        id=f"doc{name}", source=f"{name}.txt", sha256="0" * 64, title=f"材料{name}", text=text, **fields
    )  # type: ignore[arg-type]


def card(document: Document) -> DocumentCard:
    return DocumentCard(
        document.id, document.source, document.version, document.title, document.issuer, document.region,
        document.issued, document.number, document.kind, document.origin, document.flags,
    )  # fmt: skip


def cell(dimension: str, document: Document, spans: Sequence[tuple[int, int]], state: str = "found") -> Cell:
    citations = tuple(cite(document, card(document), start, end) for start, end in spans)
    numbers = tuple(f for start, end in spans for f in figures(document.text, start, end, document.flags))
    return Cell(dimension, state, citations, numbers)  # type: ignore[arg-type]


def comparison(columns: Sequence[Column], dimensions: Sequence[str], topic: str = "社区经费") -> Comparison:
    states = [cell.state for column in columns for cell in column.cells]
    coverage = CompareCoverage(
        len(columns),
        states.count("found"),
        states.count("weak"),
        states.count("not_mentioned"),
        ("另有 2 列未列入",),
    )
    return Comparison(topic, "社区治理概览", tuple(dimensions), tuple(columns), coverage)
