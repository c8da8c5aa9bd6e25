"""Where the bytes of a source are: a file of the disk, or an original that was uploaded.

A file of a folder is filed under its path. What was uploaded is filed under `upload:/LABEL`, with the key of
its bytes as the last folder of the label: `upload:/资料/0123…/通知.docx`. The label is a name to show and
never part of a path; the bytes lie under their key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import StoreError
from kb.later import later
from kb.store.layout import Layout

if TYPE_CHECKING:
    from kb.ingest import walk
    from kb.types import Failure
else:  # to take files in
    walk = later("kb.ingest.walk")

UPLOADED = "upload:/"
_KEY = re.compile(r"[0-9a-f]{32}")
_PART, _LABEL = 120, 400  # characters of one name of a label, and of all of it
_ENDING = 12  # characters of a name's end that stay when it is cut
UNNAMED = "未命名"


def label_from(name: str) -> str:
    """The label for a file that came under `name`: folders and a name, all of them printable.

    Nothing in it leads anywhere: it is shown, and gives a text without a title its title.
    """
    parts = [_printable(part) for part in name.replace("\\", "/").split("/")]
    kept = [_cut(part) for part in parts if part.strip(". ")]
    while len(kept) > 1 and len("/".join(kept)) > _LABEL:
        kept.pop(0)
    return "/".join(kept) or UNNAMED


def upload_source(sha256: str, label: str) -> str:
    """What an upload is filed under: its label with the key of its bytes."""
    folder, slash, name = label.rpartition("/")
    return f"{UPLOADED}{folder}{slash}{sha256[:32]}/{name}"


def is_upload(source: str) -> bool:
    """Whether a source was uploaded."""
    return source.startswith(UPLOADED)


def label_of(source: str) -> str:
    """What people call a source: the label of an upload, the path of a file."""
    if not is_upload(source):
        return source
    folder, _, name = source.removeprefix(UPLOADED).rpartition("/")
    folder = folder.rpartition("/")[0]
    return f"{folder}/{name}" if folder else name


def find_sources(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Failure, ...]]:
    """Uploads by what they are filed under, and the files that `find_files` finds."""
    uploads = tuple(path for path in paths if is_upload(str(path)))
    found, failures = walk.find_files([path for path in paths if not is_upload(str(path))])
    return (*uploads, *found), failures


def folder_of(source: str) -> str:
    """The folder that a source came from: files of one folder may come from one site."""
    parent = Path(source).parent
    return str(parent.parent if is_upload(source) else parent)


def place_of(layout: Layout, source: str) -> Path:
    """The file that holds the bytes of a source. Raises `StoreError` for an upload that is named wrongly."""
    if not is_upload(source):
        return Path(source)
    key = key_of(source)
    if not _KEY.fullmatch(key):
        raise StoreError(f"{label_of(source)} is filed under no key: `kb check` looks at the index")
    return blob(layout, key)


def key_of(source: str) -> str:
    """The key of the bytes of an upload: the first 32 hex digits of their SHA-256."""
    return source.rpartition("/")[0].rpartition("/")[2]


def blob(layout: Layout, key: str) -> Path:
    """Where bytes lie whose SHA-256 begins with `key` (32 hex digits)."""
    return layout.uploads / key[:2] / key[:32]


def _printable(text: str) -> str:
    """Without control, format, private and unpaired characters; runs of blanks are one."""
    shown = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    return " ".join("".join(c for c in shown if not unicodedata.category(c).startswith("C")).split())


def _cut(part: str) -> str:
    if len(part) <= _PART:
        return part
    return f"{part[: _PART - _ENDING - 1]}…{part[-_ENDING:]}"
