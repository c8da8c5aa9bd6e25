"""What may be set by hand, and to what."""

from __future__ import annotations

import re

from kb.errors import QuestionError
from kb.store.documents import CORRECTABLE, FAMILY

_DATE = re.compile(r"(?:\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?)?")


def check_correction(name: str, value: str | None) -> None:
    """Raises `QuestionError` for a field that cannot be set, and for a value that it cannot have."""
    known = (*CORRECTABLE, FAMILY)
    if name not in known:
        raise QuestionError(f"{name} cannot be set: use one of {', '.join(known)}")
    if value is None:  # given back to the rules
        return
    if name == "title" and not value.strip():
        raise QuestionError("a title cannot be empty")
    if name == "issued" and not _DATE.fullmatch(value):
        raise QuestionError(f"issued={value} is no date: write 2021, 2021-06 or 2021-06-30")
    if "\n" in value or len(value) > 500:
        raise QuestionError(f"{name} must be one line of at most 500 characters")
