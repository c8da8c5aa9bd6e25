"""Small PDF files written by hand, for tests of the reader."""

from __future__ import annotations

import hashlib
import io

import pypdfium2

_PRIVATE = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
1 begincodespacerange <00> <FF> endcodespacerange
1 beginbfrange <20> <7E> <E020> endbfrange
endcmap end end"""


def pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF from its objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        start,
    )
    return bytes(out)


def latin_pages(*contents: list[tuple[float, float, str]], private_use: bool = False) -> bytes:
    """Pages of lines at (x, y), in Latin letters of 12 points.

    With `private_use` the font says that its letters are private-use characters, as fonts do from which
    a program cut the table of characters.
    """
    kids = b" ".join(b"%d 0 R" % (4 + 2 * index) for index in range(len(contents)))
    mapped = b" /ToUnicode %d 0 R" % (4 + 2 * len(contents)) if private_use else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier%s >>" % mapped,
    ]
    for index, lines in enumerate(contents):
        drawn = b"".join(
            b"BT /F1 12 Tf %g %g Td (%s) Tj ET\n" % (x, y, text.encode()) for x, y, text in lines
        )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * index)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    if private_use:
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(_PRIVATE), _PRIVATE))
    return pdf(objects)


def picture_pages(count: int) -> bytes:
    """Pages that one grey picture covers."""
    kids = b" ".join(b"%d 0 R" % (5 + index) for index in range(count))
    drawn = b"q 600 0 0 800 0 0 cm /P Do Q"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
            b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray"
            b" /BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
            *[page + b" /Resources << /XObject << /P 3 0 R >> >> >>"] * count,
        ]
    )


def joined(*files: bytes) -> bytes:
    """The pages of several PDF files in one."""
    with pypdfium2.PdfDocument.new() as whole:
        for data in files:
            with pypdfium2.PdfDocument(data) as part:
                whole.import_pages(part)
        stream = io.BytesIO()
        whole.save(stream)
    return stream.getvalue()


def locked_pdf(password: bytes) -> bytes:
    """One empty page that opens with the password only (ISO 32000-1, 7.6.3, revision 2: RC4 of 40 bits)."""
    padding = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    padded, mark, rights = (password + padding)[:32], b"0123456789abcdef", -4
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    secret = padded + owner + rights.to_bytes(4, "little", signed=True) + mark
    user = _rc4(hashlib.md5(secret).digest()[:5], padding)
    lock = b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P %d >>" % (
        owner.hex().encode(),
        user.hex().encode(),
        rights,
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>",
        lock,
    ]
    name = mark.hex().encode()
    return pdf(objects, b"/Encrypt 4 0 R /ID [<%s> <%s>]" % (name, name))


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
