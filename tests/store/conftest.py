from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.store.layout import Layout
from kb.store.store import Store


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "index")


@pytest.fixture
def store(layout: Layout) -> Iterator[Store]:
    opened = Store.open(layout)
    yield opened
    opened.close()
