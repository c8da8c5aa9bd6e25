"""English vectors turned to where the encoder keeps Chinese."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kb.config import ModelSettings
from kb.models.choose import open_embedder
from kb.ports import Embedder
from kb.search.engine import encode
from kb.search.question import understand
from kb.search.ranking import ranking
from kb.search.turning import turn_between, turned
from tests.hashing import HashEncoder

PAIRS = (
    ("who looks after pensioners living alone", "独居老人由谁照顾"),
    ("money for community offices", "社区办公用房经费"),
    ("fines for parking on the pavement", "人行道违法停车罚款"),
    ("villagers vote on how to spend the money", "村民表决资金怎么用"),
)


def bundled(models: Path) -> Embedder:
    return open_embedder(ModelSettings(), models)


def test_a_turned_question_is_nearer_to_what_it_says_in_chinese(built_models: Path) -> None:
    encoder = bundled(built_models)
    for english, chinese in PAIRS:
        asked, wanted = encoder.query(english), encoder.query(chinese)
        moved = turned(asked, encoder.name)
        assert moved.dtype == np.float32
        assert abs(float(np.linalg.norm(moved)) - 1) < 1e-4
        assert float(moved @ wanted) > float(asked @ wanted) + 0.02


def test_vectors_of_other_encoders_stay_as_they_are() -> None:
    vector = HashEncoder().query("money for offices")
    assert turned(vector, HashEncoder().name) is vector


def test_only_questions_that_the_field_knows_are_turned(built_models: Path) -> None:
    encoder, constants = bundled(built_models), ranking()
    for text, known in (("how are grid workers paid", True), ("Who painted the Mona Lisa?", False)):
        question = understand(text, constants, built_models)
        assert question.known is known
        share = constants.shares(question.language, known).rendering
        english = encoder.query(text)
        first = turned(english, encoder.name) if known else english
        mixed = (1 - share) * first + share * encoder.query(question.rendering)
        assert np.allclose(encode(question, encoder, constants), mixed / np.linalg.norm(mixed), atol=1e-5)


def test_the_turn_finds_a_rotation() -> None:
    noise = np.random.default_rng(4)
    rotation, _ = np.linalg.qr(noise.normal(size=(8, 8)))
    english = noise.normal(size=(50, 8)).astype(np.float32)
    chinese = (english @ rotation + 3).astype(np.float32)
    turn = turn_between("any", english, chinese)
    assert np.allclose((english - turn.english) @ turn.rotation + turn.chinese, chinese, atol=1e-4)
