"""Which files a path stands for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from kb.types import Failure

# Files that programs leave beside documents; nobody means them.
_LITTER = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
_LITTER_PREFIXES = ("~$", ".~", "._")
_UPLOADS = "uploads"  # kb's own too: what is in it is in the library under other names
_OWN = "indexes"  # kb's own folder, where a kb.toml or the index itself stands beside it


def find_files(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Failure, ...]]:
    """The files named by `paths`, folders searched through, in order and each once; and what cannot be read.

    Hidden files, lock files, AppleDouble files and kb's own indexes are passed over in silence. A missing
    path, an unreadable folder and a symbolic link that leads out of the folder given are failures.
    """
    files: dict[Path, Path] = {}
    failures: list[Failure] = []
    for path in paths:
        for found in _expand(Path(path), failures):
            files.setdefault(found.resolve(), found)
    return tuple(sorted(files.values())), tuple(failures)


def _expand(path: Path, failures: list[Failure]) -> Iterator[Path]:
    if path.is_dir():
        yield from _walk(path, path.resolve(), failures)
    elif path.is_file():
        yield path
    elif path.is_symlink():
        failures.append(Failure(str(path), "this symbolic link leads nowhere: repair or remove it"))
    elif path.exists():
        failures.append(Failure(str(path), "this is not a file: pipes and devices cannot be taken in"))
    else:
        failures.append(Failure(str(path), "there is no such file or folder"))


def _walk(folder: Path, root: Path, failures: list[Failure]) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        failures.append(
            Failure(str(folder), f"this folder cannot be read ({error.strerror}): check its permissions")
        )
        return
    for entry in entries:
        path = Path(entry.path)
        if _is_litter(entry.name) or (entry.is_dir() and _is_own(path)):
            continue
        if entry.is_symlink() and not _inside(path, root):
            failures.append(
                Failure(str(path), "this symbolic link leads out of the folder: name its target instead")
            )
        elif entry.is_dir():
            if not entry.is_symlink():  # a link inside the folder: its target is found by itself
                yield from _walk(path, root, failures)
        elif entry.is_file():
            yield path


def _is_litter(name: str) -> bool:
    return name.startswith((".", *_LITTER_PREFIXES)) or name.lower() in _LITTER


def _is_own(path: Path) -> bool:
    if path.name == _UPLOADS:
        return any((path.parent / _OWN / index).is_dir() for index in _names(path))
    return path.name == _OWN and (
        (path / ".models").is_dir() or (path.parent / "kb.toml").is_file() or _is_index(path)
    )


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _is_index(path: Path) -> bool:
    try:
        return (path / ".gitkeep").exists() or any(
            child.suffix in (".db", ".sqlite") for child in path.glob("*/*")
        )
    except OSError:
        return False


def _inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root)
    except OSError:
        return False
