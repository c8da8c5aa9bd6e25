"""What a derived index says of itself: written last, so that what it names is whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from kb.errors import StoreError
from kb.store.layout import replacing, storage
from kb.types import sha256_hex

MANIFEST = "manifest.json"


class Manifest(BaseModel):
    """The state of one derived index."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int  # of the files and of how text is cut; another number means: rebuild
    generation: int  # of the truth that it holds
    name: str  # of the file or folder
    model: str = ""  # of the vectors
    count: int = 0  # rows
    digests: dict[str, str] = {}  # file name → SHA-256
    seal: str = ""  # SHA-256 of all the rest: one wrong bit in a generation would hide changes for ever

    def sealed(self) -> Manifest:
        """The same with the seal that belongs to it."""
        bare = self.model_copy(update={"seal": ""}).model_dump_json()
        return self.model_copy(update={"seal": sha256_hex(bare)})


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a derived index, None where there is none yet. Raises `StoreError` when damaged."""
    path = folder / MANIFEST
    with storage(path):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise StoreError(f"{path} is damaged: `kb check --repair` rebuilds the index") from error
    if manifest != manifest.sealed():
        raise StoreError(f"{path} is damaged: `kb check --repair` rebuilds the index")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replaces the manifest of a derived index."""
    with replacing(folder / MANIFEST) as temporary:
        temporary.write_text(manifest.sealed().model_dump_json(), encoding="utf-8")


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, 64 hex digits."""
    with storage(path), path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
