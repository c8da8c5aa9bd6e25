"""Roles, and what is answered to those who lack one."""

from __future__ import annotations

from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient

from kb.surfaces.access import admin, editor, reader
from kb.types import ROLES, Caller


def _client(caller: Caller | None) -> TestClient:
    async def known(request: Request) -> None:
        request.state.caller = caller

    def done() -> str:
        return "done"

    app = FastAPI(dependencies=[Depends(known)])
    for guard in (reader, editor, admin):
        app.add_api_route(f"/{guard.__name__}", done, dependencies=[Depends(guard)])
    return TestClient(app)


def test_a_role_may_do_what_the_ones_before_it_may() -> None:
    for held in ROLES:
        client = _client(Caller("somebody", held))
        answers = [client.get(f"/{role}").status_code for role in ROLES]
        assert answers == [200 if ROLES.index(role) <= ROLES.index(held) else 403 for role in ROLES]


def test_who_is_not_known_is_asked_for_a_key() -> None:
    answer = _client(None).get("/reader")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
