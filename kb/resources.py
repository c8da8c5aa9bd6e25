"""Files that ride with the package: rules under kb/data, the web folder, the samples."""

from __future__ import annotations

import re
from collections.abc import Sequence
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


def data_bytes(name: str) -> bytes:
    """What is in `kb/data/<name>`."""
    return files("kb").joinpath("data", name).read_bytes()


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
        line = line_of(text, error.errors()[0]["loc"])
        where = f"{name}, line {line}" if line else name
        raise DataError(f"{where}: {first_problem(error)}") from error


def first_problem(error: ValidationError) -> str:
    """The first complaint of a validation, as `field: message (got value)`."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "the file"
    said = "there is no such field" if first["type"] == "extra_forbidden" else first["msg"]
    return f"{place}: {said} (got {first['input']!r:.80})"


def line_of(text: str, place: Sequence[int | str]) -> int:
    """The 1-based line of TOML `text` where the field `place` (table, number, field) stands; 0 when unknown.

    A field that is missing, or inside an inline table, is looked for at the table that should hold it.
    """
    names = [part for part in place if isinstance(part, str)]
    if not names:
        return 0
    number = next((part for part in place if isinstance(part, int)), 0)
    heads = re.compile(rf"^\s*\[\[?\s*{re.escape(names[0])}\s*\]\]?\s*(?:#.*)?$")
    lines = text.split("\n")
    tables = [index for index, line in enumerate(lines) if heads.match(line)]
    if not tables:
        return _line_with(lines, names[0], 0)
    if number >= len(tables):
        return 0
    start = tables[number]
    return (_line_with(lines, names[1], start + 1) if len(names) > 1 else 0) or start + 1


def _line_with(lines: Sequence[str], field: str, start: int) -> int:
    """The 1-based line, within one table from the 0-based `start` on, that gives `field`; or 0."""
    field_line = re.compile(rf"^\s*{re.escape(field)}\s*=")
    for index in range(start, len(lines)):
        if lines[index].lstrip().startswith("["):
            return 0
        if field_line.match(lines[index]):
            return index + 1
    return 0
