"""Pictures of pages, drawn and damaged as a scanner would, for tests of text recognition."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PIL.Image import Image

_FONTS = ("Noto Sans CJK SC", "WenQuanYi Zen Hei", "SimSun", "Microsoft YaHei", "PingFang SC")


def chinese_font() -> str:
    """The path of a Chinese font; the test is skipped where there is none."""
    for name in _FONTS:
        try:
            found = subprocess.run(
                ["fc-match", "-f", "%{family}\t%{file}", name], capture_output=True, text=True, timeout=20
            ).stdout
        except OSError:
            break
        family, _, path = found.partition("\t")
        if name in family and Path(path).exists():
            return path
    pytest.skip("no Chinese font is installed: no page can be drawn")


def page(lines: Sequence[tuple[int, int, str]], size: tuple[int, int] = (1240, 1754), em: int = 34) -> Image:
    """A page with lines of letters `em` pixels high at (x, y)."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", size, 255)
    font = ImageFont.truetype(chinese_font(), em)
    draw = ImageDraw.Draw(image)
    for x, y, words in lines:
        draw.text((x, y), words, font=font, fill=20)
    return image


def scanned(image: Image, degrees: float = 0.5, noise: float = 12.0, quality: int = 50) -> Image:
    """The page a little askew, with grain and the marks of JPEG."""
    import numpy as np
    from PIL import Image as images

    turned = image.convert("L").rotate(degrees, fillcolor=255, resample=images.Resampling.BICUBIC)
    grain = np.random.default_rng(7).normal(0, noise, (turned.height, turned.width))
    grey = images.fromarray((np.asarray(turned) * 0.93 + 10 + grain).clip(0, 255).astype("uint8"))
    stream = io.BytesIO()
    grey.save(stream, "JPEG", quality=quality)
    return images.open(stream).convert("RGB")


def saved(images: Sequence[Image], format_: str) -> bytes:
    """The pictures as one file: PDF and TIFF hold them all, other formats the first."""
    stream = io.BytesIO()
    many = {"save_all": True, "append_images": list(images[1:])} if format_ in ("PDF", "TIFF") else {}
    images[0].save(stream, format_, resolution=150, **many)
    return stream.getvalue()
