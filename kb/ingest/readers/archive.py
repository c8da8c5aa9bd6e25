"""Limits on zip-based documents, checked before anything is unpacked or parsed.

The limits are those of the project's security notes (OWASP file upload; measured on python-docx 1.2 and
lxml 6.1, where a 328 kB document grew to 610 MB). Python's zipfile never reads past a member's declared
size, so the declared sum bounds what parsing can see.
"""

from __future__ import annotations

import io
import re
import zipfile

from kb.errors import DamagedFile, ProtectedFile

_MEMBERS = 2_000
_TOTAL = 200 * 1024 * 1024  # bytes unpacked
_RATIO = 200  # unpacked to packed, for members large enough to matter
_SMALL = 1024 * 1024  # bytes
# Entity definitions are what makes XML explode; Office writes none. Also in UTF-16.
_DOCTYPE = re.compile(rb"<\x00?!\x00?D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E")


def open_archive(data: bytes, name: str) -> zipfile.ZipFile:
    """The archive, when it is safe to unpack. Raises `DamagedFile` or `ProtectedFile`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DamagedFile(f"{name} is a damaged Office or zip file ({error}): save it again") from error
    members = archive.infolist()
    if len(members) > _MEMBERS:
        raise DamagedFile(f"{name} holds {len(members)} parts, more than the {_MEMBERS} allowed")
    total = sum(member.file_size for member in members)
    if total > _TOTAL:
        raise DamagedFile(
            f"{name} unpacks to {total // 2**20} MB, more than the {_TOTAL // 2**20} MB allowed"
        )
    for member in members:
        _check(archive, member, name)
    return archive


def _check(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    if member.flag_bits & 0x1:
        raise ProtectedFile(f"{name} is protected by a password: save a copy without one")
    if member.file_size > _SMALL and member.file_size > _RATIO * max(1, member.compress_size):
        raise DamagedFile(f"{name}: {member.filename} unpacks to more than {_RATIO} times its size")
    parts = member.filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or ":" in parts[0]:
        raise DamagedFile(f"{name} holds a part that points outside it: {member.filename}")
    if member.filename.endswith((".xml", ".rels")) and _DOCTYPE.search(read_member(archive, member, name)):
        raise DamagedFile(f"{name}: {member.filename} defines entities, which no Office program writes")


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo | str, name: str) -> bytes:
    """The unpacked bytes of one part. Raises `DamagedFile`."""
    try:
        return archive.read(member)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, ValueError, NotImplementedError) as error:
        part = member if isinstance(member, str) else member.filename
        raise DamagedFile(f"{name}: its part {part} is damaged: save it again") from error
    except Exception as error:  # zlib.error and RuntimeError have no common base below Exception
        raise DamagedFile(f"{name} is damaged inside ({type(error).__name__}): save it again") from error
