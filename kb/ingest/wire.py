"""Documents and errors as JSON, between the parser process and its parent. Nothing is unpickled."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from typing import IO, Any

from kb import errors
from kb.ingest.reading import Marks, SiteLine
from kb.types import Document, Fact, Flag, Removed, Section

INPUT = 1024 * 1024  # bytes of a request
OUTPUT = 64 * 1024 * 1024  # bytes of an answer
_LENGTH = struct.Struct(">I")


class BrokenPipe(Exception):
    """The other side is gone, or speaks out of turn."""


def send(stream: IO[bytes], value: dict[str, Any], limit: int) -> None:
    """Writes `value`. Raises `ValueError` when it is longer than `limit` bytes."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if len(data) > limit:
        raise ValueError(f"{len(data)} bytes, more than {limit}")
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def decode_length(head: bytes, limit: int) -> int:
    """The length that a message announces. Raises `BrokenPipe` when it is over `limit` bytes."""
    size = int(_LENGTH.unpack(head)[0])
    if size > limit:
        raise BrokenPipe(f"a message of {size} bytes")
    return size


def receive(stream: IO[bytes], limit: int) -> dict[str, Any] | None:
    """The next value; None at the end of the stream. Raises `BrokenPipe`."""
    head = stream.read(_LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise BrokenPipe("a message without a length")
    data = stream.read(decode_length(head, limit))
    return parse(data)


def parse(data: bytes) -> dict[str, Any]:
    """A message's value. Raises `BrokenPipe` when it is not a JSON object."""
    try:
        value = json.loads(data.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise BrokenPipe(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BrokenPipe("not an object")
    return value


def pack_documents(documents: tuple[Document, ...], marks: Marks) -> dict[str, Any]:
    """The message for documents and the marks of their file."""
    return {"documents": [asdict(document) for document in documents], "marks": asdict(marks)}


def unpack_documents(message: dict[str, Any]) -> tuple[Document, ...]:
    """The documents of a message. Raises `BrokenPipe` when a field is missing or of the wrong type."""
    try:
        return tuple(_document(item) for item in message["documents"])
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenPipe(f"a document that cannot be read: {error}") from error


def unpack_marks(message: dict[str, Any]) -> Marks:
    """The marks of a message. Raises `BrokenPipe` when a field is missing or of the wrong type."""
    try:
        marks = message["marks"]
        lines = tuple(
            SiteLine(str(one["place"]), int(one["rank"]), str(one["key"])) for one in marks["lines"]
        )
        return Marks(str(marks["host"]), lines)
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenPipe(f"marks that cannot be read: {error}") from error


def _document(item: dict[str, Any]) -> Document:
    return Document(
        **{
            **item,
            "region": tuple(str(name) for name in item["region"]),
            "topics": tuple(str(name) for name in item["topics"]),
            "sections": tuple(Section(**{**part, "path": tuple(part["path"])}) for part in item["sections"]),
            "flags": tuple(Flag(**part) for part in item["flags"]),
            "removed": tuple(Removed(**part) for part in item["removed"]),
            "facts": tuple(Fact(**part) for part in item["facts"]),
        }
    )


def pack_error(error: errors.ReadError) -> dict[str, Any]:
    """The message for a failure."""
    return {"error": type(error).__name__, "message": str(error)}


def unpack_error(message: dict[str, Any]) -> errors.ReadError:
    """The failure of a message; a kind that is not a `ReadError` becomes one."""
    kind = getattr(errors, str(message.get("error")), None)
    known = isinstance(kind, type) and issubclass(kind, errors.ReadError)
    made: errors.ReadError = (kind if known and kind else errors.ReadError)(str(message.get("message", "")))
    return made
