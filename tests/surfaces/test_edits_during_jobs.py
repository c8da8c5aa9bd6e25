"""Whoever edits while a folder is taken in waits for a document at most, and is never sent away."""

from __future__ import annotations

import time
from pathlib import Path

import httpx2
import pytest
from serving import served

FILES = 100
LINE = "{}区为社区安排服务群众专项经费，由居民会议决定用途，街道逐笔公开，年底接受评议，第{}号。"


def text_of(number: int) -> str:
    lines = [LINE.format(chr(0x4E00 + 97 * number + i), number * 100 + i) for i in range(8)]
    return f"第{number}号社区经费的做法\n\n" + "\n".join(lines)


@pytest.mark.slow
def test_edits_and_baskets_are_answered_while_a_folder_is_taken_in(bare_home: Path) -> None:
    with served(bare_home) as port, httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as http:

        def send(first: int, last: int) -> str:
            files = [
                ("files", (f"资料/{number}.txt", text_of(number).encode())) for number in range(first, last)
            ]
            answer = http.post("/api/v1/uploads", files=files)
            assert answer.status_code == 202, answer.text
            return str(answer.json()["id"])

        def state(job: str) -> dict[str, object]:
            found: dict[str, object] = http.get(f"/api/v1/jobs/{job}").json()
            return found

        one = send(0, 1)
        while state(one)["state"] in ("waiting", "running"):
            time.sleep(0.2)
        (card,) = http.get("/api/v1/documents").json()["documents"]
        url = f"/api/v1/documents/{card['id']}"
        assert http.post("/api/v1/baskets", json={"name": "篮"}).status_code == 201
        removed = http.get(url).json()["removed"]
        job = send(1, FILES + 1)
        waits, edits = [], 0
        while (now := state(job))["state"] in ("waiting", "running"):
            edits += 1
            asked = (
                ("PATCH", url, {"kind": "意见" if edits % 2 else "办法", "title": f"第{edits}次改的题名"}),
                ("POST", "/api/v1/baskets/篮/entries", {"heading": f"第{edits}节"}),
                ("PATCH", "/api/v1/baskets/篮", {"name": "篮"}),
            )
            for method, path, body in asked:
                begun = time.monotonic()
                answer = http.request(method, path, json=body)
                waits.append(time.monotonic() - begun)
                assert answer.status_code // 100 == 2, (method, path, answer.text)
        assert (now["state"], now["failed"], now["done"]) == ("done", 0, FILES)
        assert edits > 3
        kept = http.get(url).json()
        assert kept["title"] == f"第{edits}次改的题名"
        assert len(http.get("/api/v1/baskets/篮").json()["entries"]) == edits
        assert http.get("/api/v1/documents").json()["total"] == FILES + 1
        assert removed == kept["removed"]
        print(f"{edits} rounds, longest wait {max(waits):.2f} s, mean {sum(waits) / len(waits):.2f} s")
