"""The parser process: hostile files cost themselves and nothing else."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from kb.errors import DamagedFile, EmptyFile, NeedsOcr, ReadError, UnsupportedFormat
from kb.ingest import wire
from kb.ingest.identity import document_id
from kb.ingest.pipeline import read_documents
from kb.ingest.sandbox import ParserProcess
from kb.ingest.worker import file_bytes

TEXT = (
    "青禾区社区用房建设经验\n近年来，青禾区委坚持党建引领，三年共安排资金5400万元。\n"
    "一、以奖代补\n评为一档的社区一次性奖励50万元。\n"
)


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "经验.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_the_child_gives_what_the_pipeline_gives(text_file: Path) -> None:
    with ParserProcess() as parser:
        found = parser.parse(text_file, "source")
    assert found == read_documents(text_file.read_bytes(), text_file.name, "source")
    assert found[0].id == document_id("source", 0)


def test_one_child_reads_many_files_and_failures_do_not_stop_it(tmp_path: Path, text_file: Path) -> None:
    empty = tmp_path / "空.pdf"
    empty.touch()
    archive = tmp_path / "包.docx"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.txt", "x")
    with ParserProcess() as parser:
        parser.parse(text_file, "a")
        child = parser.child_id
        with pytest.raises(EmptyFile, match=r"空\.pdf"):
            parser.parse(empty, "b")
        with pytest.raises(UnsupportedFormat, match=r"包\.docx.*zip archive"):
            parser.parse(archive, "c")
        with pytest.raises(ReadError, match=r"没有\.txt"):
            parser.parse(tmp_path / "没有.txt", "d")
        assert parser.parse(text_file, "a")
        assert parser.child_id == child


def test_a_child_that_dies_is_named_and_replaced(text_file: Path) -> None:
    with ParserProcess() as parser:
        parser.parse(text_file, "a")
        assert parser.child_id is not None
        os.kill(parser.child_id, signal.SIGKILL)
        with contextlib.suppress(DamagedFile):  # seen only while writing to it
            parser.parse(text_file, "a")
        assert parser.parse(text_file, "a")


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, text_file: Path) -> None:
    fifo = tmp_path / "管道.txt"
    os.mkfifo(fifo)
    writer = subprocess.Popen(
        [sys.executable, "-c", f"import time; stream = open({str(fifo)!r}, 'wb'); time.sleep(60)"]
    )
    try:
        with ParserProcess(seconds=6.0) as parser:
            parser.parse(text_file, "a")
            begun = time.monotonic()
            with pytest.raises(DamagedFile, match="took longer than 6 s"):
                parser.parse(fifo, "b")
            assert time.monotonic() - begun < 20
            assert parser.parse(text_file, "a")
    finally:
        writer.kill()
        writer.wait()


@pytest.mark.slow
def test_memory_is_bounded(tmp_path: Path, text_file: Path) -> None:
    path = tmp_path / "大.txt"
    path.write_bytes("社区用房。\n".encode() * (260 * 2**20 // 16))
    with ParserProcess() as parser:
        with pytest.raises(DamagedFile, match=r"大\.txt"):
            parser.parse(path, "a")
        assert parser.parse(text_file, "a")


def test_the_child_ends_with_its_parent(tmp_path: Path, text_file: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, time\nfrom pathlib import Path\nfrom kb.ingest.sandbox import ParserProcess\n"
        f"parser = ParserProcess()\nparser.parse(Path({str(text_file)!r}), 'a')\n"
        "print(parser.child_id, flush=True)\ntime.sleep(60)\n",
        encoding="utf-8",
    )
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(child)


def _alive(process: int) -> bool:
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_file_that_changes_while_it_is_read_is_named(
    text_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fstat, []

    def fstat(descriptor: int) -> os.stat_result:
        calls.append(descriptor)
        if len(calls) == 2:
            text_file.write_text(TEXT + "又加了一句。", encoding="utf-8")
        return real(descriptor)

    monkeypatch.setattr(os, "fstat", fstat)
    with pytest.raises(ReadError, match=r"经验\.txt changed while it was read"):
        file_bytes(text_file, text_file.name)


def test_every_read_error_crosses_the_wire() -> None:
    for kind in (ReadError, UnsupportedFormat, DamagedFile, EmptyFile, NeedsOcr):
        back = wire.unpack_error(wire.pack_error(kind("报告.docx 不能读")))
        assert type(back) is kind
        assert str(back) == "报告.docx 不能读"
    assert type(wire.unpack_error({"error": "StoreError", "message": "x"})) is ReadError
    assert type(wire.unpack_error({"error": "os", "message": "x"})) is ReadError


@pytest.mark.parametrize("data", [b"[]", b"nothing", b"\xff", b'"x"'])
def test_an_answer_that_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(wire.BrokenPipe):
        wire.parse(data)


def test_an_answer_over_the_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 10"):
        wire.send(io.BytesIO(), {"text": "x" * 100}, 10)
    with pytest.raises(wire.BrokenPipe):
        wire.decode_length(b"\xff\xff\xff\xff", 1000)
    with pytest.raises(wire.BrokenPipe):
        wire.unpack_documents({"documents": [{"id": 1}]})
