"""Runs the server. Without accounts it listens on this machine only."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

import uvicorn

from kb.errors import SettingsError
from kb.library import Library
from kb.surfaces.app import create_app
from kb.surfaces.warming import warming

# A question of 10 000 Chinese characters is 90 kB in an address, more than uvicorn takes by itself.
_HEADER_BYTES = 256 * 1024


def serve(library: Library, host: str, port: int, announce: Callable[[str], None] = lambda _: None) -> None:
    """Serves `library` until interrupted; `announce` gets the address once it accepts connections.

    Port 0 takes any free port. Raises `SettingsError` for a host elsewhere or a port in use.
    """
    if not is_loopback(host):
        raise SettingsError(
            f"host {host!r} was refused: without accounts only this machine is served, use 127.0.0.1"
        )
    with _listen(host, port) as listener:
        name = f"[{host}]" if ":" in host else host
        announce(f"http://{name}:{listener.getsockname()[1]}/")
        config = uvicorn.Config(
            create_app(library),
            log_level="warning",
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=_HEADER_BYTES,
            http="h11",
        )
        with warming(library):
            uvicorn.Server(config).run(sockets=[listener])


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error.strerror}): choose another port with --port"
        ) from error
