"""`kb`: the commands and how they end."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer
from rich.text import Text

from kb import __version__
from kb.errors import KbError
from kb.surfaces.cli.common import log
from kb.surfaces.cli.on_demand import OnDemand

_INTERRUPTED = 130

app = typer.Typer(
    cls=OnDemand,
    help="Search, cite and compare Chinese policy and practice documents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"kb {__version__}\n")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Search, cite and compare Chinese policy and practice documents."""


def main() -> None:
    """Runs a command; what a user can mend is one line on standard error and exit code 1."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        app()
    except KbError as error:
        log.print(Text(f"kb: {error}", style="red"))
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:  # what Typer makes of Ctrl-C, without a word
            log.print("kb: 已中断；已入库的资料都已保存，再次运行会接着做")
        raise
    except BrokenPipeError:  # the reader of our output has gone: nothing is left to say
        sys.stderr.close()
        sys.exit(1)
