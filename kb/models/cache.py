"""Files made once and kept under the models folder, checked by size and SHA-256 each time they are opened.

A cache is a folder of files with a `manifest.json` written last. Every file goes to a temporary name, is
fsynced and renamed; one process builds while others wait. The folder's name carries a format version.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from kb.errors import ModelError

Build = Callable[[], Mapping[str, bytes]]

_MANIFEST = "manifest.json"
_TEMPORARY = ".tmp"
_BUILD_WAIT = 300.0  # seconds another process may take to build


def cached(folder: Path, build: Build) -> dict[str, bytes]:
    """The files of `folder` by name; `build` makes them when they are absent or damaged.

    Raises `ModelError` when they can neither be read nor written.
    """
    if files := _read(folder):
        return files
    from filelock import FileLock, Timeout  # on demand: they are built once

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=_BUILD_WAIT):
            return _read(folder) or _write(folder, build())
    except Timeout as error:
        raise ModelError(f"another process has been building {folder} for too long: end it") from error
    except OSError as error:
        raise ModelError(f"the encoder cannot be kept in {folder}: {error.strerror or error}") from error


def _read(folder: Path) -> dict[str, bytes]:
    """The files when all are as the manifest says, else nothing."""
    try:
        manifest: dict[str, list[object]] = json.loads((folder / _MANIFEST).read_bytes())
        files = {name: (folder / name).read_bytes() for name in manifest}
        intact = all(_seal(files[name]) == seal for name, seal in manifest.items())
    except (OSError, ValueError, AttributeError, TypeError):
        return {}  # absent or damaged in whatever way: it is built again
    return files if intact else {}


def _write(folder: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    for left_over in folder.glob("*" + _TEMPORARY):  # of a process that was killed
        left_over.unlink()
    for name, data in files.items():
        _replace(folder / name, data)
    manifest = {name: _seal(data) for name, data in files.items()}
    _replace(folder / _MANIFEST, json.dumps(manifest, indent=1).encode())
    return dict(files)


def _seal(data: bytes) -> list[object]:
    return [len(data), hashlib.sha256(data).hexdigest()]


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(path.name + _TEMPORARY)
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
