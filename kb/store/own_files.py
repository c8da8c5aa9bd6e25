"""Files of the office's own in the home folder, each change of which is kept and can be undone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import RowMapping, insert, select

from kb.errors import DataError, NotFound, Outdated, QuestionError
from kb.store.by_hand import own_changes
from kb.store.database import adding
from kb.store.layout import replacing, storage, sync_folder
from kb.store.store import Store
from kb.types import Change, sha256_hex

LONGEST = 100_000  # characters of a file
MOST_FILES = 200
_NAME = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff-]{0,59}")
_HISTORY = 200  # changes shown


def version_of(text: str) -> str:
    """Names a text: the first 16 hex digits of its SHA-256; "" for no text."""
    return sha256_hex(text)[:16] if text else ""


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """The TOML files of one folder of the home; `check` raises `DataError` for a text that is wrong."""

    store: Store
    home: Path
    folder: str  # lenses, rules
    check: Callable[[str, str], object]  # text, name

    def names(self) -> tuple[str, ...]:
        """The names of the files, without .toml."""
        return tuple(sorted(path.stem for path in (self.home / self.folder).glob("*.toml") if path.is_file()))

    def text(self, name: str) -> str:
        """A file's text, "" when there is none. Raises `QuestionError` for a name that is none of ours."""
        try:
            return self._path(name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{self.folder}/{name}.toml cannot be read: {error}") from error

    def save(self, name: str, text: str, *, who: str, expected: str | None = None) -> str:
        """Keeps a text, which is checked first; "" deletes the file. Returns the version of the text.

        `expected` is the version that the change was made from. Raises `DataError` for a text that is wrong,
        `Outdated` when another has changed the file meanwhile, `QuestionError` for an impossible name.
        """
        path, text = self._path(name), text.replace("\r\n", "\n")
        if len(text) > LONGEST:
            raise DataError(f"{name}.toml has {len(text)} characters: {LONGEST} is the most")
        if text:
            self.check(text, name)
        with adding(self.store.engine) as connection:  # one change at a time
            before = self.text(name)
            if expected is not None and version_of(before) != expected:
                raise Outdated(f"{name}.toml was changed meanwhile: look at it again and repeat the change")
            if text == before:
                return version_of(text)
            if text and not before and len(self.names()) >= MOST_FILES:
                raise QuestionError(
                    f"there are {MOST_FILES} files in {self.folder} already: delete one first"
                )
            values = {"file": f"{self.folder}/{name}.toml", "before": before, "after": text}
            connection.execute(insert(own_changes).values(values | {"who": who, "at": time.time()}))
            self._write(path, text)
        return version_of(text)

    def history(self, name: str = "") -> tuple[Change, ...]:
        """The changes of a file, or of all of the folder; the last one first."""
        prefix = f"{self.folder}/{name}.toml" if name else f"{self.folder}/"
        kept = select(own_changes).where(own_changes.c.file.startswith(prefix, autoescape=True))
        with self.store.reading() as connection:
            rows = connection.execute(kept.order_by(own_changes.c.id.desc()).limit(_HISTORY)).mappings()
            return tuple(_change(row) for row in rows)

    def undo(self, id: int, *, who: str) -> str:
        """Puts back what a file held before a change, as a change of its own; returns the file's name.

        Raises `NotFound`, and `DataError` when that text is not right any more.
        """
        change = next((change for change in self.history() if change.id == id), None)
        if change is None:
            raise NotFound(f"there is no change {id} in {self.folder}")
        self.save(change.name, change.before, who=who)
        return change.name

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise QuestionError(f"{name[:60]!r} cannot be a name: use letters, digits, Chinese, - and _")
        return self.home / self.folder / f"{name}.toml"

    def _write(self, path: Path, text: str) -> None:
        with storage(path):
            path.parent.mkdir(exist_ok=True)
            if not text:
                path.unlink(missing_ok=True)
                sync_folder(path.parent)
                return
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")


def _change(row: RowMapping) -> Change:
    name = row["file"].partition("/")[2].removesuffix(".toml")
    return Change(row["id"], name, row["before"], row["after"], row["who"], row["at"])
