"""`kb user` and `kb key` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb.errors import KbError
from kb.surfaces.cli.main import app

PASSWORD = "三人行必有我师焉-2026"


def kb(home: Path, *words: str, typed: str = "") -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    done = CliRunner().invoke(app, [*words, "--home", str(home)], input=typed)
    if isinstance(done.exception, KbError):
        return 1, done.stdout, str(done.exception)
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "indexes").mkdir()
    return tmp_path


def test_accounts_from_making_to_removing(home: Path) -> None:
    code, _, said = kb(home, "user", "add", "li")
    assert code == 1
    assert "standard input" in said
    code, told, said = kb(home, "user", "add", "li", "--role", "editor", typed=f"{PASSWORD}\n")
    assert code == 0, said
    assert PASSWORD not in told + said
    assert kb(home, "user", "role", "li", "admin")[0] == 0
    assert kb(home, "user", "password", "li", typed="another long sentence\n")[0] == 0
    (one,) = json.loads(kb(home, "user", "list", "--json")[1])["accounts"]
    assert (one["name"], one["role"], one["collections"]) == ("li", "admin", None)
    assert "li" in kb(home, "user", "list")[1]
    assert kb(home, "user", "remove", "li")[0] == 0
    assert kb(home, "user", "remove", "li")[0] == 1


def test_keys_from_making_to_revoking(home: Path) -> None:
    secret = kb(home, "key", "add", "dify", "--days", "30")[1].strip()
    assert secret.startswith("kb_")
    assert len(secret.split()) == 1
    listed = kb(home, "key", "list", "--json")[1]
    (one,) = json.loads(listed)["keys"]
    assert one["revoked"] is None
    assert secret not in listed + kb(home, "key", "list")[1]
    assert kb(home, "key", "revoke", one["id"])[0] == 0
    assert json.loads(kb(home, "key", "list", "--json")[1])["keys"][0]["revoked"]
