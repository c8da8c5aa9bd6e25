"""Files as they arrive in a multipart body: counted, hashed and written piece by piece, never held whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio
from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from kb.store.places import label_from
from kb.store.uploads import Arriving, Originals

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FILE_BYTES = 100 * 1024 * 1024  # of one file
MOST_FILES = 1000  # of a request
MOST_FIELDS = 50  # that are no files
_FIELD_BYTES = 64 * 1024  # of all of these
_SILENCE_SECONDS = 60.0  # after which a sender is given up
_TYPE = b"multipart/form-data"

Received = Sequence[tuple[str, Arriving]]  # labels with what came


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request held."""

    files: Received
    fields: Mapping[str, str]  # the first of each name

    def drop(self) -> None:
        """Throws away what came."""
        for _, file in self.files:
            file.drop()


async def receive(request: Request, originals: Originals) -> Sent:
    """The files of a request, on the disk; the caller keeps or drops them.

    Raises 400, 408, 413, 415 and 422 problems, and `StorageFull`; then nothing is left.
    """
    receiver = _Receiver(request.headers.get("content-type", ""), originals)
    try:
        async for piece in _pieces(request):
            await run_in_threadpool(receiver.feed, piece)
        await run_in_threadpool(receiver.finish)
    except BaseException as error:
        await run_in_threadpool(receiver.drop)
        if isinstance(error, FormParserError):
            raise HTTPException(400, f"the form cannot be read: {error}") from error
        if isinstance(error, ClientDisconnect):
            raise HTTPException(400, "the sender left before all had come") from error
        raise
    return Sent(receiver.files, receiver.fields())


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            with anyio.fail_after(_SILENCE_SECONDS):
                piece = await anext(stream, None)
        except TimeoutError:
            raise HTTPException(408, "nothing has come for a minute: send it again") from None
        if piece is None:
            return
        yield piece


class _Receiver:
    """Turns the pieces of a body into files."""

    def __init__(self, content_type: str, originals: Originals) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != _TYPE or not boundary:
            raise HTTPException(415, "files are sent as multipart/form-data")
        self.files: list[tuple[str, Arriving]] = []
        self._originals = originals
        self._file: Arriving | None = None
        self._label = ""
        self._inside = False
        self._fields: list[tuple[str, bytearray]] = []
        self._field_bytes = 0
        self._header, self._value, self._disposition = b"", b"", b""
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._on_data,
            "on_part_end": self._end,
        }
        self._parser = MultipartParser(boundary, callbacks)
        self._fed = 0

    def feed(self, piece: bytes) -> None:
        """Takes in a piece of the body. Raises 413 problems, `FormParserError` and `StorageFull`."""
        if piece:
            self._fed += len(piece)
            self._parser.write(piece)

    def finish(self) -> None:
        """Ends the body. Raises 422 when there was no file in it."""
        if self._fed:
            self._parser.finalize()
        if self._file is not None:
            raise FormParserError("it ends inside a file")
        if not self.files:
            raise HTTPException(422, "no file came: send at least one as a part with a file name")

    def drop(self) -> None:
        """Throws away what came."""
        for one in (*(file for _, file in self.files), *((self._file,) if self._file else ())):
            one.drop()
        self.files, self._file = [], None

    def fields(self) -> dict[str, str]:
        """The fields that are no files, the first of each name."""
        return {name: value.decode("utf-8", "replace") for name, value in reversed(self._fields)}

    def _begin(self) -> None:
        self._disposition = b""
        self._inside = False  # a field, not a box in which no file was chosen

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"filename")
        if name is None:
            if len(self._fields) >= MOST_FIELDS:
                raise HTTPException(413, f"a form may have {MOST_FIELDS} fields beside its files")
            self._fields.append((options.get(b"name", b"").decode("utf-8", "replace"), bytearray()))
            self._inside = True
        elif name:  # an empty name is a box in which nothing was chosen
            if len(self.files) >= MOST_FILES:
                raise HTTPException(413, f"{MOST_FILES} files may come at once: send the others after them")
            self._label = label_from(name.decode("utf-8", "replace"))
            self._file = self._originals.arriving()

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            self._field_bytes += end - start
            if self._field_bytes > _FIELD_BYTES:
                raise HTTPException(413, "a form may have 64 KiB beside its files")
            if self._inside:
                self._fields[-1][1].extend(data[start:end])
        elif self._file.size + end - start > FILE_BYTES:
            most = FILE_BYTES // 2**20
            raise HTTPException(413, f"{self._label} is larger than {most} MB: split it or make it smaller")
        else:
            self._file.write(data[start:end])

    def _end(self) -> None:
        if self._file is not None:
            self._file.finish()
            self.files.append((self._label, self._file))
            self._file = None
