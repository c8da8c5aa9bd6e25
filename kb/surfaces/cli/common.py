"""What all commands share: options and output."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from kb.later import later

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from kb.surfaces import wire
else:  # for JSON
    wire = later("kb.surfaces.wire")

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder with corpus/, indexes/ and kb.toml.", show_default=False)
]
Index = Annotated[str | None, typer.Option("--index", help="Name of the index.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]

DONE_IN_PART = 3

out = Console(highlight=False)
log = Console(stderr=True, highlight=False, soft_wrap=True)  # a message is one line, however long


class ModeName(StrEnum):
    """How passages are found."""

    hybrid = "hybrid"
    dense = "dense"
    lexical = "lexical"


def emit(value: DataclassInstance) -> None:
    """One JSON object, and nothing else, on standard output."""
    sys.stdout.write(wire.to_json(value) + "\n")
