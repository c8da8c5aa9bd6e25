"""A command imports what it needs and no more; the help knows all of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from commands import ROOT, environment, kb

from kb.surfaces.cli.on_demand import COMMANDS

# What only the server, the exports and the readers of files need.
HEAVY = {
    "fastapi",
    "uvicorn",
    "openpyxl",
    "docx",
    "lxml",
    "trafilatura",
    "pypdfium2",
    "httpx2",
    "simplemma",
    "mcp",
}


def test_search_imports_nothing_of_the_server_the_exports_and_the_readers(sample_home: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "importtime",
            "-m",
            "kb",
            "search",
            "社区经费",
            "--json",
            "--home",
            sample_home,
        ],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        cwd=ROOT,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert {"kb", "tantivy", "jieba"} <= imported
    assert not imported & HEAVY


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
