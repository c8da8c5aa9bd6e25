"""What decides, beside its bytes, whether a file can be read: the program, its rules, what is installed."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from kb import __version__
from kb.ingest.installed import find_office
from kb.ingest.recognise import available


def conditions(own: str = "") -> str:
    """Names the version, the rules under kb/data, the `own` ones and the helpers at hand: 16 hex digits.

    A file that could not be read is worth another try when this has changed.
    """
    helpers = f"{__version__} {_rules()} ocr={available()} office={find_office() is not None}{own}"
    return hashlib.sha256(helpers.encode()).hexdigest()[:16]


@cache
def _rules() -> str:
    """The SHA-256 of all files of rules, by name."""
    digest = hashlib.sha256()
    for file in sorted(files("kb").joinpath("data").iterdir(), key=lambda file: file.name):
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
