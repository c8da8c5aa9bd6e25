"""`kb mcp`."""

from __future__ import annotations

from functools import partial

import anyio

from kb.surfaces.cli.common import Home, Index
from kb.surfaces.cli.opening import open_library
from kb.surfaces.mcp.server import answer_stdio
from kb.surfaces.warming import warming


def speak(home: Home = None, index: Index = None) -> None:
    """Speak MCP on standard input and output, for Claude Desktop, editors and agents."""
    with open_library(home, index) as library, warming(library):
        anyio.run(partial(answer_stdio, library))
