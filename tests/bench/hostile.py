"""Hostile uploads against a real server: `python -m tests.bench.hostile [--count 10000] [--batch 50]`.

Files of twenty kinds (bombs, traversal, wrong types, cut, noise, polyglots …) under names of twenty kinds are
sent to `kb serve` over HTTP, with bodies that are no forms in between, and taken in by its jobs. Vectors come
from a small server of this program, so that the time goes to reading. It ends with 1 when a request is
answered 5xx, the server dies, an answer names a path of the server, a file appears outside the home folder
or a file of a job comes to nothing. Prints how many of each kind came to what, and the peak memory.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.bench.hostile_files import CANARY, HostileFile, hostile_files
from tests.commands import command, environment
from tests.hashing import HashEncoder, embeddings_server

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_LEAKS = re.compile(r"/(?:usr|root|home|proc|tmp)/|Traceback|site-packages|root:x:0")
_BOUNDARY = "hostile7f3a"
_PARTS = {"ingest.worker": "parser", "job_process": "jobs", "soffice": "LibreOffice"}


@dataclass
class Outcome:
    """What a run found."""

    answers: Counter[int] = field(default_factory=Counter)
    states: Counter[tuple[str, str]] = field(default_factory=Counter)  # kind of file, state
    wrong: list[str] = field(default_factory=list)
    peaks: dict[str, int] = field(default_factory=dict)  # MB, by process
    seconds: float = 0.0


def body_of(files: Sequence[HostileFile]) -> bytes:
    """A form as a client would write it that escapes only what would end the name."""
    parts = []
    for file in files:
        name = file.name.replace(b"\r", b"").replace(b"\n", b"").replace(b'"', b"%22")
        head = b'--%s\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\n'
        parts.append(head % (_BOUNDARY.encode(), name) + file.content + b"\r\n")
    return b"".join(parts) + b"--%s--\r\n" % _BOUNDARY.encode()


def broken(chance: random.Random, body: bytes) -> bytes:
    """A body that is no form any more."""
    kind = chance.randrange(4)
    if kind == 0:
        return body[: chance.randrange(len(body))]
    if kind == 1:
        return chance.randbytes(5000)
    if kind == 2:
        return b"--%s\r\n%s: x\r\n\r\nx" % (_BOUNDARY.encode(), b"A" * chance.randrange(1, 60_000))
    return b"--%s\r\n" % _BOUNDARY.encode() * chance.randrange(1, 3000)


class Attack:
    """Sends files to one server and holds what it does against what it may do."""

    def __init__(self, http: httpx2.Client, found: Outcome) -> None:
        self._http = http
        self._found = found
        self._chance = random.Random(7)

    def send(self, files: Sequence[HostileFile]) -> None:
        """One form, one body that is none, and the job to its end."""
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        headers = {"Content-Type": kind}
        body = body_of(files)
        self._note(self._http.post("/api/v1/uploads", content=broken(self._chance, body), headers=headers))
        answer = self._http.post("/api/v1/uploads", content=body, headers=headers)
        self._note(answer)
        if answer.status_code != 202:
            self._found.wrong.append(f"{answer.status_code}: {answer.text[:200]}")
            return
        job = self._finished(answer.json()["id"])
        self._note(self._http.get(f"/library/jobs/{job['id']}"))
        if job["state"] != "done":
            self._found.wrong.append(f"job {job['state']}: {job['problem']}")
        for file, sent in zip(job["files"], files, strict=True):
            self._found.states[sent.kind, file["state"]] += 1
            if file["state"] not in ("done", "duplicate", "failed"):
                self._found.wrong.append(f"{sent.kind}: {file['state']}")

    def _finished(self, id: str) -> dict[str, Any]:
        while True:
            answer = self._http.get(f"/api/v1/jobs/{id}")
            self._note(answer)
            job: dict[str, Any] = answer.json()
            if job["state"] not in ("waiting", "running"):
                return job
            time.sleep(1.0)

    def _note(self, answer: httpx2.Response) -> None:
        self._found.answers[answer.status_code] += 1
        if answer.status_code >= 500:
            self._found.wrong.append(f"{answer.request.url} {answer.status_code}: {answer.text[:200]}")
        said = answer.text.replace(f"/tmp/{CANARY}", "")  # what was sent may come back
        if leak := _LEAKS.search(said):
            around = said[max(0, leak.start() - 80) : leak.end() + 80]
            self._found.wrong.append(f"{answer.request.url} tells a path: {around!r}")


@contextmanager
def watched(process: int, peaks: dict[str, int]) -> Iterator[None]:
    """Keeps the peak memory of a process and of those that it starts, by what they are."""
    stopping = threading.Event()

    def watch() -> None:
        while not stopping.wait(0.3):
            for name, id in family(process):
                peaks[name] = max(peaks.get(name, 0), peak_of(id))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def family(process: int) -> Iterator[tuple[str, int]]:
    """A process and those below it."""
    yield "server", process
    below = [process]
    while below:
        parent = below.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                children = [int(id) for id in task.read_text().split()]
                for child in children:
                    said = Path(f"/proc/{child}/cmdline").read_bytes().decode("utf-8", "replace")
                    known = (name for part, name in _PARTS.items() if part in said)
                    yield next(known, Path(said.partition("\0")[0]).name), child
                below += children
            except OSError:
                continue


def peak_of(process: int) -> int:
    """Resident memory at most, in MB."""
    try:
        said = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+)", said)
    return int(found[1]) // 1024 if found else 0


def _attack(server: subprocess.Popen[str], count: int, batch: int, found: Outcome) -> None:
    """Sends the files to a server that is starting, and stops it."""
    assert server.stderr is not None
    address = _ADDRESS.search(server.stderr.readline())
    drain = threading.Thread(target=server.stderr.read)
    drain.start()
    try:
        assert address
        with httpx2.Client(base_url=address[0], timeout=300) as http, watched(server.pid, found.peaks):
            one = Attack(http, found)
            files = hostile_files(count)
            while some := list(itertools.islice(files, batch)):
                one.send(some)
        if server.poll() is not None:
            found.wrong.append(f"the server ended with {server.returncode}")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)
        drain.join()


def attack(place: Path, count: int, batch: int) -> Outcome:
    """Sends `count` files to a server over a home in `place`."""
    home = place / "home"
    (home / "indexes").mkdir(parents=True)
    found = Outcome()
    begun = time.monotonic()
    with embeddings_server(HashEncoder("hostile")) as model:
        variables = {"KB_MODEL_KIND": model.kind, "KB_MODEL_NAME": model.name, "KB_MODEL_URL": model.url}
        with subprocess.Popen(
            command("serve", "--home", home, "--port", "0"),
            cwd=place,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(variables) | {"COLUMNS": "200"},
        ) as server:
            _attack(server, count, batch, found)
    outside = [path for path in place.iterdir() if path != home]
    strange = [path for path in home.rglob("*") if CANARY in path.name or "passwd" in path.name]
    strange += [path for path in home.iterdir() if path.name not in ("indexes", "uploads")]
    found.wrong += [f"a file where none belongs: {path}" for path in (*outside, *strange)]
    if Path(f"/tmp/{CANARY}").exists():
        found.wrong.append("a member slipped out of its archive")
    found.seconds = time.monotonic() - begun
    return found


def main() -> None:
    """Attacks, and prints what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=50)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kb-hostile-") as place:
        found = attack(Path(place), asked.count, asked.batch)
    kinds = sorted({kind for kind, _ in found.states})
    print(f"{asked.count} files in {found.seconds:.0f} s, load {os.getloadavg()[0]:.1f}")
    for kind in kinds:
        states = {state: n for (one, state), n in sorted(found.states.items()) if one == kind}
        print(f"  {kind:28}", " ".join(f"{state} {n}" for state, n in states.items()))
    print("answers", dict(sorted(found.answers.items())))
    print("peak memory in MB", found.peaks)
    for line in found.wrong[:50]:
        print("WRONG", line)
    print(f"{len(found.wrong)} wrong")
    sys.exit(1 if found.wrong else 0)


if __name__ == "__main__":
    main()
