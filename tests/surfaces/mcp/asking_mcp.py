"""What both transports are held to, asked with the SDK's own client."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from kb.library import Library

QUESTION = "其他区是怎么解决社区办公用房经费的"
NAMES = ["search", "fetch", "kb_search", "kb_compare", "kb_document"]


def json_of(result: types.CallToolResult) -> dict[str, Any]:
    """The answer; its one text says the same as its structured content."""
    assert not result.is_error, result.content
    assert len(result.content) == 1
    assert isinstance(result.content[0], types.TextContent)
    value = json.loads(result.content[0].text)
    assert value == result.structured_content
    assert isinstance(value, dict)
    return value


def complaint(result: types.CallToolResult) -> str:
    """The one line of an answer that failed."""
    assert result.is_error
    assert result.structured_content is None
    assert isinstance(result.content[0], types.TextContent)
    said = result.content[0].text
    assert "\n" not in said
    assert "Traceback" not in said
    return said


async def ask(client: Client, name: str, **arguments: object) -> dict[str, Any]:
    return json_of(await client.call_tool(name, arguments))


async def the_tools_are_described(client: Client) -> None:
    tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == NAMES
    for tool in tools:
        assert tool.title
        assert tool.description
        assert tool.output_schema
        assert tool.annotations
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False
        for name, about in tool.input_schema["properties"].items():
            assert about["description"], f"{tool.name}.{name}"


async def a_connector_finds_and_reads(client: Client, library: Library, home: str) -> None:
    """`search` and `fetch` have the keys that connectors know, and no others."""
    found = await ask(client, "search", query=QUESTION)
    assert set(found) == {"results"}
    assert 1 <= len(found["results"]) <= 10
    ids = [result["id"] for result in found["results"]]
    assert len(set(ids)) == len(ids)
    for result in found["results"]:
        assert set(result) == {"id", "title", "url"}
        assert result["url"].startswith(home)
    read = await ask(client, "fetch", id=ids[0])
    assert set(read) == {"id", "title", "text", "url", "metadata"}
    assert read["text"] == library.document(ids[0]).text
    assert all(isinstance(value, str) for value in read["metadata"].values())
    assert "/" not in read["metadata"]["source"]


async def every_passage_is_the_words_of_its_document(client: Client, library: Library) -> None:
    for question in (QUESTION, "how did other districts fund community offices"):
        found = await ask(client, "kb_search", query=question, top_k=5, per_region=1)
        assert found["found"] is True
        assert len(found["passages"]) == 5
        for passage in found["passages"]:
            text = library.document(passage["doc_id"]).text
            assert text[passage["start"] : passage["end"]] == passage["quote"]
            assert passage["reference"]
            assert (await ask(client, "fetch", id=passage["id"]))["text"] == passage["quote"]


async def filters_hold(client: Client, library: Library) -> None:
    """Filters restrict, also written as models write them: one name for a list, JSON in a string."""
    kinds = {card.id: card.kind for card in library.cards()}
    for given in (["通知"], "通知", '["通知"]'):
        found = await ask(client, "kb_search", query="社区经费", kind=given)
        assert found["passages"]
        assert {kinds[passage["doc_id"]] for passage in found["passages"]} == {"通知"}
    nothing = await ask(client, "kb_search", query="“这句话哪里都没有”")
    assert nothing["passages"] == []
    assert nothing["understood"]


async def a_comparison_is_quoted_or_says_not_mentioned(client: Client, library: Library) -> None:
    table = await ask(client, "kb_compare", topic="社区办公用房经费", best=3)
    assert len(table["columns"]) == 3
    states = [cell["state"] for column in table["columns"] for cell in column["cells"]]
    assert len(states) == 3 * len(table["dimensions"])
    assert states.count("not_mentioned") == table["not_mentioned"]
    for column in table["columns"]:
        for cell in column["cells"]:
            assert bool(cell["passages"]) == (cell["state"] != "not_mentioned")
            for passage in cell["passages"]:
                text = library.document(passage["doc_id"]).text
                assert text[passage["start"] : passage["end"]] == passage["quote"]


async def documents_are_read(client: Client, library: Library) -> None:
    """As a tool and as resources."""
    card = library.cards()[0]
    text = library.document(card.id).text
    read = await ask(client, "kb_document", id=card.id, start=10)
    assert (read["text"], read["length"], read["next"]) == (text[10:], len(text), None)
    assert read["outline"]
    listed = await client.list_resources()
    assert {resource.name for resource in listed.resources} == {card.id for card in library.cards()}
    for resource in listed.resources[:2]:
        content = (await client.read_resource(resource.uri)).contents[0]
        assert isinstance(content, types.TextResourceContents)
        assert content.text == library.document(resource.name).text
        assert resource.title
    part = (await client.read_resource(f"kb://doc/{card.id}?start=3&end=9")).contents[0]
    assert isinstance(part, types.TextResourceContents)
    assert part.text == text[3:9]
    templates = (await client.list_resource_templates()).resource_templates
    assert [template.uri_template for template in templates] == ["kb://doc/{id}{?start,end}"]


async def what_is_wrong_is_one_line(client: Client, library: Library) -> None:
    unknown = await client.call_tool("fetch", {"id": "nowhere"})
    assert complaint(unknown).startswith("no document has the id nowhere")
    assert complaint(await client.call_tool("kb_document", {"id": "nowhere"}))
    assert "query" in complaint(await client.call_tool("kb_search", {}))
    assert "use top_k, " not in complaint(await client.call_tool("kb_search", {"query": " "}))
    assert "there is no argument place" in complaint(
        await client.call_tool("kb_search", {"query": "经费", "place": "天津"})
    )
    assert "year" in complaint(await client.call_tool("kb_search", {"query": "经费", "year": "去年"}))
    assert "there is no lens" in complaint(
        await client.call_tool("kb_compare", {"topic": "经费", "lens": "没有"})
    )
    id = library.cards()[0].id
    assert "outside its text" in complaint(await client.call_tool("kb_document", {"id": id, "start": 10**9}))
    for uri in ("kb://doc/nowhere", "file:///etc/passwd", "kb://doc/..%2F..%2Fetc%2Fpasswd"):
        with pytest.raises(MCPError, match=r"no document has the id|is no resource"):
            await client.read_resource(uri)
    with pytest.raises(MCPError, match="no tool is called delete"):
        await client.call_tool("delete", {})


async def a_question_may_have_ten_thousand_characters(client: Client) -> None:
    long = ("社区办公用房经费怎么解决" * 900)[:10_000]
    assert (await ask(client, "search", query=long))["results"]
    assert "10000 characters" in complaint(await client.call_tool("search", {"query": long + "吗"}))


async def twenty_calls_at_once_get_their_own_answers(client: Client) -> None:
    questions = [
        f"{what}{which}" for what in ("社区经费", "网格员", "办公用房", "养老") for which in range(5)
    ]
    found: dict[str, str] = {}

    async def one(question: str) -> None:
        answer = await ask(client, "kb_search", query=question, top_k=3)
        found[question] = hashlib.sha256(json.dumps(answer).encode()).hexdigest()

    async with anyio.create_task_group() as group:
        for question in questions:
            group.start_soon(one, question)
    assert set(found) == set(questions)
    for question in questions[::7]:
        again = await ask(client, "kb_search", query=question, top_k=3)
        assert hashlib.sha256(json.dumps(again).encode()).hexdigest() == found[question]


async def a_client_that_gives_up_disturbs_nobody(client: Client) -> None:
    async with anyio.create_task_group() as group:
        for number in range(8):
            group.start_soon(client.call_tool, "kb_search", {"query": f"社区经费{number}"})
        await anyio.sleep(0.05)
        group.cancel_scope.cancel()
    assert (await ask(client, "kb_search", query=QUESTION))["passages"]


async def everything(client: Client, library: Library, home: str) -> None:
    """All of the above over one connection."""
    await the_tools_are_described(client)
    await a_connector_finds_and_reads(client, library, home)
    await every_passage_is_the_words_of_its_document(client, library)
    await filters_hold(client, library)
    await a_comparison_is_quoted_or_says_not_mentioned(client, library)
    await documents_are_read(client, library)
    await what_is_wrong_is_one_line(client, library)
    await a_question_may_have_ten_thousand_characters(client)
    await twenty_calls_at_once_get_their_own_answers(client)
    await a_client_that_gives_up_disturbs_nobody(client)
