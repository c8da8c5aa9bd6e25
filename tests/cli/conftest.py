from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Ended

from kb.surfaces.cli import main


@pytest.fixture
def kb_here(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Runs a command in this process, where starting one costs more than what is tested."""

    def run(*words: str | Path, home: Path, env: dict[str, str] | None = None) -> Ended:
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["kb", *map(str, words), "--home", str(home)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        code = ended.value.code
        return Ended(code if isinstance(code, int) else 0, said.out, said.err)

    return run
