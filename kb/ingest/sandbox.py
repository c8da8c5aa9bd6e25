"""Foreign files are parsed in a child process with limits on memory, time and output."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from kb.errors import DamagedFile, ReadError
from kb.ingest import wire
from kb.ingest.own import NONE, OwnRules
from kb.ingest.readers.recognition import SCANS
from kb.ingest.reading import Reading
from kb.ingest.wire import INPUT, OUTPUT
from kb.types import Document

_START = 60.0  # seconds until the child must be ready
_PAGE_SECONDS = 180.0  # for one scanned page; it takes five to fifteen where nothing else runs
_AGAIN = "--reprocess tries it again"
_HEAD = 4  # bytes of a message's length


def _unwatched(_: int) -> None:
    """Nobody wants to know which page is read."""


class ParserProcess:
    """A child process that turns files into documents; started on first use, again after a crash.

    The child is a fresh interpreter (no fork of a process with threads), gets the file's path and answers
    in JSON. A file that takes longer than `seconds` of wall time, or that brings the child down, is a
    `ReadError` that names it; the next file gets a new child. `own` are an office's rules, validated.
    """

    def __init__(self, seconds: float = 60.0, own: OwnRules = NONE) -> None:
        self._seconds = seconds
        self._own = own
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def child_id(self) -> int | None:
        """The process id of the child, None before the first file."""
        return self._child.pid if self._child is not None else None

    def __enter__(self) -> ParserProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def parse(
        self,
        path: Path,
        source: str,
        watch: Callable[[int], None] = _unwatched,
    ) -> tuple[Document, ...]:
        """The documents in the file at `path`, as `read` gives them."""
        return self.read(path, source, watch).documents

    def read(
        self,
        path: Path,
        source: str,
        watch: Callable[[int], None] = _unwatched,
        restored: Sequence[str] = (),
        site: Sequence[str] = (),
        name: str = "",
    ) -> Reading:
        """What the file at `path` holds, filed under `source`; messages call it `name`, if one is given.

        `restored` pieces are left in, lines with the keys `site` are taken for its site's.
        `watch` is told the number of each scanned page before it is recognised; each has time of its own.
        Raises the child of `ReadError` that says what is wrong with the file.
        """
        name = name or path.name
        child = self._running(name)
        try:
            assert child.stdin is not None
            request = {
                "path": str(path),
                "name": name,
                "source": source,
                "restored": list(restored),
                "site": list(site),
            }
            wire.send(child.stdin, request, INPUT)
            message = wire.parse(self._message(child, time.monotonic() + self._seconds))
            for _ in range(SCANS):
                if "page" not in message:
                    break
                watch(int(message["page"]))
                message = wire.parse(self._message(child, time.monotonic() + _PAGE_SECONDS))
        except TimeoutError:
            self._kill()
            raise DamagedFile(
                f"{name} took longer than {self._seconds:.0f} s to read: given up ({_AGAIN})"
            ) from None
        except (OSError, wire.BrokenPipe) as error:
            code = self._kill()
            raise DamagedFile(
                f"{name} brought its parser down (exit {code}): it is damaged or hostile ({_AGAIN})"
            ) from error
        if "documents" in message:
            return Reading(wire.unpack_documents(message), wire.unpack_marks(message))
        raise wire.unpack_error(message)

    def close(self) -> None:
        """Ends the child. It may be used again afterwards."""
        child = self._child
        if child is None:
            return
        if child.stdin is not None:
            with contextlib.suppress(OSError):
                child.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=2)
        self._kill()

    def _running(self, name: str) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._kill()
        self._child = subprocess.Popen(
            [sys.executable, "-m", "kb.ingest.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_environment(),
        )
        try:
            self._message(self._child, time.monotonic() + _START)
        except (TimeoutError, wire.BrokenPipe) as error:
            code = self._kill()
            raise ReadError(
                f"{name} was not read: the parser process does not start (exit {code})"
            ) from error
        if self._own != NONE:
            assert self._child.stdin is not None
            own = {"own": {"cleaning": self._own.cleaning, "spun": self._own.spun}}
            wire.send(self._child.stdin, own, INPUT)
        return self._child

    def _message(self, child: subprocess.Popen[bytes], deadline: float) -> bytes:
        head = self._read(child, _HEAD, deadline)
        return self._read(child, wire.decode_length(head, OUTPUT), deadline)

    def _read(self, child: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
        assert child.stdout is not None
        descriptor = child.stdout.fileno()
        data = bytearray()
        while len(data) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(descriptor, min(1 << 20, size - len(data)))
            if not piece:
                raise wire.BrokenPipe("the parser ended")
            data += piece
        return bytes(data)

    def _kill(self) -> int | None:
        """Ends the child at once; its exit code."""
        child, self._child = self._child, None
        if child is None:
            return None
        child.kill()
        code = child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        return code


def _environment() -> dict[str, str]:
    """The parent's environment, with one thread for numeric libraries and the package on the path."""
    package = str(Path(__file__).resolve().parent.parent.parent)
    known = os.environ.get("PYTHONPATH", "")
    return {
        **os.environ,
        "PYTHONPATH": f"{package}{os.pathsep}{known}" if known else package,
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
    }
