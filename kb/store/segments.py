"""Holds tantivy's files against the checksums that they carry.

Every file of a segment ends with a footer: JSON with the CRC-32 of all before it, the JSON's length and a
magic number (tantivy, src/directory/footer.rs). tantivy itself does not look at it when it opens an index,
and a wrong bit in a posting list then gives wrong answers, or a panic.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError

from kb.errors import StoreError
from kb.store.layout import storage

_META = "meta.json"
_MAGIC = 1337
_TAIL = 8  # bytes behind the footer's JSON: its length and the magic number
_LONGEST_FOOTER = 50_000  # bytes, as in tantivy
_PIECE = 1 << 20  # bytes read at a time
_ATTEMPTS = 5  # to meet an index between two commits


class _Deletes(BaseModel):
    opstamp: int


class _Segment(BaseModel):
    segment_id: str
    deletes: _Deletes | None = None

    def files(self, folder: Path) -> Iterator[Path]:
        stem = self.segment_id.replace("-", "")
        for ending in ("fast", "fieldnorm", "idx", "pos", "store", "term"):
            yield folder / f"{stem}.{ending}"
        if self.deletes is not None:
            yield folder / f"{stem}.{self.deletes.opstamp}.del"


class _Meta(BaseModel):
    segments: tuple[_Segment, ...]


class _Footer(BaseModel):
    crc: int


def verify_segments(folder: Path) -> None:
    """Reads every file of an index. Raises `StoreError` naming the first one that is damaged.

    A file may go while this runs, because the writer committed; then the new state is looked at.
    """
    for _ in range(_ATTEMPTS):
        before = _meta_bytes(folder)
        damaged = next((path for path in _files(folder, before) if not _sound(path)), None)
        if damaged is None:
            return
        if _meta_bytes(folder) == before:
            raise StoreError(f"{damaged} is damaged: `kb check --repair` rebuilds it")
    raise StoreError(f"{folder} changes too fast to be read: try again")


def _meta_bytes(folder: Path) -> bytes:
    with storage(folder / _META):
        return (folder / _META).read_bytes()


def _files(folder: Path, meta: bytes) -> Iterator[Path]:
    try:
        segments = _Meta.model_validate_json(meta).segments
    except ValidationError as error:
        raise StoreError(f"{folder / _META} is damaged: `kb check --repair` rebuilds it") from error
    for segment in segments:
        yield from segment.files(folder)


def _sound(path: Path) -> bool:
    """Whether the file is there and is what its footer says."""
    try:
        size = path.stat().st_size
        with path.open("rb") as handle:
            handle.seek(max(0, size - _TAIL))
            tail = handle.read(_TAIL)
            length = int.from_bytes(tail[:4], "little")
            body = size - _TAIL - length
            if int.from_bytes(tail[4:], "little") != _MAGIC or length > _LONGEST_FOOTER or body < 0:
                return False
            handle.seek(body)
            footer = _Footer.model_validate_json(handle.read(length))
            handle.seek(0)
            crc, left = 0, body
            while left and (piece := handle.read(min(_PIECE, left))):
                crc, left = zlib.crc32(piece, crc), left - len(piece)
    except (OSError, ValidationError):
        return False
    return left == 0 and crc == footer.crc
