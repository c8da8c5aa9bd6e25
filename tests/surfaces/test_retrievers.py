"""The retrievers of docs/retrievers.md, run where their frameworks are installed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from serving import served

PAGE = (Path(__file__).parents[2] / "docs" / "retrievers.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)


@pytest.fixture(scope="module")
def port(home: Path) -> Iterator[int]:
    with served(home) as number:
        yield number


def ran(port: int, *blocks: str) -> str:
    code = "\n".join(blocks).replace("127.0.0.1:8765", f"127.0.0.1:{port}")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_all_of_them_share_gives_cited_passages(port: int) -> None:
    said = ran(
        port, BLOCKS[0], "for text, score, about in found('社区经费', top_k=2): print(about['reference'])"
    )
    assert len(said.splitlines()) == 2


@pytest.mark.parametrize(
    ("framework", "block"), list(zip(["langchain_core", "llama_index", "haystack"], BLOCKS[1:], strict=True))
)
def test_a_retriever_gives_three_documents(port: int, framework: str, block: str) -> None:
    if find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    assert ran(port, BLOCKS[0], block, "print(len(documents))").split()[-1] == "3"
