"""What an ingest costs: `python -m tests.bench.ingest FOLDER [--every N] [--small N]`.

One file in N of FOLDER, drawn with a fixed seed (all with `--every 1`), is taken into a fresh home with the
bundled encoder. Prints each stage's share of the wall time, the files a second of a second run over the
same files, the same over small text files made here, and the peak memory of the parent process. Shares hold
on a busy machine too; seconds do not.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from pathlib import Path

from kb.config import ModelSettings, load_settings
from kb.ingest.walk import find_files
from kb.library import Library, silent
from kb.store.intake import IntakeOptions, take_in
from kb.store.layout import Layout
from kb.store.store import Store
from kb.types import IngestReport
from tests.hashing import HashEncoder

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261122
_WORDS = "社区用房建设以奖代补街道办事处居民议事协商网格服务中心资金安排验收改造养老托育党建引领评议监督"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ingest", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=6, help="one file in so many")
    parser.add_argument("--small", type=int, default=5000, help="small files for the unchanged run")
    wanted = parser.parse_args()
    files = drawn(wanted.folder, wanted.every)
    with tempfile.TemporaryDirectory(prefix="kb-bench-") as place:
        first_ingest(files, Path(place) / "home")
        if wanted.small:
            small_files(wanted.small, Path(place) / "small")


def drawn(folder: Path, every: int) -> list[Path]:
    """One file in `every`, always the same ones."""
    files, _ = find_files([folder])
    return sorted(random.Random(SEED).sample(files, max(1, len(files) // every)))


def first_ingest(files: list[Path], home: Path) -> None:
    """The stages of a first ingest with the real encoder, and a second one."""
    (home / "indexes").mkdir(parents=True)
    (home / "indexes" / ".models").symlink_to(ROOT / "indexes" / ".models")
    with Library.open(load_settings(home, environ={})) as library:
        report = library.ingest(files)
        print_stages(report, len(files))
        print(f"peak memory of the parent: {peak_mb():.0f} MB")
        print_unchanged(library.ingest(files), len(files), "the same files")


def small_files(count: int, place: Path) -> None:
    """A second run over many small files; the encoder is a cheap one, which a second run does not ask."""
    folder = place / "files"
    folder.mkdir(parents=True)
    dice = random.Random(SEED)
    for number in range(count):
        words = "".join(dice.choices(_WORDS, k=120))
        text = f"第{number}号街道的做法\n{words[:60]}。\n{words[60:]}。\n"
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    store, encoder = Store.open(Layout(place / "index")), HashEncoder()
    for _ in range(2):
        report = take_in(store, encoder, ModelSettings(), [folder], IntakeOptions(), silent)
    store.close()
    print_unchanged(report, count, "small files")


def print_stages(report: IngestReport, files: int) -> None:
    """Each stage's share of the wall time; `parse` runs beside the others."""
    print(
        f"first ingest of {files} files: {report.ingested} documents, {report.chunks} passages, "
        f"{len(report.failed)} failures, {report.seconds:.1f} s"
    )
    for stage in report.stages:
        beside = "  (beside the others)" if stage.name == "parse" else ""
        print(f"  {stage.name:8} {stage.seconds:8.2f} s {stage.seconds / report.seconds:7.1%}{beside}")
    embed = sum(stage.seconds for stage in report.stages if stage.name == "embed")
    print(f"everything but embedding: {1 - embed / report.seconds:.1%} of the wall time")


def print_unchanged(report: IngestReport, files: int, which: str) -> None:
    """Files a second of a run that changes nothing."""
    held = report.unchanged + len(report.failed)
    print(f"unchanged run over {which}: {held} of {files} as before, {files / report.seconds:.0f} files/s")


def peak_mb() -> float:
    """The most memory that this process has had, 10^6 bytes; its children are not in it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    begun = time.monotonic()
    main()
    print(f"({time.monotonic() - begun:.0f} s)")
