"""Runs the server. Without an account or key it listens on this machine only."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence

import uvicorn

from kb.errors import SettingsError
from kb.library import Library
from kb.surfaces.app import create_app
from kb.surfaces.job_runner import doing_jobs
from kb.surfaces.security import LOOPBACK_HOSTS
from kb.surfaces.warming import warming

# A question of 10 000 Chinese characters is 90 kB in an address, more than uvicorn takes by itself.
_HEADER_BYTES = 256 * 1024


def serve(library: Library, host: str, port: int, announce: Callable[[str], None] = lambda _: None) -> None:
    """Serves `library` until interrupted; `announce` gets the address once it accepts connections.

    Port 0 takes any free port. Raises `SettingsError` for an address that others reach while nobody could log
    in, for a certificate that cannot be read, and for a port in use.
    """
    settings, trusting = library.settings.server, is_loopback(host)
    if not trusting and not library.accounts.any_way_in():
        raise SettingsError(
            f"host {host!r} was refused: others could reach it and nobody could log in; make an account with "
            "`kb user add NAME --role admin` or a key with `kb key add NAME` first, or use 127.0.0.1"
        )
    with _listen(host, port) as listener:
        name = f"[{host}]" if ":" in host else host
        scheme = "https" if settings.certificate else "http"
        announce(f"{scheme}://{name}:{listener.getsockname()[1]}/")
        app = create_app(library, _hosts(settings.names, trusting), trusting)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=_HEADER_BYTES,
            http="h11",
            ssl_certfile=settings.certificate or None,
            ssl_keyfile=settings.certificate_key or None,
        )
        _load(config, settings.certificate)
        server = uvicorn.Server(config)
        app.state.closing = lambda: server.should_exit
        with warming(library), doing_jobs(library):
            server.run(sockets=[listener])


def _hosts(names: Sequence[str], trusting: bool) -> frozenset[str] | None:
    """The names that a Host header may have; None: any."""
    if not names and not trusting:
        return None
    return LOOPBACK_HOSTS | {name.lower() for name in names}


def _load(config: uvicorn.Config, certificate: str) -> None:
    try:
        config.load()
    except OSError as error:  # an SSLError is one too
        raise SettingsError(f"the certificate {certificate} cannot be used: {error}") from error


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
