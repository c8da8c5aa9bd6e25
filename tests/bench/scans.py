"""How much text recognition reads of damaged scans: `python -m tests.bench.scans [PDF…]`.

The first page of each PDF with a text layer (the samples' by default) is drawn at 150, 200 and 300 dpi,
turned askew, given grain and saved as a poor JPEG; what the pipeline makes of the picture is held against the
text layer's own. Prints the share of the text layer's visible characters that were read, in order.
"""

from __future__ import annotations

import io
import sys
import time
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image

from kb.ingest.readers.image import read_image
from kb.ingest.readers.spacing import visible
from kb.ingest.recognise import Recogniser

SAMPLES = Path(__file__).resolve().parent.parent.parent / "corpus" / "samples"


def damaged(image: Image.Image, degrees: float, seed: int) -> bytes:
    """A scan of the page: askew, grey, grainy, JPEG of quality 45."""
    turned = image.convert("L").rotate(degrees, fillcolor=255, resample=Image.Resampling.BICUBIC)
    grain = np.random.default_rng(seed).normal(0, 14, (turned.height, turned.width))
    grey = Image.fromarray((np.asarray(turned) * 0.92 + 12 + grain).clip(0, 255).astype("uint8"))
    stream = io.BytesIO()
    grey.save(stream, "JPEG", quality=45)
    return stream.getvalue()


def main(paths: list[Path]) -> None:
    """Prints a line per resolution."""
    recogniser = Recogniser()
    for dpi in (150, 200, 300):
        read = there = 0
        begun = time.monotonic()
        for seed, path in enumerate(paths):
            with pypdfium2.PdfDocument(path) as document:
                wanted = visible(document[0].get_textpage().get_text_range())
                picture = document[0].render(scale=dpi / 72).to_pil()
            data = damaged(picture, (-0.7, 0.4, 0.7)[seed % 3], seed)
            found = visible("".join(block.text for block in read_image(data, path.name, recogniser)))
            matcher = SequenceMatcher(None, wanted, found, autojunk=False)
            read += sum(block.size for block in matcher.get_matching_blocks())
            there += len(wanted)
        seconds = (time.monotonic() - begun) / len(paths)
        print(f"{dpi} dpi: {read}/{there} = {read / there:.4f} of the characters, {seconds:.1f} s a page")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or sorted(SAMPLES.glob("*.pdf")))
