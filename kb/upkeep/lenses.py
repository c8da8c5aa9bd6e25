"""The office's own lenses as files that can be edited."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from kb.compare.lens import parse_lens
from kb.store.own_files import OwnFiles
from kb.store.store import Store

FOLDER = "lenses"


def own_lens_files(store: Store, home: Path) -> OwnFiles:
    """The files of lenses."""
    return OwnFiles(store, home, FOLDER, parse_lens)


def shipped_text(key: str) -> str:
    """The text of one of our lenses, to begin one's own with; "" when there is none of that key."""
    folder = files("kb").joinpath("data", FOLDER)
    return next(
        (entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name == f"{key}.toml"), ""
    )
