"""What is refused is told in the visitor's language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb.surfaces.messages import Words
from kb.surfaces.reasons import refusal_in

KB = Path(__file__).parents[2] / "kb"
TOLD = ("QuestionError", "NotFound", "Outdated", "Busy", "HTTPException")
FOR_PROGRAMS = ("cli", "mcp")  # rooms whose users read English
QUOTED = ord("r")  # the conversion of {name!r}


def said(node: ast.expr) -> str:
    """A message with 7 in its places; "" for what is no message."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    places = {QUOTED: "'7'"}
    return "".join(
        places.get(part.conversion, "7") if isinstance(part, ast.FormattedValue) else said(part)
        for part in node.values
    )


def refused() -> Iterator[str]:
    for path in sorted(KB.rglob("*.py")):
        if not set(FOR_PROGRAMS) & set(path.parts):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                call = node.exc if isinstance(node, ast.Raise) else None
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in TOLD:
                    yield from filter(None, map(said, call.args[:2]))


def test_every_refusal_is_told_in_chinese() -> None:
    told = set(refused())
    assert len(told) > 80
    assert [one for one in told if not re.search("[\u4e00-\u9fff]", refusal_in(one, Words("zh")))] == []


@pytest.mark.parametrize(
    ("path", "zh", "en"),
    [
        ("/documents/none-such", "没有编号为 none-such 的资料", "no document has the id none-such"),
        ("/baskets/没有", "没有素材篮“没有”", "there is no basket 没有"),
        ("/compare?topic=经费&lens=没有", "没有名为“没有”的视角", "there is no lens"),
    ],
)
def test_pages_say_it_in_the_language_of_the_visitor(client: TestClient, path: str, zh: str, en: str) -> None:
    visitor = TestClient(client.app, base_url=str(client.base_url))  # cookies of its own
    asked = f"{path}{'&' if '?' in path else '?'}lang"
    assert zh in visitor.get(f"{asked}=zh").text
    assert en in visitor.get(f"{asked}=en").text
