from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from embeddings_server import Answer, Asked, EmbeddingsServer, Reply, embeddings, good, vector

from kb.config import ModelSettings
from kb.errors import ModelError
from kb.models.remote import Patience, RemoteEncoder
from kb.ports import Embedder

KEY = "sk-very-secret-0123456789"
QUICK = Patience(connect=1, answer=0.5, attempts=3, pause=0.01)

Start = Callable[[Answer], EmbeddingsServer]


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(EmbeddingsServer(answer).running())


def client(
    server: EmbeddingsServer, patience: Patience = QUICK, batch: int = 64, **more: str
) -> RemoteEncoder:
    settings = ModelSettings(kind="remote", name="bge-m3", url=server.url, **more)  # type: ignore[arg-type]
    return RemoteEncoder(settings, patience, batch)


def replying(*replies: Reply) -> Answer:
    """One reply after the other; good ones after the last."""
    return lambda asked, before: replies[before] if before < len(replies) else good(asked)


def changed(change: Callable[[dict[str, Any]], object]) -> Answer:
    """A good reply with something changed."""

    def answer(asked: Asked, _: int) -> Reply:
        body = embeddings(asked.body["input"])
        change(body)
        return Reply(body=json.dumps(body).encode())

    return answer


def unit(text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    values = np.array(vector(text), np.float32)
    return values / np.linalg.norm(values)


def test_rows_come_back_unit_and_in_order(start: Start) -> None:
    embedder: Embedder = client(start(good))
    texts = ["一", "二二", "三三三"]
    rows = embedder.passages(texts)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, [unit(text) for text in texts], rtol=1e-6)
    np.testing.assert_allclose(embedder.query("一"), unit("一"), rtol=1e-6)
    assert embedder.dim == 3
    assert embedder.name == "remote/bge-m3"


