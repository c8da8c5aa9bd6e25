"""An application with accounts, and clients that log in as their people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Mount, Route

from kb.library import Library
from kb.surfaces.app import create_app

PASSWORD = "三人行必有我师焉-2026"
BASE = "http://127.0.0.1"
SAFE = {"GET", "HEAD", "OPTIONS"}
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Guarded:
    """A library that people log in to."""

    library: Library
    app: FastAPI

    def nobody(self) -> TestClient:
        """One who is not known."""
        return TestClient(self.app, base_url=BASE, raise_server_exceptions=False, follow_redirects=False)

    def person(self, name: str) -> TestClient:
        """One who has logged in and whose scripts send the login's token."""
        client = self.nobody()
        answer = client.post("/login", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        client.headers["x-csrf-token"] = token_of(client)
        return client

    def program(self, secret: str) -> TestClient:
        """One that sends a key."""
        client = self.nobody()
        client.headers["authorization"] = f"Bearer {secret}"
        return client


def token_of(client: TestClient) -> str:
    """The token of the login's pages."""
    found = re.search(r'name="kb-token" content="(\w+)"', client.get("/").text)
    assert found
    return found[1]


def guarded(library: Library, **roles: str) -> Guarded:
    """The application over `library` with an account for each name."""
    for name, role in roles.items():
        library.accounts.add(name, PASSWORD, role)  # type: ignore[arg-type]
    return Guarded(library, create_app(library))


def routes(
    app: FastAPI, values: Mapping[str, str] = MappingProxyType({})
) -> Iterator[tuple[str, frozenset[str]]]:
    """Every address with the methods that it takes; what is in braces is one of `values`, or 1."""
    for route in flat(app.routes):
        if isinstance(route, Mount):
            yield route.path, frozenset({"GET"})
        elif isinstance(route, Route | APIRoute):
            path = re.sub(r"\{(\w+)(:\w+)?\}", lambda name: values.get(name[1], "1"), route.path)
            yield path, frozenset(route.methods or {"GET", "POST"})
        else:
            raise AssertionError(f"{route} is of no known kind")


def flat(found: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in found:
        inner = getattr(route, "original_router", None)
        if inner is None or isinstance(route, Mount | Route):
            yield route
        else:
            yield from flat(inner.routes)
