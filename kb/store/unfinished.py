"""Whether a restore was cut off: asked at every opening, so it stands apart from all that a restore needs."""

from __future__ import annotations

from pathlib import Path

WORK, PLAN = ".restoring", "plan.json"  # the folder of a restore, in the home folder, and its plan


def unfinished(home: Path) -> bool:
    """Whether a restore is at work in `home`, or was cut off after it had begun to move files."""
    return (home / WORK / PLAN).exists()
