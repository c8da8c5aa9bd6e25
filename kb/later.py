"""Modules of ours that are imported when they are first used: no command waits for what others need.

    if TYPE_CHECKING:
        from kb.models import graph
    else:
        graph = later("kb.models.graph")

Both halves stand at the top of a file: the reader, the type checker and the test of the layers see the
import.
"""

from __future__ import annotations

import importlib


class _Later:
    """Stands for a module until something of it is asked for."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, wanted: str) -> object:
        value: object = getattr(importlib.import_module(self.__name__), wanted)
        return value

    def __repr__(self) -> str:
        return f"<{self.__name__}, imported later>"


def later(name: str) -> _Later:
    """The module `name`, imported when something of it is first asked for. Raises `ImportError` then."""
    return _Later(name)
