"""The office's own rules: additions kept in the home folder, laid over ours in the parser process.

`rules/cleaning.toml` holds [[line]], [[inline]] and [[tail]] rules in the form of kb/data/boilerplate.toml,
`rules/spun.toml` holds [[pair]] entries in that of kb/data/spun.toml.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from kb.errors import DataError
from kb.ingest.quality import parse_spun, use_spun
from kb.ingest.rules import parse_own, use_cleaning

CLEANING, SPUN = "cleaning", "spun"
NAMES = (CLEANING, SPUN)
LONGEST = 100_000  # characters of one file


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The texts of both files, "" where there is none."""

    cleaning: str = ""
    spun: str = ""

    @property
    def key(self) -> str:
        """Names these rules: 16 hex digits; "" for none."""
        if self == NONE:
            return ""
        return hashlib.sha256(f"{self.cleaning}\0{self.spun}".encode()).hexdigest()[:16]

    def check(self) -> None:
        """Raises `DataError` naming the file, the line and the field that is wrong."""
        for name, text in ((CLEANING, self.cleaning), (SPUN, self.spun)):
            if len(text) > LONGEST:
                raise DataError(f"rules/{name}.toml has {len(text)} characters: {LONGEST} is the most")
        parse_own(self.cleaning, f"rules/{CLEANING}.toml")
        parse_spun(self.spun, f"rules/{SPUN}.toml")


NONE = OwnRules()


def read_own(folder: Path) -> OwnRules:
    """The rules of a folder, validated. Raises `DataError`."""
    texts = {}
    for name in NAMES:
        path = folder / f"{name}.toml"
        try:
            texts[name] = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"the rules {path} cannot be read: {error}") from error
    found = OwnRules(**texts)
    found.check()
    return found


def use(own: OwnRules) -> None:
    """Lays `own` over our rules for all that this process reads from now on: for parser processes."""
    use_cleaning(own.cleaning)
    use_spun(own.spun)
