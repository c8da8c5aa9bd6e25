"""Files of the models folder that were made of rules: what they are named by, and which of them stay."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from kb.errors import StoreError
from kb.resources import data_bytes
from kb.store.layout import replacing, storage

Model = TypeVar("Model", bound=BaseModel)

_MOST_KEPT = 3  # versions, for installations that share a folder


def made_of(sources: Sequence[str], packages: Sequence[str]) -> str:
    """Tells what is made of these rules by these packages from what is made of others."""
    digest = hashlib.sha256()
    for name in sources:
        digest.update(data_bytes(name))
    digest.update(" ".join(map(version, packages)).encode())
    return digest.hexdigest()[:16]


def kept(folder: Path, name: str, version_of: str, model: type[Model], make: Callable[[], Model]) -> Model:
    """What `make` gives, from the JSON file that keeps it; one that is absent or damaged is made again.

    Where the disk is full or protected nothing is kept, and the next process makes it again.
    """
    path = folder / f"{name}-{version_of}.json"
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        value = make()
    with suppress(StoreError), storage(path):
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(value.model_dump_json(), encoding="utf-8")
        forget_older(folder, f"{name}-*")
    return value


def forget_older(folder: Path, pattern: str) -> None:
    """Deletes all files of a pattern but the three made last."""
    made_when = {path: path.stat().st_mtime for path in folder.glob(pattern)}
    for path in sorted(made_when, key=lambda path: made_when[path])[:-_MOST_KEPT]:
        path.unlink(missing_ok=True)
