"""The program `kb`, also `python -m kb`: how its process begins and ends around the command line.

Looking for garbage among what is being imported takes a fifth of a cold search, so it waits until the command
is there (`kb.surfaces.cli.on_demand`). Freeing every object before the end takes another twentieth.
"""

from __future__ import annotations

import gc
import os
import sys

gc.disable()

from kb.surfaces.cli import main  # noqa: E402 (the line above is about what this imports)

_ONLY_READ = frozenset({"search", "similar", "list", "show"})  # leave nothing to be tidied up


def run() -> None:
    """Runs the command that the process was started with, and ends the process."""
    try:
        main()
    except SystemExit as ended:
        if not ended.code and _ONLY_READ.intersection(sys.argv[1:2]):
            _leave()
        raise


def _leave() -> None:
    """Ends the process at once if all that it said was taken; else it ends as any other, and says so."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return
    os._exit(0)


if __name__ == "__main__":
    run()
