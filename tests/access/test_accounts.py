"""Accounts, logins and keys in a real store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.access.accounts import IDLE_SECONDS, LONGEST_SECONDS, Accounts, form_token
from kb.access.collections import Collections
from kb.access.passwords import LONGEST, matches
from kb.access.windows import Windows
from kb.errors import NotFound, QuestionError
from kb.store.layout import Layout
from kb.store.store import Store

PASSWORD = "三人行必有我师焉-2026"
DAY = 24 * 3600


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(Layout(tmp_path / "index"))
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(store: Store, clock: Clock) -> Accounts:
    return Accounts(store, clock)


def test_who_knows_the_password_is_let_in(accounts: Accounts) -> None:
    accounts.add("王芳", PASSWORD, "editor")
    assert accounts.login("王芳", PASSWORD[:-1]) is None
    assert accounts.login("nobody", PASSWORD) is None
    session = accounts.login("王芳", PASSWORD)
    assert session is not None
    caller = accounts.session(session.id)
    assert caller is not None
    assert (caller.name, caller.role, caller.kind) == ("王芳", "editor", "session")
    assert caller.token
    assert caller.token not in session.id
    assert accounts.session(session.id + "x") is None


def test_every_login_has_an_id_of_its_own_that_ends_with_it(accounts: Accounts) -> None:
    accounts.add("li", PASSWORD, "reader")
    one, two = accounts.login("li", PASSWORD), accounts.login("LI", PASSWORD)
    assert one
    assert two
    assert one.id != two.id
    accounts.logout(one.id)
    assert accounts.session(one.id) is None
    assert accounts.session(two.id) is not None


def test_a_login_ends_when_idle_and_in_any_case_after_a_week(accounts: Accounts, clock: Clock) -> None:
    accounts.add("li", PASSWORD, "reader")
    idle, busy = accounts.login("li", PASSWORD), accounts.login("li", PASSWORD)
    assert idle
    assert busy
    began = clock.now
    while clock.now - began <= LONGEST_SECONDS - IDLE_SECONDS:
        clock.now += IDLE_SECONDS - 1
        assert accounts.session(busy.id) is not None
    assert accounts.session(idle.id) is None
    clock.now = began + LONGEST_SECONDS + 1
    assert accounts.session(busy.id) is None


@pytest.mark.parametrize("change", ["password", "remove"])
def test_logins_end_with_their_password_and_account(accounts: Accounts, change: str) -> None:
    accounts.add("li", PASSWORD, "reader")
    session = accounts.login("li", PASSWORD)
    assert session
    if change == "password":
        accounts.set_password("li", "another long sentence")
        assert accounts.login("li", PASSWORD) is None
        assert accounts.login("li", "another long sentence") is not None
    else:
        accounts.remove("li")
        assert accounts.people() == ()
    assert accounts.session(session.id) is None


def test_a_new_role_holds_at_once(accounts: Accounts, store: Store) -> None:
    accounts.add("li", PASSWORD, "reader")
    session = accounts.login("li", PASSWORD)
    assert session
    Collections(store).add("内部")
    accounts.change("li", "admin", ["内部", "内部"])
    caller = accounts.session(session.id)
    assert caller is not None
    assert (caller.role, caller.collections) == ("admin", frozenset({"内部"}))


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaa", "x" * 201, "wangfang-01"])
def test_passwords_that_are_refused_are_not_repeated(accounts: Accounts, password: str) -> None:
    with pytest.raises(QuestionError) as refused:
        accounts.add("wangfang-01", password, "reader")
    assert not password or password not in str(refused.value)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "<b>", "a" * 61, "x\n"])
def test_names_that_are_none(accounts: Accounts, name: str) -> None:
    if name.strip() == "x":
        assert accounts.add(name, PASSWORD, "reader").name == "x"
        return
    with pytest.raises(QuestionError):
        accounts.add(name, PASSWORD, "reader")


def test_a_name_is_taken_once_and_what_is_unknown_is_said(accounts: Accounts) -> None:
    accounts.add("li", PASSWORD, "reader")
    with pytest.raises(QuestionError, match="already"):
        accounts.add("Li", PASSWORD, "reader")
    with pytest.raises(NotFound):
        accounts.change("wang", "admin")
    with pytest.raises(NotFound):
        accounts.revoke_key("00000000")


def test_a_long_password_does_not_match_by_its_beginning(accounts: Accounts) -> None:
    accounts.add("li", "可" * 10 + "abc" * 60 + "d" * 10, "reader")
    whole = "可" * 10 + "abc" * 60 + "d" * 10
    assert len(whole) == LONGEST
    assert accounts.login("li", whole) is not None
    assert accounts.login("li", whole + "x") is None


def test_an_unknown_name_costs_a_hash_too(monkeypatch: pytest.MonkeyPatch, accounts: Accounts) -> None:
    verified = []

    def counted(kept: str | None, password: str) -> bool:
        verified.append(kept)
        return matches(kept, password)

    monkeypatch.setattr("kb.access.accounts.matches", counted)
    assert accounts.login("nobody", PASSWORD) is None
    assert verified == [None]


def test_keys_are_let_in_until_they_expire_or_are_revoked(
    accounts: Accounts, clock: Clock, store: Store
) -> None:
    assert not accounts.any_way_in()
    with pytest.raises(NotFound, match="kb collection add"):
        accounts.add_key("dify", "reader", collections=["公开"])
    Collections(store).add("公开")
    key, secret = accounts.add_key("dify", "reader", days=30, collections=["公开"])
    assert accounts.any_way_in()
    caller = accounts.by_key(secret)
    assert caller is not None
    assert (caller.name, caller.key_id, caller.kind) == ("dify", key.id, "key")
    assert caller.collections == frozenset({"公开"})
    for wrong in ("", "kb_", f"kb_{key.id}_", secret[:-1], secret + "x", "kb_00000000_" + secret[12:]):
        assert accounts.by_key(wrong) is None
    clock.now += 30 * DAY
    assert accounts.by_key(secret) is None
    assert not accounts.any_way_in()
    other, secret = accounts.add_key("mcp")
    accounts.revoke_key(other.id)
    assert accounts.by_key(secret) is None
    assert [one.name for one in accounts.every_key()] == ["mcp", "dify"]


def test_when_a_key_was_used_is_written_once_a_minute(accounts: Accounts, clock: Clock) -> None:
    _, secret = accounts.add_key("dify")
    first = clock.now
    for later in (0, 20, 59):
        clock.now = first + later
        accounts.by_key(secret)
    assert accounts.every_key()[0].used == first
    clock.now = first + 60
    accounts.by_key(secret)
    assert accounts.every_key()[0].used == first + 60


def test_a_writer_does_not_keep_anybody_waiting(accounts: Accounts, store: Store, clock: Clock) -> None:
    accounts.add("li", PASSWORD, "reader")
    session = accounts.login("li", PASSWORD)
    assert session
    clock.now += 3600
    with sqlite3.connect(store.layout.truth, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert accounts.session(session.id) is not None
        other.execute("ROLLBACK")
    other.close()
    clock.now += IDLE_SECONDS - 1
    assert accounts.session(session.id) is not None


def test_no_secret_stands_in_the_truth(accounts: Accounts, store: Store) -> None:
    accounts.add("li", PASSWORD, "reader")
    session = accounts.login("li", PASSWORD)
    _, secret = accounts.add_key("dify")
    assert session
    held = b"".join(path.read_bytes() for path in store.layout.folder.rglob("*") if path.is_file())
    assert b"$argon2id$" in held
    for one in (PASSWORD, session.id, secret, form_token(session.id)):
        assert one.encode() not in held
        assert one not in repr(session)


def test_an_allowance_lasts_for_its_window() -> None:
    clock = Clock()
    windows = Windows(3, 60, clock)
    assert [windows.take("a").allowed for _ in range(5)] == [True, True, True, False, False]
    assert windows.look("a").seconds == 60
    assert windows.take("b").left == 2
    clock.now += 60
    assert windows.take("a").left == 2
    windows.forget("a")
    assert windows.look("a").left == 3


def test_an_allowance_for_many_takes_bounded_memory() -> None:
    windows = Windows(1, 60, Clock())
    for number in range(20_050):
        windows.take(str(number))
    assert len(windows._counts) <= 20_000
    assert not windows.take("20049").allowed
