"""`kb mcp` as a process of its own, asked by the SDK's client as Claude Desktop asks it."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from typing import Literal

import anyio
import mcp_types as types
import pytest
from asking_mcp import ask, complaint, everything
from commands import ROOT, command, environment, kb
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError

from kb.library import Library
from kb.surfaces.mcp import places
from kb.surfaces.mcp.server import mcp_server
from kb.types import Answer, Question

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def process(home: Path) -> StdioServerParameters:
    words = command("mcp", "--home", home)
    return StdioServerParameters(command=words[0], args=words[1:], env=environment(), cwd=str(ROOT))


@pytest.mark.slow
def test_the_whole_of_it_by_the_newest_protocol(home: Path, library: Library) -> None:
    async def talk() -> None:
        async with Client(process(home)) as client:
            assert client.protocol_version >= "2026"
            await everything(client, library, "kb://doc/")

    anyio.run(talk)


def test_an_empty_library_says_so_to_an_older_client(bare_home: Path) -> None:
    async def talk() -> None:
        async with Client(process(bare_home), mode="legacy") as client:
            assert client.protocol_version < "2026"
            assert await ask(client, "search", query="社区经费") == {"results": []}
            found = await ask(client, "kb_search", query="社区经费")
            assert (found["found"], found["documents"], found["passages"]) == (False, 0, [])
            assert complaint(await client.call_tool("fetch", {"id": "x"})).startswith("no document")
            assert complaint(await client.call_tool("kb_compare", {"topic": "社区经费"}))
            assert (await client.list_resources()).resources == []

    anyio.run(talk)


def test_nothing_but_the_protocol_is_on_standard_output(home: Path) -> None:
    call = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "search", "arguments": {"query": "社区经费"}},
    }
    running = subprocess.Popen(
        command("mcp", "--home", home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        cwd=ROOT,
    )
    assert running.stdin
    assert running.stdout
    lines = [*(json.dumps(message) for message in (HELLO, READY)), "{这不是 JSON", json.dumps(call)]
    running.stdin.write("\n".join(lines) + "\n")
    running.stdin.flush()
    said = []
    while not any(message.get("id") == 2 for message in said):
        said.append(json.loads(running.stdout.readline()))
    rest, errors = running.communicate(timeout=60)  # closes its input: it ends by itself
    assert running.returncode == 0, errors
    assert rest == ""
    assert all(message["jsonrpc"] == "2.0" for message in said)
    assert "Traceback" not in errors


def test_settings_that_are_wrong_are_one_line_on_standard_error(bare_home: Path) -> None:
    (bare_home / "kb.toml").write_text("[model]\nkind = 7\n", encoding="utf-8")
    ended = kb("mcp", home=bare_home)
    assert ended.code == 1
    assert ended.out == ""
    assert "kb.toml" in ended.complaint


def test_a_long_document_is_read_page_by_page(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PAGE", 100)
    card = max(library.cards(), key=lambda card: card.chunks)
    text = library.document(card.id).text
    assert len(text) > 300

    async def talk() -> None:
        async with Client(mcp_server(library)) as client:
            by_fetch, asked = "", card.id
            while asked:
                page = await ask(client, "fetch", id=asked)
                assert len(page["text"]) <= 100
                by_fetch += page["text"]
                asked = page["metadata"].get("next", "")
            assert by_fetch == text
            by_resource, uri = "", f"kb://doc/{card.id}"
            while uri:
                contents = (await client.read_resource(uri)).contents
                assert isinstance(contents[0], types.TextResourceContents)
                by_resource += contents[0].text
                uri = contents[1].uri if len(contents) > 1 else ""
            assert by_resource == text
            first = await ask(client, "kb_document", id=card.id)
            assert first["text"] == text[: first["next"]]

    anyio.run(talk)


def test_an_error_of_our_own_is_not_told(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(question: Question) -> Answer:
        raise RuntimeError(f"secret of {question.text}")

    monkeypatch.setattr(library, "search", broken)

    async def talk(mode: Literal["auto", "legacy"]) -> None:
        async with Client(mcp_server(library), mode=mode) as client:
            with pytest.raises(MCPError, match="the server met an error of its own") as told:
                await client.call_tool("search", {"query": "经费"})
            assert "secret" not in str(told.value)

    anyio.run(talk, "auto")
    anyio.run(talk, "legacy")


def test_a_cancelled_call_that_waits_is_never_begun(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four searches fill the room; a fifth is cancelled while it waits, a sixth is answered."""
    begun: list[str] = []
    full, go = threading.Semaphore(0), threading.Event()
    search = library.search

    def slow(question: Question) -> Answer:
        begun.append(question.text)
        full.release()
        go.wait()
        return search(question)

    monkeypatch.setattr(library, "search", slow)

    async def talk() -> None:
        async with Client(mcp_server(library)) as client, anyio.create_task_group() as group:
            for number in range(4):
                group.start_soon(client.call_tool, "search", {"query": f"经费{number}"})
            for _ in range(4):
                await anyio.to_thread.run_sync(full.acquire)
            with anyio.move_on_after(0.2) as waited:
                await client.call_tool("search", {"query": "不再等了"})
            assert waited.cancelled_caught
            group.start_soon(client.call_tool, "search", {"query": "最后一个"})
            await anyio.sleep(0.05)
            go.set()

    anyio.run(talk)
    assert sorted(begun) == ["最后一个", "经费0", "经费1", "经费2", "经费3"]
