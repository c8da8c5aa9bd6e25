"""Pieces that cleaning took away and a person wants back."""

from __future__ import annotations

from kb.types import Removed


def stays(text: str, restored: frozenset[str]) -> bool:
    """Whether a person wants a piece with these words to stay; `restored` are keys of pieces."""
    return bool(restored) and Removed(text, "").key in restored
