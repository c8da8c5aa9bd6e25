from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LIMIT = 700  # megabytes that an encoder's process may hold

CHILD = """
import sys
from pathlib import Path
from kb.models.bundled import BundledEncoder
encoder = BundledEncoder(Path(sys.argv[1]), sys.argv[2])
encoder.passages(["社区办公用房经费由县财政列入年度预算。" * n for n in range(1, 40, 4)])
encoder.passages(sys.argv[3:])
status = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmHWM:")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc/self/status")
@pytest.mark.parametrize("precision", ["int8", pytest.param("float16", marks=pytest.mark.openvino)])
def test_building_loading_and_encoding_stay_small(tmp_path: Path, precision: str) -> None:
    if precision == "float16":
        pytest.importorskip("openvino")
    texts = ["x " * 5000] if precision == "float16" else ["x " * 5000, "é ไทย русский"]  # all 250 000 pieces
    command = [sys.executable, "-c", CHILD, str(tmp_path), precision, *texts]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert int(done.stdout) * 1024 / 1e6 < LIMIT
