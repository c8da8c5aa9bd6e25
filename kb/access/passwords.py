"""Passwords: Argon2id with the least that OWASP asks for (Password Storage Cheat Sheet: 19 MiB, 2 passes)."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kb.errors import QuestionError

SHORTEST, LONGEST = 10, 200  # characters
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(2)  # each takes 19 MiB and a processor


def checked(password: str, name: str) -> str:
    """The password, when it can be one. Raises `QuestionError`, which does not repeat it."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise QuestionError(f"a password has {SHORTEST} to {LONGEST} characters, this one {len(password)}")
    if password.casefold() == name.casefold() or len(set(password)) < 4:
        raise QuestionError("this password is too easy to guess: take a longer sentence of your own")
    return password


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether `password` is the one that is kept; None takes as long as a wrong one."""
    known = kept is not None and len(password) <= LONGEST
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _nobodys(), password[:LONGEST]) and known
        except (VerificationError, InvalidHashError):
            return False


def weaker(kept: str) -> bool:
    """Whether a kept hash was made with less work than today's."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    """A hash that no account has, to be compared with when there is no account."""
    return _HASHER.hash("nobody has this password")
