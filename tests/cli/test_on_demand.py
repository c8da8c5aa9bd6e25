"""A command imports what it needs and no more; the help knows all of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, environment, kb

from kb.surfaces.cli.on_demand import COMMANDS

# What only the server, the exports, the readers of files and the building of the encoder need.
HEAVY = {
    "argon2",
    "docx",
    "fastapi",
    "httpx2",
    "jinja2",
    "lxml",
    "mcp",
    "onnx",
    "openpyxl",
    "pypdfium2",
    "simplemma",
    "starlette",
    "trafilatura",
    "uvicorn",
}
ROOMS = {
    "kb.access",
    "kb.compare",
    "kb.library",
    "kb.surfaces.wire",
    "kb.surfaces.shapes",
    "kb.types.upkeep",
    "kb.upkeep",
}
QUESTIONS = ("社区经费怎么解决", "how do residents pay for community services")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_search_imports_nothing_of_the_server_the_exports_and_the_readers(
    sample_home: Path, question: str
) -> None:
    search = (sys.executable, "-X", "importtime", "-m", "kb", "search", question, "--home", sample_home)
    done = subprocess.run(
        search, capture_output=True, encoding="utf-8", env=environment(), cwd=ROOT, check=True
    )
    assert "检索范围" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert {"kb.asking", "kb.search.answer", "tantivy", "jieba"} <= imported
    assert not {name.partition(".")[0] for name in imported} & HEAVY
    assert not imported & ROOMS
    assert not {name for name in imported if name.startswith(("kb.ingest.readers", "kb.write.docx"))}


def test_the_help_lists_every_command_with_what_it_does(tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "kb", "--help"],
        capture_output=True,
        encoding="utf-8",
        env=environment({"COLUMNS": "120"}),
        cwd=tmp_path,
        check=True,
    ).stdout
    rows = [line.strip("│ ").split(maxsplit=1) for line in shown.partition("Commands")[2].splitlines()]
    listed = {row[0]: row[1] for row in rows if len(row) == 2 and row[0] in COMMANDS}
    assert list(listed) == list(COMMANDS)


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    ended = kb("sarch", home=tmp_path)
    assert ended.code == 2
    assert "sarch" in ended.err


def test_an_answer_that_nobody_takes_ends_as_any_other_command(sample_home: Path) -> None:
    """The process ends at once after a search, but not before all was said, or that it could not be."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    search = (sys.executable, "-m", "kb", "search", "社区经费", "--json", "--home", sample_home)
    with full.open("w") as nowhere:
        ended = subprocess.run(
            search, stdout=nowhere, stderr=subprocess.PIPE, encoding="utf-8", env=environment(), cwd=ROOT
        )
    assert ended.returncode != 0
    assert "No space left" in ended.stderr
