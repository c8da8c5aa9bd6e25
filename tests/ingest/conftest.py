"""What all tests of the room share."""

from pathlib import Path

import pytest
from ingest_places import SHARED


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder beside the checkout; skips where there is none."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is absent: a stranger's clone has no reference folder")
    return SHARED
