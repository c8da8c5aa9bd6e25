"""Many clients at once: `python -m tests.bench.clients [--clients 200] [--seconds 120] [--home HOME]`.

Each client asks `kb serve` one thing after the other, without a pause: searches, pages, documents, lists,
comparisons, baskets, jobs and uploads, by weights like those of an office. HOME is copied first; without it
the samples are taken in. Prints the answers by status, p50 and p95 by route, the server's memory and the
load of the machine, and ends with 1 when anything but 2xx, 3xx and 429 was answered, or nothing was.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import httpx2

from kb.config import load_settings
from kb.library import Library
from tests.bench.hostile import watched
from tests.commands import SAMPLES, command, environment

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_TOO_MANY = 429


@dataclass
class Seen:
    """What the clients saw."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)  # route, status
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Known:
    """What there is to ask for."""

    titles: tuple[str, ...]
    ids: tuple[str, ...]


Asking = Callable[[httpx2.AsyncClient, Known, random.Random], Awaitable[httpx2.Response]]
_NUMBERS = itertools.count()


async def _search(http: httpx2.AsyncClient, known: Known, chance: random.Random) -> httpx2.Response:
    return await http.get("/api/v1/search", params={"q": f"{chance.choice(known.titles)}怎么做"})


async def _results(http: httpx2.AsyncClient, known: Known, chance: random.Random) -> httpx2.Response:
    return await http.get("/search", params={"q": chance.choice(known.titles)})


async def _document(http: httpx2.AsyncClient, known: Known, chance: random.Random) -> httpx2.Response:
    return await http.get(f"/api/v1/documents/{chance.choice(known.ids)}")


async def _reader(http: httpx2.AsyncClient, known: Known, chance: random.Random) -> httpx2.Response:
    return await http.get(f"/documents/{chance.choice(known.ids)}")


async def _list(http: httpx2.AsyncClient, _known: Known, chance: random.Random) -> httpx2.Response:
    path = chance.choice(("/documents", "/api/v1/documents?limit=50", "/", "/library/jobs", "/api/v1/jobs"))
    return await http.get(path)


async def _compare(http: httpx2.AsyncClient, known: Known, chance: random.Random) -> httpx2.Response:
    return await http.get("/compare", params={"topic": chance.choice(known.titles), "best": 3})


async def _original(http: httpx2.AsyncClient, known: Known, chance: random.Random) -> httpx2.Response:
    return await http.get(f"/api/v1/documents/{chance.choice(known.ids)}/original")


async def _basket(http: httpx2.AsyncClient, known: Known, chance: random.Random) -> httpx2.Response:
    name = f"篮{chance.randrange(20)}"
    start = chance.randrange(20)
    passage = {"doc_id": chance.choice(known.ids), "start": start, "end": start + 10}
    return await http.post(f"/api/v1/baskets/{name}/entries", json={"passages": [passage]})


async def _upload(http: httpx2.AsyncClient, known: Known, chance: random.Random) -> httpx2.Response:
    title = chance.choice(known.titles)
    text = f"{title}第{next(_NUMBERS)}次汇报\n" + f"{title}，区财政安排资金{chance.randrange(900)}万元。" * 9
    return await http.post("/api/v1/uploads", files=[("files", (f"{title}.txt", text.encode()))])


async def _health(http: httpx2.AsyncClient, _known: Known, _chance: random.Random) -> httpx2.Response:
    return await http.get("/api/v1/health")


ROUTES: dict[str, tuple[int, Asking]] = {  # weight, request
    "search": (30, _search),
    "results page": (15, _results),
    "document": (10, _document),
    "document page": (15, _reader),
    "lists": (10, _list),
    "comparison": (3, _compare),
    "original": (5, _original),
    "basket": (4, _basket),
    "upload": (1, _upload),
    "health": (7, _health),
}


