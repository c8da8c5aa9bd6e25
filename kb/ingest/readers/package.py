"""Word packages as other programs write them, put into the form that python-docx reads.

Word saves one document in more ways than the usual zip: with the name spaces of ISO/IEC 29500 Strict, with
macros or as a template (other content types of one part, ECMA-376-2, 10), as one XML file (Flat OPC,
`pkg:package`); some programs write part names with backslashes. The content is the same.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile

from lxml import etree

from kb.errors import DamagedFile
from kb.ingest.readers.archive import open_archive, read_member

_TYPES = "[Content_Types].xml"
_RELATIONS = "_rels/.rels"
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OTHER_MAIN = re.compile(
    rb"application/vnd\.(?:openxmlformats-officedocument\.wordprocessingml\.template\.main"
    rb"|ms-word\.document\.macroEnabled\.main|ms-word\.template\.macroEnabledTemplate\.main)\+xml"
)
_PACKAGE = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)


def usual_package(data: bytes, name: str) -> bytes:
    """`data` itself when it is an ordinary package, else the same parts in the ordinary form.

    Raises `DamagedFile` or `ProtectedFile`.
    """
    if not data.startswith(b"PK"):
        data = _zipped(data, name)
    with open_archive(data, name) as archive:
        if not _is_unusual(archive, name):
            return data
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as usual:
            for member in archive.infolist():
                content = read_member(archive, member, name)
                usual.writestr(member.filename.replace("\\", "/"), _usual(content))
    return stream.getvalue()


def _is_unusual(archive: zipfile.ZipFile, name: str) -> bool:
    names = set(archive.namelist())
    if _TYPES not in names or _RELATIONS not in names or any("\\" in member for member in names):
        return True
    types = read_member(archive, _TYPES, name)
    return _OTHER_MAIN.search(types) is not None or _STRICT in read_member(archive, _RELATIONS, name)


def _usual(content: bytes) -> bytes:
    if _STRICT in content:
        content = _STRICT_NAME.sub(rb"http://schemas.openxmlformats.org/\1/2006/", content)
    return _OTHER_MAIN.sub(_MAIN, content)


def _zipped(data: bytes, name: str) -> bytes:
    """The parts of a Flat OPC file as a zip."""
    if _DOCTYPE.search(data):
        raise DamagedFile(f"{name} defines entities, which no Office program writes")
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        parts = [(part.get(f"{_PACKAGE}name") or "", part) for part in root.iter(f"{_PACKAGE}part")]
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as usual:
            for place, part in parts:
                usual.writestr(place.lstrip("/"), _content(part))
            usual.writestr(_TYPES, _content_types(parts))
    except (etree.XMLSyntaxError, binascii.Error, ValueError) as error:
        raise DamagedFile(
            f"{name} is a damaged Word file in one XML part ({error}): save it again"
        ) from error
    return stream.getvalue()


def _content(part: etree._Element) -> bytes:
    binary = part.find(f"{_PACKAGE}binaryData")
    if binary is not None:
        return base64.b64decode("".join((binary.text or "").split()), validate=True)
    held = part.find(f"{_PACKAGE}xmlData")
    inner = held[0] if held is not None and len(held) else None
    return b"" if inner is None else etree.tostring(inner, encoding="utf-8", xml_declaration=True)


def _content_types(parts: list[tuple[str, etree._Element]]) -> bytes:
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    root = etree.Element(f"{{{space}}}Types", nsmap={None: space})
    for place, part in parts:
        etree.SubElement(
            root,
            f"{{{space}}}Override",
            PartName=place,
            ContentType=part.get(f"{_PACKAGE}contentType") or "application/xml",
        )
    types: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return types
