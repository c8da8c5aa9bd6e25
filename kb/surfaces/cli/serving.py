"""`kb serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.surfaces.cli.common import Home, Index, log
from kb.surfaces.cli.opening import open_library
from kb.surfaces.serve import serve as run


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port; 0 takes any free one.")] = None,
    home: Home = None,
    index: Index = None,
) -> None:
    """Serve the web page and the API on this machine."""
    with open_library(home, index) as library:
        where = library.settings.server
        run(
            library,
            host if host is not None else where.host,
            port if port is not None else where.port,
            lambda address: log.print(f"他山 {address}  （Ctrl-C 结束）"),
        )
