"""The parser process: reads one file after another for its parent, under limits, and answers in JSON.

Run as `python -m kb.ingest.worker`. It ends when its input does, so it cannot outlive its parent.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import IO, Any

from kb.errors import DamagedFile, KbError, ReadError
from kb.ingest import wire
from kb.ingest.own import OwnRules, use
from kb.ingest.pipeline import read
from kb.ingest.readers.page_line import PageLine
from kb.ingest.readers.recognition import Picture, Recognise
from kb.ingest.recognise import Recogniser, available
from kb.ingest.wire import INPUT, OUTPUT

MEMORY = 1_500 * 1024 * 1024  # bytes of address space
_CONVERTER_MEMORY = (
    6 * 1024 * 1024 * 1024
)  # what a converter that we start may map (most of it never touched)
_RECOGNITION = 3 * 1024 * 1024 * 1024  # bytes of address space; the models map 1.9 GB
FILE = 300 * 1024 * 1024  # bytes of a document
_OPEN_FILES = 64
_CONVERTER_FILES = 1024
_WRITTEN = 64 * 1024 * 1024  # bytes; converters need room for one temporary file


def main() -> None:
    """Serves requests until the input ends."""
    _limit()
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    recognise = _recogniser(answers) if available() else None
    wire.send(answers, {"ready": True}, OUTPUT)
    while (request := wire.receive(requests, INPUT)) is not None:
        if "own" in request:  # once, before the first file
            use(OwnRules(**request["own"]))
            continue
        answer = _answer(request, recognise)
        try:
            wire.send(answers, answer, OUTPUT)
        except ValueError as error:
            name = str(request["name"])
            message = f"{name} gives more text than can be taken in ({error}): split it"
            wire.send(answers, wire.pack_error(DamagedFile(message)), OUTPUT)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, _CONVERTER_MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _CONVERTER_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_WRITTEN, _WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _recogniser(answers: IO[bytes]) -> Recognise:
    """Text recognition that tells the parent of each page, so that it allows for the time."""
    recogniser = Recogniser()

    def recognise(picture: Picture, page: int) -> tuple[PageLine, ...]:
        wire.send(answers, {"page": page}, OUTPUT)
        resource.setrlimit(resource.RLIMIT_AS, (_RECOGNITION, _CONVERTER_MEMORY))
        return recogniser(picture, page)

    return recognise


def _answer(request: dict[str, Any], recognise: Recognise | None) -> dict[str, Any]:
    path, name, source = Path(str(request["path"])), str(request["name"]), str(request["source"])
    restored, site = (frozenset(map(str, request[name])) for name in ("restored", "site"))
    try:
        found = read(file_bytes(path, name), name, source, recognise, restored, site)
        return wire.pack_documents(found.documents, found.marks)
    except ReadError as error:
        return wire.pack_error(error)
    except KbError as error:  # a broken rule file is not the document's fault, but must be told
        return wire.pack_error(ReadError(f"{name}: {error}"))
    except MemoryError:
        return wire.pack_error(DamagedFile(f"{name} needs more memory than a document may: split it"))
    except RecursionError:
        return wire.pack_error(DamagedFile(f"{name} is nested deeper than a document can be"))
    except Exception as error:  # noqa: BLE001 - parsers of foreign bytes fail in ways nobody lists
        return wire.pack_error(DamagedFile(f"{name} cannot be read ({type(error).__name__}: {error})"))


def file_bytes(path: Path, name: str) -> bytes:
    """The bytes of the file that messages call `name`.

    Raises `ReadError` when it changes meanwhile, is too large or cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            before = os.fstat(stream.fileno())
            if before.st_size > FILE:
                size = before.st_size // 2**20
                raise DamagedFile(f"{name} is {size} MB, more than the {FILE // 2**20} MB allowed: split it")
            data = stream.read(FILE + 1)
            after = os.fstat(stream.fileno())
    except OSError as error:
        raise ReadError(f"{name} cannot be opened ({error.strerror}): check its permissions") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(
        data
    ) != after.st_size:
        raise ReadError(f"{name} changed while it was read: run again when it is finished")
    return data


if __name__ == "__main__":
    main()
