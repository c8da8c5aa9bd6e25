"""What was shut since a backup was made stays shut when it is restored."""

from __future__ import annotations

from pathlib import Path

from kb.config import load_settings
from kb.library import Library
from kb.store.backup import back_up
from kb.store.layout import Layout
from kb.store.restoring import restore_backup

PASSWORD = "三人行必有我师焉-2026"


def opened(home: Path) -> Library:
    home.mkdir(exist_ok=True)
    return Library.open(load_settings(home, environ={}))


def layout_of(home: Path) -> Layout:
    return Layout(load_settings(home, environ={}).index_folder, home)


def test_logins_end_and_what_was_shut_stays_shut(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "b.kbz"
    with opened(home) as library:
        for name in ("ad", "gone", "locked", "back"):
            library.accounts.add(name, PASSWORD, "admin")
        one, old = library.accounts.add_key("one"), library.accounts.add_key("two")
        library.accounts.change("back", disabled=True)
        login = library.accounts.login("ad", PASSWORD)
        assert login is not None
        back_up(layout_of(home), home, file)
        library.accounts.revoke_key(old[0].id)
        library.accounts.remove("gone")
        library.accounts.change("locked", disabled=True)
        library.accounts.change("back", disabled=False)
        library.accounts.change("ad", "admin")
        report = restore_backup(layout_of(home), home, file, replace=True)
        assert (report.revoked, report.locked) == (1, ("gone", "locked"))
        assert library.accounts.session(login.id) is None
        assert library.accounts.by_key(one[1]) is not None
        assert library.accounts.by_key(old[1]) is None
        assert library.accounts.login("ad", PASSWORD) is not None
        for name in ("gone", "locked", "back"):
            assert library.accounts.login(name, PASSWORD) is None, name


def test_into_an_empty_home_everybody_comes_back_but_no_login(tmp_path: Path) -> None:
    home, new, file = tmp_path / "home", tmp_path / "new", tmp_path / "b.kbz"
    with opened(home) as library:
        library.accounts.add("ad", PASSWORD, "admin")
        login = library.accounts.login("ad", PASSWORD)
        assert login is not None
        back_up(layout_of(home), home, file)
    new.mkdir()
    report = restore_backup(layout_of(new), new, file, replace=False)
    assert (report.revoked, report.locked) == (0, ())
    with opened(new) as library:
        assert library.accounts.session(login.id) is None
        assert library.accounts.login("ad", PASSWORD) is not None
