"""One library over the samples and a hostile file, shared by all tests of the surfaces."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb.config import load_settings
from kb.library import Library
from kb.surfaces.app import create_app

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "corpus" / "samples"

HOSTILE = """关于<script>alert(1)</script>社区工作经费{{7*7}}的通知

一、经费标准<img src=x onerror=alert(2)>

每个社区每年安排工作经费36万元，由区财政全额保障，"'><svg/onload=alert(3)>不得挪用。

二、{% raw %}监督办法{% endraw %}

街道每半年公布一次社区工作经费的使用情况，\u202eabc\u202c居民代表可以查询账目。
"""


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the samples ingested; the encoder is built once for all test runs."""
    folder = tmp_path_factory.mktemp("surfaces")
    (ROOT / "indexes" / ".models").mkdir(parents=True, exist_ok=True)
    (folder / "indexes").mkdir()
    (folder / "indexes" / ".models").symlink_to(ROOT / "indexes" / ".models")
    (folder / "kb.toml").write_text('home_region = ["云岚市", "望樟区"]\n', encoding="utf-8")
    shutil.copytree(SAMPLES, folder / "samples")
    (folder / "samples" / "敌意.txt").write_text(HOSTILE, encoding="utf-8")
    with Library.open(load_settings(folder, environ={})) as library:
        report = library.ingest([folder / "samples"])
    assert not report.failed
    return folder


@pytest.fixture(scope="session")
def library(home: Path) -> Iterator[Library]:
    """The library of `home`, open."""
    with Library.open(load_settings(home, environ={})) as opened:
        yield opened


@pytest.fixture(scope="session")
def client(library: Library) -> Iterator[TestClient]:
    """A client that comes from this machine."""
    app = create_app(library)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def visitor(library: Library) -> Iterator[TestClient]:
    """A client of a server over the `library` of its module, which does no jobs."""
    with TestClient(
        create_app(library), base_url="http://127.0.0.1", raise_server_exceptions=False
    ) as opened:
        yield opened
