"""What files of the models folder that were made of rules are named by, and which of them stay."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from kb.resources import data_bytes

BETWEEN = "\t"  # forms of one term
_MOST_KEPT = 3  # versions, for installations that share a folder


def made_of(sources: Sequence[str], packages: Sequence[str]) -> str:
    """Tells what is made of these rules by these packages from what is made of others."""
    digest = hashlib.sha256()
    for name in sources:
        digest.update(data_bytes(name))
    digest.update(" ".join(map(version, packages)).encode())
    return digest.hexdigest()[:16]


def forget_older(folder: Path, pattern: str) -> None:
    """Deletes all files of a pattern but the three made last."""
    made_when = {path: path.stat().st_mtime for path in folder.glob(pattern)}
    for path in sorted(made_when, key=lambda path: made_when[path])[:-_MOST_KEPT]:
        path.unlink(missing_ok=True)
