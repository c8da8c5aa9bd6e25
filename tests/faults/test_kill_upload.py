"""kill -9 while files are sent and taken in: what was acknowledged is there, and comes into the library."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from commands import command, environment
from hashing import HashEncoder, embeddings_server
from running import generated_text, variables

KILLS = 15
FILES = 3  # of one upload
MOST_SENT = 8  # uploads; after these each server is sent one more, for all must be read in the end
SEED = 20261122
PATIENCE = 600.0  # seconds until all jobs must have ended


class Campaign:
    """Servers over one home, killed one after the other; what they acknowledged is kept."""

    def __init__(self, home: Path, env: dict[str, str]) -> None:
        self.home, self.env = home, env
        self.random = random.Random(SEED)
        self.acknowledged: dict[str, list[str]] = {}  # names of files, by job
        self.sent = 0

    @contextmanager
    def server(self) -> Iterator[tuple[subprocess.Popen[str], httpx2.Client]]:
        words = command("serve", "--home", self.home, "--port", "0")
        process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment(self.env))
        try:
            assert process.stderr is not None
            address = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
            assert address
            with httpx2.Client(base_url=address.group(), timeout=60) as http:
                yield process, http
        finally:
            process.kill()
            process.wait()
            assert process.stderr is not None
            process.stderr.close()

    def send(self, http: httpx2.Client) -> None:
        """One upload; it counts only when it was acknowledged."""
        self.sent += 1
        names = [f"第{self.sent}批{i}.txt" for i in range(FILES)]
        files = [("files", (name, generated_text(name).encode())) for name in names]
        answer = http.post("/api/v1/uploads", files=files, headers={"Idempotency-Key": str(self.sent)})
        assert answer.status_code == 202, answer.text
        self.acknowledged[answer.json()["id"]] = names

    def play(self) -> None:
        """A server that is sent files until it is killed: now while they come, now while they are read."""
        with self.server() as (process, http):
            self.hold(http)
            end = time.monotonic() + self.random.uniform(0.0, 3.0)
            self.send(http)
            while time.monotonic() < end:
                if len(self.acknowledged) < MOST_SENT:
                    self.send(http)
                else:
                    time.sleep(0.05)
            if self.random.random() < 0.5:  # a client that has sent half of the next one
                with pytest.raises(Left):
                    http.post("/api/v1/uploads", content=half(), headers={"Content-Type": FORM})
            process.send_signal(signal.SIGKILL)
            process.wait()

    def hold(self, http: httpx2.Client) -> None:
        """Every job that was acknowledged is there with all its files."""
        for id, names in self.acknowledged.items():
            job = http.get(f"/api/v1/jobs/{id}").json()
            assert [file["name"] for file in job["files"]] == names
            assert job["state"] in ("waiting", "running", "done"), job

    def finish(self) -> None:
        """A last server brings all to its end."""
        with self.server() as (_, http):
            self.hold(http)
            limit = time.monotonic() + PATIENCE
            waiting = set(self.acknowledged)
            while waiting and time.monotonic() < limit:
                time.sleep(1.0)
                for id in tuple(waiting):
                    job = http.get(f"/api/v1/jobs/{id}").json()
                    assert job["state"] != "interrupted", job
                    if job["state"] == "done":
                        assert [file["state"] for file in job["files"]] == ["done"] * FILES
                        waiting.remove(id)
            assert not waiting
            listed = http.get("/api/v1/documents", params={"limit": 500}).json()["documents"]
            wanted = {name for names in self.acknowledged.values() for name in names}
            assert wanted <= {one["source"] for one in listed}
            for one in listed:
                original = http.get(f"/api/v1/documents/{one['id']}/original")
                assert original.text == generated_text(one["source"])


FORM = "multipart/form-data; boundary=x"


class Left(Exception):
    """The client left."""


def half() -> Iterator[bytes]:
    """A body that stops before its end."""
    yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="half.txt"\r\n\r\nhalf'
    raise Left


@pytest.mark.slow
def test_no_kill_loses_an_acknowledged_upload(bare_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with embeddings_server(HashEncoder("kill")) as model:
        campaign = Campaign(bare_home, variables(model))
        for _ in range(KILLS):
            campaign.play()
        campaign.finish()
    kept, sent = len(campaign.acknowledged), campaign.sent
    with capsys.disabled():
        print(f"\n{KILLS} kills, {kept} uploads acknowledged of {sent} sent, 0 lost")
