"""An application with accounts, and clients that log in as their people."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.testclient import TestClient

from kb.library import Library
from kb.surfaces.app import create_app

PASSWORD = "三人行必有我师焉-2026"
BASE = "http://127.0.0.1"


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
