"""Pictures of documents: PNG, JPEG, TIFF (several pages), BMP and WebP, by text recognition."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.errors import DamagedFile, EmptyFile, NeedsOcr
from kb.ingest.readers.layout import page_blocks
from kb.ingest.readers.recognition import INSTALL, SCANS, Picture, Recognise
from kb.types import Block

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")
_SIDE = 4_000  # pixels of the longer side that is recognised
_AREA = 150_000_000  # pixels; a page of A3 at 600 dpi has 70 million
_SMALL = 200  # pixels of the longer side: icons and buttons that web pages are saved with


def read_image(data: bytes, name: str, recognise: Recognise | None = None) -> Iterator[Block]:
    """A block per paragraph; the frames of a TIFF are its pages.

    Raises `NeedsOcr` saying what to install without `recognise`, `EmptyFile` when nothing can be read on
    it, or `DamagedFile`.
    """
    if recognise is None:
        raise NeedsOcr(f"{name} is a picture: {INSTALL}")
    pages = [recognise(picture, number) for number, picture in enumerate(_pictures(data, name), start=1)]
    if not any(pages):
        raise EmptyFile(f"{name} is a picture in which no text can be recognised")
    yield from page_blocks(pages)


def _pictures(data: bytes, name: str) -> Iterator[Picture]:
    # Pillow comes with the extra `ocr`.
    from PIL import Image, ImageSequence

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # _checked has a limit of its own
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
                    if number > SCANS:
                        raise DamagedFile(f"{name} has more than {SCANS} pages: split it")
                    yield _picture(_checked(frame, name))
    except Image.DecompressionBombError as error:
        raise DamagedFile(f"{name} has far more pixels than a page: save it smaller") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise DamagedFile(f"{name} is a damaged picture ({error}): save it again") from error


def _checked(image: Image, name: str) -> Image:
    if image.width * image.height > _AREA:
        raise DamagedFile(f"{name} has {image.width} x {image.height} pixels: save it smaller")
    if max(image.size) < _SMALL:
        raise EmptyFile(f"{name} is a picture of {image.width} x {image.height} pixels: too small for text")
    return image


def _picture(image: Image) -> Picture:
    """Turned as its camera says, on white where it is transparent, no larger than can be used."""
    import numpy as np
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    layered = upright.convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
    return np.ascontiguousarray(np.asarray(flat)[:, :, ::-1])
