"""Word documents of all ages (.doc, .wps) through LibreOffice, where it is installed."""

from __future__ import annotations

import resource
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kb.errors import DamagedFile, UnsupportedFormat
from kb.ingest.installed import find_office
from kb.ingest.readers.docx import read_docx
from kb.types import Block

_SECONDS = 50  # wall time of one conversion; the parser's own limit is a little longer


def read_doc(data: bytes, name: str) -> Iterator[Block]:
    """Blocks of an old Word or WPS document, converted to .docx first.

    Raises `UnsupportedFormat` saying what to install when LibreOffice is missing, `DamagedFile` when it
    cannot read the file.
    """
    program = find_office()
    if program is None:
        raise UnsupportedFormat(
            f"{name} is an old Word or WPS document: install LibreOffice "
            "(apt install libreoffice-writer-nogui) and run again, or save the file as .docx"
        )
    with tempfile.TemporaryDirectory(prefix="kb-doc-") as folder:
        yield from read_docx(_converted(program, data, name, Path(folder)), name)


def _converted(program: str, data: bytes, name: str, folder: Path) -> bytes:
    source = folder / "document.doc"  # never the file's own name: it may hold anything
    source.write_bytes(data)
    command = [
        program,
        f"-env:UserInstallation=file://{folder}/profile",
        *("--headless", "--norestore", "--nolockcheck", "--convert-to", "docx", "--outdir", str(folder)),
        str(source),
    ]
    try:
        subprocess.run(
            command,
            check=True,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_widen,
            cwd=folder,
            start_new_session=True,
        )
        return (folder / "document.docx").read_bytes()
    except (OSError, subprocess.SubprocessError) as error:
        raise DamagedFile(f"{name} could not be converted by LibreOffice: save it as .docx") from error


def _widen() -> None:
    """LibreOffice maps more memory and opens more files than a parser may: up to the hard limits."""
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (hard, hard))
