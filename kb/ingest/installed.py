"""Where LibreOffice is, for documents that only it can read."""

from __future__ import annotations

import os
import shutil

_PROGRAMS = ("soffice", "libreoffice")
_PATHS = (
    "/usr/bin",
    "/usr/local/bin",
    "/opt/libreoffice/program",
    "/Applications/LibreOffice.app/Contents/MacOS",
)


def find_office() -> str | None:
    """The path of LibreOffice's program, or None."""
    path = os.pathsep.join((os.environ.get("PATH", ""), *_PATHS))
    return next((found for program in _PROGRAMS if (found := shutil.which(program, path=path))), None)
