"""A full disk: one line, nothing lost, and with room again the run is completed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import Ended, files_up_to, kb
from hashing import HashEncoder, embeddings_server
from running import GENERATED, NOTHING, assert_answers, committed, fill, problems_of, variables

Sizes = Callable[[str], None]


def assert_full(ended: Ended) -> None:
    assert (ended.code, ended.out) == (1, ""), ended
    assert "the disk is full" in ended.complaint
    assert "free some space" in ended.complaint
    assert [line for line in ended.err.splitlines() if "panicked" in line or "Error" in line] == []


def assert_goes_on(home: Path, folder: Path, env: dict[str, str]) -> None:
    ended = kb("ingest", folder, "--json", home=home, env=env)
    assert ended.code == 0, ended.err
    assert len((committed(home) or NOTHING).documents) == 23 + GENERATED
    assert not problems_of(home, env)


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 60_000, 400_000])
def test_a_file_that_may_not_grow(tmp_path: Path, size: int) -> None:
    """The limit is met by the truth, by a journal, by the word index or by the vectors."""
    home = tmp_path / "home"
    home.mkdir()
    fill(tmp_path / "docs")
    first = tmp_path / "docs" / "生成00.txt"
    with embeddings_server(HashEncoder("full", 256)) as model:
        env = variables(model)
        assert kb("ingest", first, home=home, env=env).code == 0
        before = committed(home)
        assert before is not None
        assert_full(kb("ingest", tmp_path / "docs", "--json", home=home, env=env, before=files_up_to(size)))
        after = committed(home)
        assert after is not None
        assert after.documents.items() >= before.documents.items()
        assert all("behind" in problem for problem in problems_of(home, env))
        assert_answers(home, env, after.documents)
        assert_goes_on(home, tmp_path / "docs", env)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, Sizes]]:
    """A file system of its own in memory, and how to change its size."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this machine does not let a file system be mounted")

    def resize(size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", place], check=True)

    yield place, resize
    subprocess.run(["umount", place], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["200k", "900k", "1700k"])
def test_a_disk_that_fills(tmp_path: Path, small_disk: tuple[Path, Sizes], size: str) -> None:
    home, resize = small_disk
    resize(size)
    fill(tmp_path / "docs")
    with embeddings_server(HashEncoder("full", 256)) as model:
        env = variables(model)
        assert_full(kb("ingest", tmp_path / "docs", "--json", home=home, env=env))
        before = committed(home) or NOTHING
        again = kb("ingest", tmp_path / "docs", "--json", home=home, env=env)
        assert_full(again)
        assert (committed(home) or NOTHING).documents.keys() >= before.documents.keys()
        asked = kb("search", "社区经费", "--json", home=home, env=env)
        assert asked.code == 0 or "disk is full" in asked.complaint
        resize("64m")
        assert all("behind" in problem for problem in problems_of(home, env))
        assert_answers(home, env, before.documents)
        assert_goes_on(home, tmp_path / "docs", env)
