"""The command line."""

from kb.surfaces.cli.main import main

__all__ = ["main"]
