"""The Model Context Protocol server over one library: tools, and documents as resources."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import anyio.to_thread
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from starlette.requests import Request

from kb import __version__
from kb.errors import KbError
from kb.library import Library
from kb.surfaces.access import known, library_for
from kb.surfaces.door import UNKNOWN
from kb.surfaces.kin import title_of
from kb.surfaces.mcp.places import TEMPLATE, Addresses, Part, page_of, part_of_uri, uri_of
from kb.surfaces.mcp.tools import TOOLS, Desk, Tool
from kb.surfaces.messages import Words
from kb.types import DocumentCard

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_LOG = logging.getLogger(__name__)
_Result = TypeVar("_Result")
_Context = ServerRequestContext[Any, Request]

RESOURCES = 200  # documents on one page of the list
_AT_ONCE = 4  # searches of one client at a time: more would only wait for the same processors
_ZH, _EN = Words("zh"), Words("en")
_INSTRUCTIONS = (
    "他山 kb: exact, cited excerpts and side-by-side comparisons over Chinese policy and practice documents. "
    "Quote passages word for word with their reference and place; what is not found or not_mentioned stays "
    "so; pass on warnings such as suspect_figure."
)
_OWN_ERROR = "the server met an error of its own; its log says which"
_READS = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


class Agents:
    """What the protocol asks of us, answered from one library. Errors of ours are results, in one line."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._room = anyio.CapacityLimiter(_AT_ONCE)

    async def list_tools(
        self, _context: _Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        """The tools with the schemas of what they take and give."""
        return types.ListToolsResult(tools=[_described(tool, self._lenses()) for tool in TOOLS])

    async def call_tool(self, context: _Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        """One tool's answer: structured, and the same JSON as text. Raises `MCPError` for an unknown tool."""
        tool = next((tool for tool in TOOLS if tool.name == params.name), None)
        if tool is None:
            known = ", ".join(tool.name for tool in TOOLS)
            raise MCPError(types.INVALID_PARAMS, f"no tool is called {params.name[:80]}: use {known}")
        desk = Desk(self._for(context), _addresses(context))
        try:
            asked = tool.read(params.arguments or {})
            return _told(await self._apart(partial(tool.run, desk, asked)))
        except KbError as error:
            return types.CallToolResult(content=[types.TextContent(text=str(error))], is_error=True)

    async def list_resources(
        self, context: _Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """Documents in the order of their ids, a page at a time; the cursor is the last id before."""
        after = (params.cursor if params else None) or ""
        cards = await self._apart(self._for(context).cards)
        rest = sorted((card for card in cards if card.id > after), key=lambda card: card.id)
        following = rest[RESOURCES - 1].id if len(rest) > RESOURCES else None
        return types.ListResourcesResult(
            resources=[_resource(card) for card in rest[:RESOURCES]], next_cursor=following
        )

    async def list_templates(
        self, _context: _Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        """How the address of a part of a document is written."""
        template = types.ResourceTemplate(
            name="document",
            title=_title("mcp.document"),
            uri_template=TEMPLATE,
            description="A document's cleaned text, or its characters from start to end.",
            mime_type="text/plain",
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(
        self, context: _Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """A page of a document; a second content says where a long one goes on.

        Raises `MCPError` for what is no document of ours.
        """
        try:
            return await self._apart(partial(_read, self._for(context), params.uri))
        except KbError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from error

    def _for(self, context: _Context) -> Library:
        """The library as whoever asks sees it; over standard input that is the user of this machine."""
        if context.request is None:
            return self._library
        caller = known(context.request)
        if caller is None:
            raise MCPError(types.INVALID_REQUEST, UNKNOWN)
        return library_for(self._library, caller)

    async def _apart(self, work: Callable[[], _Result]) -> _Result:
        """`work` in a thread. A cancelled call that waits for its turn is never begun."""
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._room)
        except KbError:
            raise
        except Exception as error:  # the SDK would send an older client the words of any error
            _LOG.exception("a call failed")
            raise MCPError(types.INTERNAL_ERROR, _OWN_ERROR) from error

    def _lenses(self) -> str:
        return "、".join(f"{lens.key}（{lens.name}）" for lens in self._library.lenses())


def mcp_server(library: Library) -> Server[Any]:
    """The server over `library`, for any transport."""
    agents = Agents(library)
    return Server(
        "kb",
        version=__version__,
        title=_ZH("site.name"),
        instructions=_INSTRUCTIONS,
        on_list_tools=agents.list_tools,
        on_call_tool=agents.call_tool,
        on_list_resources=agents.list_resources,
        on_list_resource_templates=agents.list_templates,
        on_read_resource=agents.read_resource,
    )


async def answer_stdio(library: Library) -> None:
    """Speaks the protocol on standard input and output until the input ends.

    Meanwhile whatever else writes to standard output lands on standard error (so the SDK has it).
    """
    server = mcp_server(library)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def _told(value: DataclassInstance) -> types.CallToolResult:
    plain = asdict(value)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=plain)


def _described(tool: Tool, lenses: str) -> types.Tool:
    more = f" Lenses: {lenses}." if "lens" in tool.takes.model_fields else ""
    return types.Tool(
        name=tool.name,
        title=_title(tool.title),
        description=tool.description + more,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=_READS,
    )


def _title(key: str) -> str:
    return f"{_ZH(key)} {_EN(key)}"


def _resource(card: DocumentCard) -> types.Resource:
    known = (" / ".join(card.region), card.issuer, card.issued, card.number)
    return types.Resource(
        name=card.id,
        title=title_of(card, _ZH),
        uri=uri_of(Part(card.id)),
        description="，".join(one for one in known if one) or None,
        mime_type="text/plain",
    )


def _read(library: Library, uri: str) -> types.ReadResourceResult:
    part = part_of_uri(uri)
    document = library.document(part.doc_id)
    page = page_of(document, part)
    meta = {"start": page.start, "end": page.end, "length": len(document.text)}
    contents = [types.TextResourceContents(uri=uri, mime_type="text/plain", text=page.text, _meta=meta)]
    if page.following is not None:
        following = uri_of(Part(document.id, page.following, part.end))
        said = _ZH("mcp.more", length=len(document.text), start=page.start, end=page.end, uri=following)
        contents.append(types.TextResourceContents(uri=following, mime_type="text/plain", text=said))
    return types.ReadResourceResult(contents=list(contents))


def _addresses(context: _Context) -> Addresses:
    request = context.request
    return Addresses(str(request.base_url).rstrip("/") if request is not None else "")
