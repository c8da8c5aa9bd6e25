"""`kb jobs` shows and steers what was uploaded."""

from __future__ import annotations

from pathlib import Path

from commands import kb

from kb.config import load_settings
from kb.library import Library


def test_jobs_are_shown_cancelled_and_tried_again(bare_home: Path) -> None:
    with Library.open(load_settings(bare_home, environ={})) as library:
        arrived = library.originals.arriving()
        arrived.write(b"x")
        arrived.finish()
        job, _ = library.originals.keep(
            [("资料/甲.txt", arrived)], lambda wanted: library.jobs.create("upload", "local", wanted)
        )
    listed = kb("jobs", "list", "--json", home=bare_home).json
    assert [one["id"] for one in listed["jobs"]] == [job.id]
    assert "资料/甲.txt" in kb("jobs", "show", job.id, home=bare_home).out
    assert kb("jobs", "cancel", job.id, "--json", home=bare_home).json["state"] == "cancelled"
    again = kb("jobs", "retry", job.id, "--json", home=bare_home).json
    assert (again["state"], again["files"][0]["state"]) == ("waiting", "waiting")
    assert "kb jobs list" in kb("jobs", "show", "nowhere", home=bare_home).complaint
