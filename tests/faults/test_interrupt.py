"""Ctrl-C: one line, exit code 130, and the next run goes on where this one stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import kb
from hashing import HashEncoder, embeddings_server
from running import GENERATED, NOTHING, assert_answers, committed, fill, gone, ingest, problems_of, variables


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Ctrl-C reaches what is started here; what runs in the background of a shell ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("_interruptible")
def test_ctrl_c_leaves_a_store_that_goes_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    fill(tmp_path / "docs")
    with embeddings_server(HashEncoder("interrupt"), lambda _: time.sleep(0.05)) as model:
        env = variables(model)
        for least in (3, 20):
            with ingest(home, env, tmp_path / "docs") as run:
                while run.running and len((committed(home) or NOTHING).documents) < least:
                    time.sleep(0.02)
                before, children = committed(home), run.children()
                assert run.running
                said = run.end(signal.SIGINT)
            assert run.process.returncode == 130
            assert "Traceback" not in said
            assert [line for line in said.splitlines() if line.startswith("kb: 已中断")]
            assert gone(children, 10)
            assert before is not None
            after = committed(home)
            assert after is not None
            assert after.documents.keys() >= before.documents.keys()
            assert problems_of(home, env) == (), "an interrupted run still brings the indexes up"
            assert_answers(home, env, before.documents)
        kept = len((committed(home) or NOTHING).documents)
        ended = kb("ingest", tmp_path / "docs", "--json", home=home, env=env)
        assert ended.code == 0
        assert ended.json["ingested"] + kept == 23 + GENERATED
        assert not problems_of(home, env)
