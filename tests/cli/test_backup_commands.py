"""`kb backup` and `kb restore` as a person runs them."""

from __future__ import annotations

from pathlib import Path

from commands import kb


def test_a_library_is_backed_up_and_restored_elsewhere(own_home: Path, bare_home: Path) -> None:
    target = own_home / "2026.kbz"
    made = kb("backup", target, "--json", home=own_home)
    assert (made.code, made.json["path"]) == (0, str(target)), made.err
    restored = kb("restore", target, "--json", home=bare_home)
    assert (restored.code, restored.json["documents"]) == (0, made.json["documents"]), restored.err
    assert kb("check", "--json", home=bare_home).json["ok"]
    log = kb("audit", "--json", home=bare_home).json
    assert [entry["action"] for entry in log["entries"]][-1] == "kb restore"
    again = kb("restore", target, home=bare_home)
    assert again.code == 1
    assert "--replace" in again.complaint


def test_what_is_no_backup_is_named(own_home: Path, tmp_path: Path) -> None:
    assert "kb restore DOC PIECE" in kb("restore", "nothere", home=own_home).complaint
    foreign = tmp_path / "x.zip"
    foreign.write_bytes(b"PK nothing")
    assert "x.zip" in kb("restore", foreign, "--replace", home=own_home).complaint
    assert "there already" in kb("backup", foreign, home=own_home).complaint
