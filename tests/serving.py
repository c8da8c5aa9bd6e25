"""A real server in a process of its own."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def kb(home: Path, *words: str, **options: object) -> list[str]:
    return [
        sys.executable,
        "-m",
        "kb",
        *words,
        "--home",
        str(home),
        *(f"--{k}={v}" for k, v in options.items()),
    ]


@contextmanager
def served(home: Path) -> Iterator[int]:
    """The port of a server over `home`, stopped at the end as a user stops it."""
    process = subprocess.Popen(
        kb(home, "serve", port=0), stderr=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"}
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
        assert found, said
        yield int(found.group(1))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
