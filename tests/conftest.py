"""What the tests of several rooms share: a home folder with the samples in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ROOT, SAMPLES
from hypothesis import HealthCheck, settings

from kb.config import load_settings
from kb.library import Library

# Machines are shared and noisy: how long an example takes says nothing about it.
settings.register_profile("kb", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kb")


@pytest.fixture(scope="session")
def built_models() -> Path:
    """Where built encoders are kept between runs: they are the same for all tests."""
    folder = ROOT / "indexes" / ".models"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory, built_models: Path) -> Path:
    """A home whose index holds corpus/samples under the bundled encoder; for reading only."""
    folder = tmp_path_factory.mktemp("samples_home")
    (folder / "indexes").mkdir()
    (folder / "indexes" / ".models").symlink_to(built_models)
    with Library.open(load_settings(folder, environ={})) as library:
        report = library.ingest([SAMPLES])
    assert not report.failed
    return folder


@pytest.fixture(scope="session")
def sample_library(sample_home: Path) -> Iterator[Library]:
    """The library of `sample_home`, open; for reading only."""
    with Library.open(load_settings(sample_home, environ={})) as library:
        yield library


@pytest.fixture
def own_home(tmp_path: Path, sample_home: Path) -> Path:
    """A copy of `sample_home` that may be changed."""
    folder = tmp_path / "home"
    shutil.copytree(sample_home, folder, symlinks=True)
    return folder


@pytest.fixture
def bare_home(tmp_path: Path, built_models: Path) -> Path:
    """A home without an index."""
    folder = tmp_path / "bare"
    (folder / "indexes").mkdir(parents=True)
    (folder / "indexes" / ".models").symlink_to(built_models)
    return folder
