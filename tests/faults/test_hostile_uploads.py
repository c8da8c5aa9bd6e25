"""A small run of `python -m tests.bench.hostile`: nothing crashes, nothing leaks, memory stays bounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.hostile import attack

KINDS = 20
MOST_MEGABYTES = {"server": 700, "jobs": 700, "parser": 1600}  # the parser's own limit is 1 500


@pytest.mark.slow
def test_hostile_uploads_come_to_nothing_worse_than_a_reason(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    found = attack(place, 3 * KINDS, 30)
    assert found.wrong == []
    assert len({kind for kind, _ in found.states}) == KINDS
    assert sum(found.states.values()) == 3 * KINDS
    assert set(found.peaks) >= set(MOST_MEGABYTES)
    assert all(found.peaks[part] < most for part, most in MOST_MEGABYTES.items()), found.peaks
