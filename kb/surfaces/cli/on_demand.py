"""Commands whose modules are imported when they are asked for: a search does not pay for the server."""

from __future__ import annotations

import gc
import importlib
from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup
from typer.main import get_command

if TYPE_CHECKING:  # Typer keeps its copy of Click to itself
    from typer._click import Command, Context

# Command → where its function, or the Typer of a group of commands, is.
COMMANDS = {
    "demo": "demo:demo",
    "ingest": "keeping:ingest",
    "list": "keeping:list_documents",
    "show": "keeping:show",
    "set": "keeping:set_metadata",
    "restore": "keeping:restore",
    "backup": "backing:backup",
    "search": "asking:search",
    "similar": "asking:similar",
    "compare": "comparing:compare",
    "cite": "citing:app",
    "basket": "basket:app",
    "eval": "measuring:evaluate_set",
    "serve": "serving:serve",
    "collection": "parts:app",
    "jobs": "working:app",
    "audit": "auditing:audit",
    "user": "people:app",
    "key": "keys:app",
    "mcp": "agents:speak",
    "check": "keeping:check",
}


class OnDemand(TyperGroup):
    """Knows the names of all commands; imports one to run it or to help with it, and all to list them."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 (Click's interface)
        """The names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002 (as above)
        """The command of a name, None when there is no such."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(importlib.import_module(f"kb.surfaces.cli.{module}"), name)
        single = found if isinstance(found, typer.Typer) else typer.Typer(add_completion=False)
        if found is not single:
            single.command(cmd_name)(found)
        command = get_command(single)
        command.name = cmd_name
        _stay()
        return command


def _stay() -> None:
    """What is imported stays to the end: garbage is looked for from now on, and among the rest alone."""
    if not gc.isenabled():  # where `kb.__main__` started the process
        gc.freeze()
        gc.enable()
