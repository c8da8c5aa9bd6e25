"""Files that are built to do harm, each one different, and names that should lead somewhere."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "corpus" / "samples"
CANARY = "kbcanary"  # what a traversal would write, or an entity would read
_WORD = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'
_TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


@dataclass(frozen=True)
class HostileFile:
    """A name as it stands in the form (bytes, because some are no text) and what is sent under it."""

    kind: str
    name: bytes
    content: bytes


def hostile_files(count: int, seed: int = 6) -> Iterator[HostileFile]:
    """`count` files, each kind in its turn, with a fixed seed."""
    chance = random.Random(seed)
    kinds = sorted(_MAKERS.items())
    for number in range(count):
        kind, make = kinds[number % len(kinds)]
        yield HostileFile(kind, _name(chance, number), make(chance))


def _name(chance: random.Random, number: int) -> bytes:
    ending = chance.choice(
        (".docx", ".pdf", ".txt", ".html", ".xlsx", ".svg", ".exe", "", ".docx.exe", ".ZIP")
    )
    plain = f"{CANARY}{number}{ending}"
    names = (
        plain,
        f"../../../../{plain}",
        f"..\\..\\..\\{plain}",
        f"/etc/{plain}",
        f"C:\\Windows\\{plain}",
        f"a/b/../../../{plain}",
        f"%2e%2e%2f{plain}",
        f"....//....//{plain}",
        "长" * chance.randrange(200, 1200) + plain,
        f"<script>alert({number})</script>{plain}",
        f"{{{{7*7}}}}{plain}",
        f"\u202efdp.{plain}",
        f"a\tb\x0b{plain}",
        f"CON.{plain}",
        f"~${plain}",
        f"file:///etc/passwd?{plain}",
        f"$(touch {plain})",
        f"|touch {plain}|",
        ".." if chance.random() < 0.5 else ".",
    )
    name = chance.choice(names).encode()
    return chance.choice((name, name, name, name + b"\xff\xfe", name + b"\x00.txt"))


def _noise(chance: random.Random, least: int = 1, most: int = 20_000) -> bytes:
    return chance.randbytes(chance.randrange(least, most))


def _sample(chance: random.Random) -> bytes:
    return chance.choice(_samples()).read_bytes()


def _samples() -> list[Path]:
    return sorted(path for path in SAMPLES.rglob("*") if path.is_file())


def _zip(chance: random.Random, **members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
        archive.comment = chance.randbytes(8)
    return stream.getvalue()


def _word(chance: random.Random, body: bytes, head: bytes = b"", **more: bytes) -> bytes:
    document = head + _WORD % body
    return _zip(chance, **{"[Content_Types].xml": _TYPES, "word/document.xml": document}, **more)


def _bomb(chance: random.Random) -> bytes:
    return _word(
        chance, b"<w:p><w:r><w:t>" + b"0" * chance.randrange(10**6, 2 * 10**7) + b"</w:t></w:r></w:p>"
    )


def _laughs(chance: random.Random) -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _word(
        chance, b"<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", f'<!DOCTYPE d [<!ENTITY l0 "ha">{levels}]>'.encode()
    )


def _reads_files(chance: random.Random) -> bytes:
    head = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return _word(chance, b"<w:p><w:r><w:t>&x;</w:t></w:r></w:p>" * 9, head)


def _slips(chance: random.Random) -> bytes:
    return _word(
        chance,
        b"",
        **{f"../../../../tmp/{CANARY}": b"x", f"/tmp/{CANARY}": b"x", f"word/../../{CANARY}": b"x"},
    )


def _nested(chance: random.Random) -> bytes:
    inner = _noise(chance)
    for level in range(chance.randrange(3, 30)):
        inner = _zip(chance, **{f"{level}.zip": inner})
    return inner


def _many_parts(chance: random.Random) -> bytes:
    return _word(chance, b"", **{f"word/{n}.xml": b"" for n in range(chance.randrange(500, 3000))})


def _cut(chance: random.Random) -> bytes:
    whole = _sample(chance)
    return whole[: chance.randrange(1, len(whole))]


def _flipped(chance: random.Random) -> bytes:
    data = bytearray(_sample(chance))
    for _ in range(chance.randrange(1, 60)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _headed(chance: random.Random) -> bytes:
    heads = (
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"{\\rtf1",
        b"\x89PNG\r\n\x1a\n",
    )
    return chance.choice((*heads, b"\xff\xd8\xff", b"GIF89a", b"MZ", b"\x7fELF", b"Rar!", b"BM")) + _noise(
        chance
    )


def _picture_bomb(chance: random.Random) -> bytes:
    size = struct.pack(">II", chance.randrange(30_000, 2**31), chance.randrange(30_000, 2**31))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    data = chunk(b"IDAT", zlib.compress(b"\0" * 10**6))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\x02\0\0\0") + data + chunk(b"IEND", b"")


def _page(chance: random.Random) -> bytes:
    evil = '<script>alert(1)</script><img src=x onerror=alert(2)><iframe src="file:///etc/passwd"></iframe>'
    words = "社区服务中心每年安排经费三十万元，由街道统一管理，按季度公开使用情况。" * chance.randrange(1, 20)
    return f"<!doctype html><html><body>{evil}<p>{words}{chance.random()}</p></body></html>".encode()


def _deep_page(chance: random.Random) -> bytes:
    depth = chance.randrange(2000, 60_000)
    return b"<html><body>" + b"<div>" * depth + b"x" + b"</div>" * depth


def _deep_rtf(chance: random.Random) -> bytes:
    return b"{\\rtf1" + b"{" * chance.randrange(1000, 100_000) + b"x"


def _one_line(chance: random.Random) -> bytes:
    return ("经费。" if chance.random() < 0.5 else "经").encode() * chance.randrange(1000, 200_000)


def _two_at_once(chance: random.Random) -> bytes:
    first, second = chance.sample(
        (_page(chance), _bomb(chance)[:9000], b"%PDF-1.4\n1 0 obj", b"GIF89a", _sample(chance)), 2
    )
    return first + second


def _pdf_loop(chance: random.Random) -> bytes:
    kids = b" ".join(b"%d 0 R" % chance.randrange(1, 9) for _ in range(50))
    pages = b"".join(
        b"%d 0 obj<</Type/Pages/Count 9999999/Kids[%s]>>endobj\n" % (n, kids) for n in range(1, 9)
    )
    return b"%PDF-1.7\n" + pages + b"trailer<</Root 1 0 R/Size 99>>\nstartxref\n0\n%%EOF"


def _not_text(chance: random.Random) -> bytes:
    text = "社区\u202e经费\u0000\ufeff\ud800" * chance.randrange(10, 500)
    return text.encode(chance.choice(("utf-8", "utf-16", "utf-32")), "surrogatepass")


def _sheet(chance: random.Random) -> bytes:
    cells = ("=cmd|'/C calc'!A0", "@SUM(1+1)", "+1", "-1", '=HYPERLINK("http://evil.example")')
    return "\n".join(
        ",".join(chance.choice(cells) for _ in range(5)) for _ in range(chance.randrange(3, 200))
    ).encode()


def _empty(chance: random.Random) -> bytes:
    return chance.choice((b"", b"\0" * chance.randrange(1, 9999), b" \r\n" * 99))


_MAKERS: dict[str, Callable[[random.Random], bytes]] = {
    "bomb": _bomb,
    "billion laughs": _laughs,
    "entity that reads a file": _reads_files,
    "members that slip out": _slips,
    "nested archives": _nested,
    "many parts": _many_parts,
    "cut short": _cut,
    "bytes flipped": _flipped,
    "wrong after its head": _headed,
    "noise": _noise,
    "picture bomb": _picture_bomb,
    "page with scripts": _page,
    "deep page": _deep_page,
    "deep RTF": _deep_rtf,
    "one long line": _one_line,
    "two formats at once": _two_at_once,
    "PDF in a circle": _pdf_loop,
    "text that is none": _not_text,
    "formulas": _sheet,
    "nothing": _empty,
}
