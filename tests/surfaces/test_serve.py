"""A real server in a process of its own, and a real command line beside it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from serving import get, kb, served

from kb.config import load_settings
from kb.errors import SettingsError
from kb.library import Library
from kb.surfaces.serve import is_loopback, serve

NEW = (
    "关于青禾区社区食堂运营补贴的通知\n\n"
    "区财政对每个社区食堂每年补贴运营经费28万元，由街道按季度考核后拨付。\n"
)
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "api.md"
FRESH_WITHIN = 2.0  # seconds after the command line has finished


def test_a_running_server_sees_what_the_command_line_ingested(home: Path, tmp_path: Path) -> None:
    new = tmp_path / "社区食堂.txt"
    question = f"/api/v1/search?q={quote('社区食堂运营补贴每年多少')}"
    with served(home) as port:
        assert get(port, "/api/v1/health")[0] == 200
        assert "28万元" not in get(port, question)[1]
        new.write_text(NEW, encoding="utf-8")
        subprocess.run(kb(home, "ingest", str(new)), check=True, capture_output=True)
        deadline = time.monotonic() + FRESH_WITHIN
        while "28万元" not in (answer := get(port, question)[1]):
            assert time.monotonic() < deadline, "the server does not see the new document"
            time.sleep(0.05)
        assert json.loads(answer)["hits"][0]["title"] == "关于青禾区社区食堂运营补贴的通知"
        assert "社区食堂" in get(port, "/documents")[1]


def test_long_questions_are_answered_over_a_real_address(home: Path) -> None:
    with served(home) as port:
        status, page = get(port, f"/search?q={quote('社区经费' * 2500)}")
        assert status == 200
        assert 'class="hit"' in page
        status, page = get(port, f"/search?q={quote('社区经费' * 2501)}")
        assert status == 422
        assert 'role="alert"' in page
        status, page = get(port, f"/compare?topic={quote('社区经费' * 2501)}")
        assert status == 422


def test_the_first_call_of_the_documentation_works(home: Path) -> None:
    block = re.search(r"```python\n(.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.S)
    assert block
    with served(home) as port:
        code = block.group(1).replace("127.0.0.1:8765", f"127.0.0.1:{port}")
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(ran.stdout.splitlines()) >= 6


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "kb.example.gov", ""])
def test_others_are_served_only_when_somebody_could_log_in(library: Library, host: str) -> None:
    with pytest.raises(SettingsError, match=r"kb user add NAME --role admin"):
        serve(library, host, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_names_of_this_machine(host: str) -> None:
    assert is_loopback(host)


def test_a_port_in_use_is_one_clear_line(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            Library.open(load_settings(home, environ={})) as library,
            pytest.raises(SettingsError, match="--port"),
        ):
            serve(library, "127.0.0.1", port)
        ran = subprocess.run(kb(home, "serve", port=port), capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert len(ran.stderr.strip().splitlines()) <= 2
    assert str(port) in ran.stderr
