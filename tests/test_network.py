"""Nothing leaves the machine: no command and no part of the library opens a connection by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import ROOT, SAMPLES, kb
from hashing import HashEncoder, embeddings_server

# Python runs this before anything else in each process of the tree, the parser's too. A refusal is written
# down as well, in case somebody handles the error.
GUARD = """
import os, sys
NET = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
def watch(event, args):
    if event in NET and not (event == "socket.connect" and isinstance(args[1], (str, bytes))):
        with open(os.environ["NETWORK_LOG"], "a") as log:
            log.write(f"{event} {args[1:]!r} in {sys.argv!r}\\n")
        raise PermissionError(f"no network here: {event} {args[1:]!r}")
sys.addaudithook(watch)
with open(os.environ["NETWORK_LOG"] + ".started", "a") as log:
    log.write(repr(sys.orig_argv) + "\\n")
"""
QUESTION = "how did other districts fund community offices"


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    """An environment in which a connection is refused and written down."""
    folder = tmp_path / "guard"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    return {"GUARD": str(folder), "NETWORK_LOG": str(tmp_path / "network.log")}


def run(*words: str | Path, home: Path, env: dict[str, str]) -> int:
    extra = dict(env)
    folder = extra.pop("GUARD")
    ended = kb(*words, home=home, env={**extra, "PYTHONPATH": f"{folder}:{ROOT}"})
    return ended.code


def refused(env: dict[str, str]) -> str:
    log = Path(env["NETWORK_LOG"])
    return log.read_text(encoding="utf-8") if log.exists() else ""


@pytest.mark.slow
def test_no_command_opens_a_connection(bare_home: Path, tmp_path: Path, guarded: dict[str, str]) -> None:
    set_folder = tmp_path / "set"
    set_folder.mkdir()
    (set_folder / "corpus.jsonl").write_text('{"_id": "d", "text": "社区经费"}\n', encoding="utf-8")
    (set_folder / "queries.jsonl").write_text('{"_id": "q", "text": "经费"}\n', encoding="utf-8")
    (set_folder / "qrels.tsv").write_text("q\td\t1\n", encoding="utf-8")
    for words in (
        ("ingest", SAMPLES),
        ("search", QUESTION, "--json"),
        ("compare", "社区经费", "--docx", tmp_path / "x.docx"),
        ("cite", "check", tmp_path / "x.docx"),
        ("check", "--repair"),
        ("list",),
        ("eval", set_folder),
        ("demo",),
    ):
        assert run(*words, home=bare_home, env=guarded) == 0, words
        assert refused(guarded) == "", words
    started = Path(guarded["NETWORK_LOG"] + ".started").read_text(encoding="utf-8")
    assert "kb.ingest.worker" in started, "the parser was watched too"


def test_the_guard_sees_a_remote_model(bare_home: Path, tmp_path: Path, guarded: dict[str, str]) -> None:
    """Only a remote model is asked for over the network; this also shows that the guard works."""
    document = tmp_path / "a.txt"
    document.write_text("社区经费由区财政承担，按月拨付。" * 10, encoding="utf-8")
    with embeddings_server(HashEncoder()) as model:
        remote = {"KB_MODEL_KIND": "remote", "KB_MODEL_NAME": model.name, "KB_MODEL_URL": model.url}
        assert run("ingest", document, home=bare_home, env=guarded | remote) == 1
        assert model.url.split(":")[2].removesuffix("/v1") in refused(guarded)
        assert kb("ingest", document, home=bare_home, env=remote).code == 0