async def client(http: httpx2.AsyncClient, known: Known, seed: int, until: float, seen: Seen) -> None:
    """One client until its time is over."""
    chance = random.Random(seed)
    names, weights = list(ROUTES), [weight for weight, _ in ROUTES.values()]
    while time.monotonic() < until:
        (name,) = chance.choices(names, weights)
        begun = time.monotonic()
        try:
            answer = await ROUTES[name][1](http, known, chance)
        except httpx2.HTTPError as error:
            seen.wrong[f"{name}: {type(error).__name__} {error}"] += 1
            continue
        seen.seconds[name].append(time.monotonic() - begun)
        seen.answers[name, answer.status_code] += 1
        if answer.status_code >= 400 and answer.status_code != _TOO_MANY:
            seen.wrong[f"{name}: {answer.status_code} {answer.text[:160]}"] += 1


async def crowd(address: str, known: Known, clients: int, seconds: float) -> Seen:
    """All clients at once."""
    seen, until = Seen(), time.monotonic() + seconds
    limits = httpx2.Limits(max_connections=clients, max_keepalive_connections=clients)
    async with httpx2.AsyncClient(base_url=address, timeout=300, limits=limits) as http:
        await http.get("/api/v1/search", params={"q": "经费"})  # the encoder is open
        await asyncio.gather(*(client(http, known, seed, until, seen) for seed in range(clients)))
    return seen


def run(home: Path, clients: int, seconds: float) -> tuple[Seen, dict[str, int]]:
    """A server over `home` before a crowd; what was seen, and the peak memory of its processes in MB."""
    with Library.open(load_settings(home, environ={})) as library:
        cards = library.cards()
    known = Known(tuple(card.title[:20] for card in cards if card.title), tuple(card.id for card in cards))
    words = command("serve", "--home", home, "--port", "0")
    server = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment({"COLUMNS": "200"}))
    peaks: dict[str, int] = {}
    try:
        assert server.stderr is not None
        address = _ADDRESS.search(server.stderr.readline())
        assert address
        threading.Thread(target=shutil.copyfileobj, args=(server.stderr, sys.stderr), daemon=True).start()
        with watched(server.pid, peaks):
            seen = asyncio.run(crowd(address[0], known, clients, seconds))
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)
    return seen, peaks


def prepare(place: Path, given: Path | None) -> Path:
    """A home that may be changed."""
    home = place / "home"
    if given is not None:
        return Path(shutil.copytree(given, home, symlinks=True))
    (home / "indexes").mkdir(parents=True)
    models = Path(__file__).resolve().parents[2] / "indexes" / ".models"
    (home / "indexes" / ".models").symlink_to(models)
    with Library.open(load_settings(home, environ={})) as library:
        library.ingest([SAMPLES])
    return home


def main() -> None:
    """Runs the crowd, and prints what it saw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--home", type=Path)
    asked = parser.parse_args()
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="kb-clients-") as place:
        seen, peaks = run(prepare(Path(place), asked.home), asked.clients, asked.seconds)
    total = sum(seen.answers.values())
    print(f"{asked.clients} clients, {asked.seconds:.0f} s: {total} answers, load {before:.1f} before")
    for name in ROUTES:
        times = seen.seconds.get(name, [])
        statuses = {status: n for (route, status), n in sorted(seen.answers.items()) if route == name}
        if len(times) > 1:
            cut = quantiles(times, n=20)
            print(f"  {name:14} p50 {cut[9]:6.2f} s  p95 {cut[18]:6.2f} s  {statuses}")
    everything = [second for times in seen.seconds.values() for second in times]
    if len(everything) > 1:
        print(f"p95 of all {quantiles(everything, n=20)[18]:.2f} s")
    print("peak memory in MB", peaks)
    for said, count in seen.wrong.most_common(30):
        print("WRONG", count, said)
    sys.exit(1 if seen.wrong or not total else 0)


if __name__ == "__main__":
    main()
