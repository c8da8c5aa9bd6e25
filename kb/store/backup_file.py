"""The form of a backup file, and what is refused: nothing in it is believed before it is verified."""

from __future__ import annotations

import hashlib
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.errors import BackupError, StorageFull
from kb.store.layout import Layout, storage
from kb.types import sha256_hex

FORMAT = 1
MANIFEST_NAME, TRUTH_NAME, SETTINGS_NAME = "manifest.json", "truth.sqlite3", "kb.toml"
UPLOADS = "uploads"  # originals that were uploaded; they lie in the folder of the index
FOLDERS = ("lenses", "rules", UPLOADS)

_MANIFEST_BYTES = 64 * 1024 * 1024
_MOST_FILES = 1_000_000
_PIECE = 1 << 20  # bytes
_ROOM = 1.1  # times what a backup holds must be free
_DEEPEST = 6  # names in a path
_PART = re.compile(r"[^\s./\\:*?\"<>|\x00-\x1f\x7f][^/\\:*?\"<>|\x00-\x1f\x7f]{0,199}")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class Member(BaseModel):
    """One file of a backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)  # bytes


class BackupManifest(BaseModel):
    """What a backup holds, sealed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    program: str  # the version that made it
    created: float  # Unix seconds
    migration: int = Field(ge=1)
    generation: int = Field(ge=0)
    documents: int = Field(ge=0)
    files: dict[str, Member]
    seal: str = ""  # SHA-256 of all the rest

    def sealed(self) -> BackupManifest:
        """The same with the seal that belongs to it."""
        return self.model_copy(
            update={"seal": sha256_hex(self.model_copy(update={"seal": ""}).model_dump_json())}
        )


def places(layout: Layout, home: Path) -> dict[str, Path]:
    """Where what a backup holds beside the truth belongs, by its name or the name of its folder."""
    kept = {name: home / name for name in (SETTINGS_NAME, *FOLDERS)}
    return kept | {UPLOADS: layout.folder / UPLOADS}


def safe_name(name: str) -> bool:
    """Whether a file of this name belongs into a backup: one we write ourselves, in a place of ours."""
    if name in (TRUTH_NAME, SETTINGS_NAME):
        return True
    folder, *rest = name.split("/")
    return (
        folder in FOLDERS
        and 1 <= len(rest) < _DEEPEST
        and all(_PART.fullmatch(part) and part == part.rstrip(" .") for part in rest)
    )


@contextmanager
def open_backup(path: Path) -> Iterator[tuple[zipfile.ZipFile, BackupManifest]]:
    """The archive with its manifest, whose list of files is held against the archive's own.

    Raises `BackupError` for anything that is no whole backup of ours; the bytes of its files are not read
    yet.
    """
    if not path.is_file():
        raise BackupError(f"there is no backup file {path}")
    try:
        with storage(path), zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            _compare(archive, manifest, path)
            yield archive, manifest
    except _BROKEN as error:
        raise BackupError(f"{path} is no whole backup ({error}): use another copy of it") from error


def verify_members(archive: zipfile.ZipFile, manifest: BackupManifest) -> None:
    """Reads every file once and holds it against its digest. Raises `BackupError`."""
    for name in manifest.files:
        copy_member(archive, manifest, name, None)


def unpack(archive: zipfile.ZipFile, manifest: BackupManifest, folder: Path) -> None:
    """Writes the files below `folder`, verified as they are written.

    Raises `BackupError`, and `StorageFull` before anything is written when they would not fit.
    """
    needed = sum(member.size for member in manifest.files.values()) * _ROOM
    with storage(folder):
        free = shutil.disk_usage(folder).free
    if needed > free:
        raise StorageFull(
            f"the backup needs {needed / 2**20:.0f} MB and {folder} has {free / 2**20:.0f}: free some space"
        )
    for name in manifest.files:
        target = folder / name
        with storage(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as sink:
                copy_member(archive, manifest, name, sink)


def copy_member(archive: zipfile.ZipFile, manifest: BackupManifest, name: str, sink: BinaryIO | None) -> None:
    """Copies one file to `sink`, or only reads it. Raises `BackupError` when it is not what was kept."""
    member, digest, size = manifest.files[name], hashlib.sha256(), 0
    try:
        with archive.open(name) as source:
            while size <= member.size and (piece := source.read(_PIECE)):
                digest.update(piece)
                size += len(piece)
                if sink is not None:
                    sink.write(piece)
    except _BROKEN as error:
        raise BackupError(f"{name} in the backup is damaged ({error}): use another copy of it") from error
    if size != member.size or digest.hexdigest() != member.sha256:
        raise BackupError(f"{name} in the backup is damaged: use another copy of it")


def _manifest(archive: zipfile.ZipFile, path: Path) -> BackupManifest:
    try:
        entry = archive.getinfo(MANIFEST_NAME)
    except KeyError:
        raise BackupError(f"{path} is no backup of kb: it has no {MANIFEST_NAME}") from None
    if entry.file_size > _MANIFEST_BYTES:
        raise BackupError(f"{path} is no backup of kb: its {MANIFEST_NAME} is too large")
    try:
        manifest = BackupManifest.model_validate_json(archive.read(entry))
    except ValidationError as error:
        raise BackupError(f"{path} is no backup that this kb can read: {error.errors()[0]['msg']}") from error
    if manifest.format != FORMAT:
        raise BackupError(f"{path} was written by a newer kb (form {manifest.format}): upgrade kb")
    if manifest != manifest.sealed():
        raise BackupError(f"{path} is damaged or was changed: its {MANIFEST_NAME} does not bear its seal")
    return manifest


def _compare(archive: zipfile.ZipFile, manifest: BackupManifest, path: Path) -> None:
    """The archive holds what the manifest lists, each file once, under names of ours, and nothing else."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(names) > _MOST_FILES or len(set(names)) != len(names):
        raise BackupError(f"{path} is no backup of kb: it names files twice, or far too many")
    strange = sorted(name for name in names if name != MANIFEST_NAME and not safe_name(name))
    if strange:
        raise BackupError(f"{path} is no backup of kb: it holds {strange[0][:80]!r}")
    if TRUTH_NAME not in manifest.files or {*manifest.files, MANIFEST_NAME} != set(names):
        raise BackupError(f"{path} is damaged: it does not hold the files that its {MANIFEST_NAME} lists")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        sealed = entry.flag_bits & 0x1
        known = manifest.files.get(entry.filename)
        if sealed or kind not in (0, stat.S_IFREG) or (known is not None and known.size != entry.file_size):
            raise BackupError(f"{path} is damaged: {entry.filename} is not the file that was kept")
