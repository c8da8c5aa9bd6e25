"""What readers know of text recognition (OCR); the engine itself is `kb.ingest.recognise`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from kb.ingest.readers.page_line import PageLine

if TYPE_CHECKING:  # the parser process has no other use for numpy
    import numpy as np
    from numpy.typing import NDArray

Picture: TypeAlias = "NDArray[np.uint8]"  # (height, width, 3), blue, green, red
Recognise: TypeAlias = Callable[[Picture, int], tuple[PageLine, ...]]  # a page and its number → its lines

# What a person does when text recognition is missing: one line, after the name of the file.
INSTALL = "install text recognition (pip install 'kb[ocr]') and run `kb ingest` again"
ILLEGIBLE = "illegible_line"  # the furniture of a line that recognition could not make out
SCANS = 500  # scanned pages of one file
