"""Backups kept in the home folder, for those who do not sit at the machine."""

from __future__ import annotations

import re
import time
from pathlib import Path

from kb.errors import NotFound
from kb.store.backup import back_up
from kb.store.layout import Layout, storage
from kb.types import BackupFile, BackupReport

FOLDER = "backups"
_NAME = re.compile(r"[0-9]{8}-[0-9]{6}(?:-[0-9]{1,3})?\.kbz")


class Backups:
    """The backups in `backups/` of a home folder, under names of our own."""

    def __init__(self, layout: Layout, home: Path) -> None:
        self._layout = layout
        self._home = home
        self._folder = home / FOLDER

    def write(self, target: Path) -> BackupReport:
        """Writes a backup to a new file of one's choice. Raises `ExportError` and `StoreError`."""
        return back_up(self._layout, self._home, target)

    def make(self) -> BackupReport:
        """Writes a backup into the folder, named by the present time. Raises `StoreError`."""
        with storage(self._folder):
            self._folder.mkdir(exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        path, number = self._folder / f"{stamp}.kbz", 1
        while path.exists():
            path, number = self._folder / f"{stamp}-{number}.kbz", number + 1
        return self.write(path)

    def list(self) -> tuple[BackupFile, ...]:
        """What is there, the newest first."""
        found = [path for path in self._folder.glob("*.kbz") if _NAME.fullmatch(path.name)]
        named = sorted(found, key=lambda path: path.name, reverse=True)
        return tuple(BackupFile(path.name, path.stat().st_size, path.stat().st_mtime) for path in named)

    def path(self, name: str) -> Path:
        """The file of that name. Raises `NotFound`."""
        path = self._folder / name
        if not _NAME.fullmatch(name) or not path.is_file():
            raise NotFound(f"there is no backup {name[:60]!r}")
        return path

    def delete(self, name: str) -> None:
        """Deletes one. Raises `NotFound`."""
        path = self.path(name)
        with storage(path):
            path.unlink()