def test_the_request_is_openais(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    server = start(good)
    encoder = client(server, key_env="MY_KEY", passage_prefix="passage: ", query_prefix="query: ")
    encoder.passages(["甲"])
    encoder.query("乙")
    assert [asked.path for asked in server.asked] == ["/v1/embeddings"] * 2
    assert {asked.key for asked in server.asked} == {f"Bearer {KEY}"}
    assert server.asked[0].body == {"model": "bge-m3", "input": ["passage: 甲"], "encoding_format": "float"}
    assert server.asked[1].body["input"] == ["query: 乙"]
    assert encoder.name == "remote/bge-m3/passage:"


def test_without_a_key_none_is_sent(start: Start) -> None:
    server = start(good)
    client(server).query("甲")
    assert server.asked[0].key is None


def test_many_texts_go_in_batches(start: Start) -> None:
    server = start(good)
    texts = ["字" * (i % 7) for i in range(10)]
    rows = client(server, batch=4).passages(texts)
    assert [len(asked.body["input"]) for asked in server.asked] == [4, 4, 2]
    np.testing.assert_allclose(rows, [unit(text) for text in texts], rtol=1e-6)


def test_rows_are_ordered_by_their_index(start: Start) -> None:
    server = start(changed(lambda body: body["data"].reverse()))
    texts = ["一", "二二", "三三三"]
    np.testing.assert_allclose(client(server).passages(texts), [unit(text) for text in texts], rtol=1e-6)


def test_no_texts_ask_only_for_the_length(start: Start) -> None:
    server = start(good)
    encoder = client(server)
    assert encoder.passages([]).shape == (0, 3)
    assert encoder.passages([]).shape == (0, 3)
    assert len(server.asked) == 1


def test_a_lone_surrogate_is_sent_as_a_question_mark(start: Start) -> None:
    server = start(good)
    client(server).query("社\ud800区")
    assert server.asked[0].body["input"] == ["社?区"]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(start: Start, status: int) -> None:
    server = start(replying(Reply(status), Reply(status)))
    np.testing.assert_allclose(client(server).query("甲"), unit("甲"), rtol=1e-6)
    assert len(server.asked) == 3


def test_the_servers_wish_to_wait_is_kept(start: Start) -> None:
    server = start(replying(Reply(429, headers={"Retry-After": "1"})))
    began = time.monotonic()
    client(server).query("甲")
    assert time.monotonic() - began >= 1


def test_no_wait_is_longer_than_patience() -> None:
    patience = Patience(pause=1, longest_pause=5)
    assert [patience.before(attempt, 0) for attempt in (1, 2, 3, 4)] == [1, 2, 4, 5]
    assert patience.before(1, 3) == 3
    assert patience.before(1, 3600) == 5


@pytest.mark.parametrize(
    ("status", "words"), [(500, "answered 500"), (429, "answered 429"), (503, "answered 503")]
)
def test_a_lasting_failure_is_an_error_after_some_attempts(start: Start, status: int, words: str) -> None:
    server = start(lambda *_: Reply(status))
    with pytest.raises(ModelError, match=words):
        client(server).query("甲")
    assert len(server.asked) == QUICK.attempts


@pytest.mark.parametrize(
    ("status", "words"),
    [(400, "400"), (401, "key is refused"), (403, "key is refused"), (404, "no such path"), (301, "301")],
)
def test_a_refusal_is_not_repeated(start: Start, status: int, words: str) -> None:
    server = start(lambda *_: Reply(status))
    with pytest.raises(ModelError, match=words):
        client(server).query("甲")
    assert len(server.asked) == 1


def drop_last(body: dict[str, Any]) -> None:
    body["data"].pop()


def repeat_index(body: dict[str, Any]) -> None:
    body["data"][1]["index"] = 0


def shorten(body: dict[str, Any]) -> None:
    body["data"][1]["embedding"].pop()


def zero(body: dict[str, Any]) -> None:
    body["data"][1]["embedding"] = [0, 0, 0]


def infinite(body: dict[str, Any]) -> None:
    body["data"][1]["embedding"] = [1e300, 0, 0]


def empty_vectors(body: dict[str, Any]) -> None:
    for row in body["data"]:
        row["embedding"] = []


def words_for_numbers(body: dict[str, Any]) -> None:
    body["data"][1]["embedding"] = "AAAA"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (drop_last, "1 embeddings for 2 texts"),
        (repeat_index, "the same one twice"),
        (shorten, "unequal length"),
        (zero, "zero or unmeasurable"),
        (infinite, "zero or unmeasurable"),
        (empty_vectors, "shape"),
        (words_for_numbers, "no list of embeddings"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_wrong_answer_is_an_error(
    start: Start, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    with pytest.raises(ModelError, match=words):
        client(start(changed(change))).passages(["甲", "乙"])


@pytest.mark.parametrize(
    "body", [b"", b"<html>busy</html>", b"[]", b'{"error": "x"}', b'{"data": [{}]}', b"\xff"]
)
def test_an_answer_that_is_no_embeddings(start: Start, body: bytes) -> None:
    with pytest.raises(ModelError, match="no list of embeddings"):
        client(start(lambda *_: Reply(body=body))).query("甲")


def test_a_length_that_changes_is_an_error(start: Start) -> None:
    def answer(asked: Asked, before: int) -> Reply:
        return Reply(body=json.dumps(embeddings(asked.body["input"], 3 + before)).encode())

    encoder = client(start(answer))
    encoder.query("甲")
    with pytest.raises(ModelError, match="have 4 numbers, earlier ones 3"):
        encoder.query("乙")


def test_a_slow_server_is_given_up(start: Start) -> None:
    server = start(lambda asked, _: Reply(body=good(asked).body, delay=0.4))
    with pytest.raises(ModelError, match="ReadTimeout"):
        client(server, Patience(answer=0.1, attempts=2, pause=0.01)).query("甲")
    assert len(server.asked) == 2


def test_a_server_that_recovers_in_time(start: Start) -> None:
    server = start(lambda asked, before: Reply(body=good(asked).body, delay=0 if before else 0.4))
    client(server, Patience(answer=0.2, attempts=2, pause=0.01)).query("甲")
    assert len(server.asked) == 2


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        settings = ModelSettings(kind="remote", name="m", url=url)
        with pytest.raises(ModelError, match=rf"{url}/embeddings .* cannot be reached \(ConnectError\)"):
            RemoteEncoder(settings, QUICK).query("甲")


@pytest.mark.parametrize("status", [401, 500])
def test_no_error_tells_the_key(start: Start, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)

    def echo(asked: Asked, _: int) -> Reply:
        return Reply(status, body=json.dumps({"error": {"message": f"bad key {asked.key}"}}).encode())

    with pytest.raises(ModelError) as caught:
        client(start(echo), key_env="MY_KEY").query("甲")
    chain: BaseException | None = caught.value
    while chain:
        assert KEY not in str(chain)
        chain = chain.__cause__ or chain.__context__


def test_no_error_tells_what_the_url_hides() -> None:
    settings = ModelSettings(kind="remote", name="m", url=f"http://me:{KEY}@127.0.0.1:1/v1?token={KEY}")
    with pytest.raises(ModelError) as caught:
        RemoteEncoder(settings, QUICK).query("甲")
    assert KEY not in str(caught.value)
    assert "http://127.0.0.1:1/v1/embeddings" in str(caught.value)


def test_a_query_in_the_url_stays(start: Start) -> None:
    server = start(good)
    settings = ModelSettings(kind="remote", name="m", url=server.url + "/?api-version=1")
    RemoteEncoder(settings, QUICK).query("甲")
    assert server.asked[0].path == "/v1/embeddings?api-version=1"


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://a:99999999/v1"])
def test_a_url_that_is_none(url: str) -> None:
    settings = ModelSettings(kind="remote", name="m", url=url)
    with pytest.raises(ModelError):
        RemoteEncoder(settings, QUICK).query("甲")


@pytest.mark.parametrize("value", ["", "  \n", "clé", "line\nbreak"])
def test_a_key_that_is_none(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MY_KEY", value)
    settings = ModelSettings(kind="remote", name="m", url="http://127.0.0.1:1/v1", key_env="MY_KEY")
    with pytest.raises(ModelError, match="MY_KEY"):
        RemoteEncoder(settings)


def test_threads_share_an_encoder(start: Start) -> None:
    encoder = client(start(good), batch=2)
    texts = ["字" * (i % 5) for i in range(12)]
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda text: encoder.passages([text])[0], texts))
    np.testing.assert_allclose(rows, [unit(text) for text in texts], rtol=1e-6)
