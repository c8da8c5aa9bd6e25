"""Files that ride with the package: rules under kb/data, the web folder, the samples."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import tomli  # the parser of the standard library, compiled: rules of 10 000 lines take a third of the time
from pydantic import BaseModel, ValidationError

from kb.errors import DataError

Model = TypeVar("Model", bound=BaseModel)

_PACKAGE = Path(__file__).resolve().parent


def resource_folder(name: str) -> Path:
    """The folder `web` or `corpus/samples`: beside the package or, in a wheel, inside it.

    Raises `DataError` when it is in neither place.
    """
    inside = _PACKAGE / "_resources" / name.rpartition("/")[2]
    beside = _PACKAGE.parent / name
    for folder in (inside, beside):
        if folder.is_dir():
            return folder
    raise DataError(f"the folder {name} is missing from the installation: install kb again")


def data_text(name: str) -> str:
    """The text of `kb/data/<name>`."""
    return files("kb").joinpath("data", name).read_text(encoding="utf-8")


def load_rules(name: str, model: type[Model]) -> Model:
    """`kb/data/<name>` (TOML) validated by `model`. Raises `DataError` naming the file and the field."""
    return parse_rules(data_text(name), name, model)


def parse_rules(text: str, name: str, model: type[Model]) -> Model:
    """TOML `text` validated by `model`; `name` is for the message. Raises `DataError`."""
    try:
        return model.model_validate(tomli.loads(text))
    except tomli.TOMLDecodeError as error:
        raise DataError(f"{name} is not valid TOML: {error}") from error
    except ValidationError as error:
        raise DataError(f"{name}: {first_problem(error)}") from error


def first_problem(error: ValidationError) -> str:
    """The first complaint of a validation, as `field: message (got value)`."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "the file"
    said = "there is no such field" if first["type"] == "extra_forbidden" else first["msg"]
    return f"{place}: {said} (got {first['input']!r:.80})"
