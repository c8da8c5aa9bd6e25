"""Runs `kb` as a user does: a process of its own."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "corpus" / "samples"
_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 24, 1, 2


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output; anything else there is a mistake."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self
        value = json.loads(lines[0])
        assert isinstance(value, dict)
        return value

    @property
    def complaint(self) -> str:
        """The one clear line of a command that failed."""
        lines = [line for line in self.err.splitlines() if line.startswith("kb: ")]
        assert len(lines) == 1, self
        assert "Traceback" not in self.err, self
        return lines[0].removeprefix("kb: ")


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without settings of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    kept["PYTHONPATH"] = str(ROOT)
    return kept | dict(extra or {})


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "kb", *map(str, words)]


def kb(
    *words: str | Path,
    home: Path,
    env: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
    timeout: float = 180.0,
) -> Ended:
    """Runs one command to its end; `before` runs in the child before the program starts."""
    done = subprocess.run(
        command(*words, "--home", home),
        capture_output=True,
        encoding="utf-8",
        env=environment(env),
        cwd=home if home.is_dir() else ROOT,
        timeout=timeout,
        preexec_fn=before,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def without_override() -> None:
    """In the child: takes from root the right to pass over permissions, so that they mean something."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def files_up_to(size: int) -> Callable[[], None]:
    """In the child: no file may grow beyond `size` bytes, as on a disk that is full."""
    # The soft limit only: the parser sets its own.
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
