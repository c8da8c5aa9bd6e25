"""Many readers at once: `python -m tests.bench.readers HOME [--readers 16] [--of N] [--ingest FOLDER]`.

`kb serve` answers over HTTP while the readers ask different questions, or with `--of` the same N again and
again, as an office does. In turns with that, in a process of its own, different questions are only encoded,
on all cores; what is served is given as a share of that.
With `--ingest` the latencies are measured in turns without and beside `kb ingest FOLDER` into the same home.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlsplit

import numpy as np

from kb.config import load_settings
from kb.library import Library

ROOT = Path(__file__).resolve().parents[2]
_ROUNDS = 3
_UNDER_WAY_SECONDS = 5.0  # until an ingest reads files
_ADDRESS = re.compile(r"http://[^\s/]+")


def questions(home: Path) -> list[str]:
    """Pieces of the home's own titles, each asked once before any comes again."""
    with Library.open(load_settings(home)) as library:
        titles = [card.title for card in library.cards()]
    return [f"{title[:16]}怎么做第{number}" for number in range(40) for title in titles if title]


def read(address: str, asked: Callable[[], str], readers: int, seconds: float) -> list[float]:
    """Seconds of each answer."""
    until = time.monotonic() + seconds
    times: list[float] = []

    def reader(_: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
        while time.monotonic() < until:
            began = time.perf_counter()
            connection.request("GET", f"/api/v1/search?q={quote(asked())}")
            reply = connection.getresponse()
            reply.read()
            assert reply.status == 200, reply.status
            times.append(time.perf_counter() - began)

    with ThreadPoolExecutor(readers) as pool:
        list(pool.map(reader, range(readers)))
    return times


_ENCODE = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from kb.config import load_settings
from kb.models.choose import open_embedder
from kb.models.engines import cores
settings = load_settings(Path(sys.argv[1]))
embedder = open_embedder(settings.model, settings.models_folder)
texts = sys.stdin.read().split("\\n")
embedder.query("社区")
until, count, began = time.monotonic() + float(sys.argv[2]), 0, time.process_time()
with ThreadPoolExecutor(cores()) as pool:
    while time.monotonic() < until:
        list(pool.map(embedder.query, texts[count : count + 64]))
        count += 64
print(count / float(sys.argv[2]), 1000 * (time.process_time() - began) / count)
"""


def encoded(home: Path, texts: list[str], seconds: float) -> tuple[float, float]:
    """Questions per second when nothing but encoding is done, and processor milliseconds of each."""
    command = [sys.executable, "-c", _ENCODE, str(home), str(seconds)]
    done = subprocess.run(
        command, input="\n".join(texts), capture_output=True, text=True, cwd=ROOT, check=True
    )
    rate, worked = map(float, done.stdout.split())
    return rate, worked


def processor_seconds(server: int) -> float:
    """What a process has used up to now, from Linux's /proc."""
    fields = Path(f"/proc/{server}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--readers", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--of", type=int, help="how many different questions are asked (default: all)")
    parser.add_argument("--ingest", type=Path)
    chosen = parser.parse_args()
    texts = questions(chosen.home)
    supply, lock = itertools.cycle(texts[: chosen.of]), threading.Lock()

    def asked() -> str:
        with lock:
            return next(supply)

    serve = [sys.executable, "-m", "kb", "serve", "--port", "0", "--home", str(chosen.home)]
    with subprocess.Popen(serve, stderr=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            assert server.stderr is not None
            found = next(match for line in server.stderr if (match := _ADDRESS.search(line)))
            address = found.group()
            read(address, asked, 2, 3)
            shares, costs = [], []
            for _ in range(_ROUNDS):
                alone, encoding = encoded(chosen.home, texts, chosen.seconds)
                began = processor_seconds(server.pid)
                times = read(address, asked, chosen.readers, chosen.seconds)
                answering = 1000 * (processor_seconds(server.pid) - began) / len(times)
                shares.append(len(times) / chosen.seconds / alone)
                costs.append(encoding / answering)
                print(f"{len(times) / chosen.seconds:.1f} answers/s, {alone:.1f} encoded/s, {told(times)}")
                print(f"processor ms: {answering:.1f} an answer, {encoding:.1f} an encoding")
            print(f"share of what encoding alone allows: {np.median(shares):.2f} by the clock")
            print(f"share of encoding in the processor time of an answer: {np.median(costs):.2f}")
            if chosen.ingest:
                beside_ingest(chosen, lambda: read(address, asked, chosen.readers, chosen.seconds))
        finally:
            server.terminate()


def beside_ingest(chosen: argparse.Namespace, reading: Callable[[], list[float]]) -> None:
    """Latencies in turns without and beside `kb ingest`, which is broken off, and the ratio of their p95."""
    command = [sys.executable, "-m", "kb", "ingest", str(chosen.ingest), "--home", str(chosen.home)]
    ratios = []
    for _ in range(_ROUNDS):
        calm = reading()
        with subprocess.Popen([*command, "--reprocess"], cwd=ROOT, stderr=subprocess.DEVNULL) as run:
            time.sleep(_UNDER_WAY_SECONDS)
            busy = reading()
            assert run.poll() is None, f"{chosen.ingest} was taken in before the readers were done"
            run.terminate()
        ratios.append(float(np.percentile(busy, 95) / np.percentile(calm, 95)))
        print(f"without an ingest: {told(calm)}; beside one: {told(busy)}")
    print(f"p95 beside an ingest is {np.median(ratios):.2f} times that without")


def told(times: list[float]) -> str:
    """Latencies in words."""
    p50, p95 = np.percentile(times, (50, 95))
    return f"p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms"


if __name__ == "__main__":
    main()
