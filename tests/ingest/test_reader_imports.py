"""What the parser process loads: no numbers library, and no engine, before a file needs it."""

import subprocess
import sys


def test_the_parser_loads_neither_numpy_nor_an_engine_before_a_file_needs_it() -> None:
    heavy = ("numpy", "docx", "openpyxl", "pypdfium2", "trafilatura", "striprtf", "xlrd", "rapidocr", "faiss")
    code = "import sys, kb.ingest.worker; print([name for name in {} if name in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", code.format(heavy)], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"
