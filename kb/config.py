"""Settings: `kb.toml` in the home folder, then `KB_*` variables. Nothing is read at import.

index = "main"                  # KB_INDEX: the folder under indexes/
home_region = ["天津市", "河东区"]  # KB_HOME_REGION="天津市/河东区": what "other districts" leaves out

[model]
kind = "bundled"                # or "sentence-transformers", "remote"   KB_MODEL_KIND
name = ""                       # a folder or hub name; the remote model's name
url = ""                        # remote: the server's base, ending in /v1
key_env = ""                    # remote: the environment variable that holds the key
query_prefix = "query: "
passage_prefix = "passage: "

[reranker]                      # none: the order of the fused score stays
name = ""                       # a cross-encoder's folder, or a name in the local cache    KB_RERANKER_NAME

[server]
host = "127.0.0.1"              # another address needs an account or a key first
port = 8765
names = []                      # by which others call it; empty: any                     KB_SERVER_NAMES
requests_per_minute = 600       # of each key, login or unknown address
certificate = ""                # for https: a PEM file with the chain, and its key
certificate_key = ""

[writer]                        # none: no sentence is ever proposed
url = ""                        # an OpenAI-compatible server's base, ending in /v1     KB_WRITER_URL
name = ""                       # the model's name there
key_env = ""                    # the environment variable that holds the key
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from kb.errors import SettingsError
from kb.resources import first_problem

ModelKind = Literal["bundled", "sentence-transformers", "remote"]


class ModelSettings(BaseModel):
    """Which encoder makes the vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ModelKind = "bundled"
    name: str = ""
    url: str = ""
    key_env: str = ""
    query_prefix: str = ""
    passage_prefix: str = ""

    def same_vectors(self, other: ModelSettings) -> bool:
        """Whether both give comparable vectors; a server's address and key do not matter."""
        mine, others = ((one.kind, one.name, one.passage_prefix) for one in (self, other))
        return mine == others

    @model_validator(mode="after")
    def _complete(self) -> ModelSettings:
        if self.kind != "bundled" and not self.name:
            raise ValueError(f'kind = "{self.kind}" needs a name')
        if self.kind == "remote" and not self.url.startswith(("http://", "https://")):
            raise ValueError('kind = "remote" needs a url that starts with http:// or https://')
        return self


class RerankerSettings(BaseModel):
    """Which cross-encoder reads question and passage together; none without a name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""


class ServerSettings(BaseModel):
    """Where `kb serve` listens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
    names: tuple[str, ...] = ()
    requests_per_minute: int = Field(default=600, ge=1)
    certificate: str = ""
    certificate_key: str = ""

    @field_validator("names", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _complete(self) -> ServerSettings:
        if self.certificate_key and not self.certificate:
            raise ValueError("certificate_key needs a certificate")
        return self


class WriterSettings(BaseModel):
    """Which server may propose sentences for the skeleton of a report; none without a url."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = ""
    name: str = ""
    key_env: str = ""

    @model_validator(mode="after")
    def _complete(self) -> WriterSettings:
        if self.url and not self.url.startswith(("http://", "https://")):
            raise ValueError("url must start with http:// or https://")
        if bool(self.url) != bool(self.name):
            raise ValueError("a writer needs both a url and a name")
        return self


class Settings(BaseModel):
    """Everything that can be set. `home` holds corpus/, indexes/ and kb.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    index: str = Field(default="main", pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
    home_region: tuple[str, ...] = ()
    model: ModelSettings = ModelSettings()
    reranker: RerankerSettings = RerankerSettings()
    server: ServerSettings = ServerSettings()
    writer: WriterSettings = WriterSettings()

    @field_validator("home_region", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part for part in value.split("/") if part) if isinstance(value, str) else value

    @property
    def index_folder(self) -> Path:
        """The folder of this index's truth and derived files."""
        return self.home / "indexes" / self.index

    @property
    def models_folder(self) -> Path:
        """Where built encoders are cached."""
        return self.home / "indexes" / ".models"


def load_settings(
    home: Path | None = None, index: str | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Settings of `home` (default `KB_HOME`, then the current directory); `index` wins over both sources.

    Raises `SettingsError` naming the file or variable and the field.
    """
    folder = _home(home, environ)
    values = _from_file(folder / "kb.toml")
    _overlay(values, environ)
    if index is not None:
        values["index"] = index
    try:
        return _in_home(Settings(home=folder, **values))
    except ValidationError as error:
        raise SettingsError(f"settings ({folder / 'kb.toml'} or KB_*): {first_problem(error)}") from error


def _in_home(settings: Settings) -> Settings:
    """A model's folder is looked for in the home folder first."""
    own = settings.home / settings.model.name
    if settings.model.kind != "sentence-transformers" or not own.is_dir():
        return settings
    return settings.model_copy(update={"model": settings.model.model_copy(update={"name": str(own)})})


def _home(home: Path | None, environ: Mapping[str, str]) -> Path:
    try:
        folder = (home or Path(environ.get("KB_HOME") or Path.cwd())).expanduser().resolve()
    except (OSError, RuntimeError) as error:  # a folder deleted meanwhile, a user that is none
        raise SettingsError(f"the home folder cannot be found ({error}): give --home or KB_HOME") from error
    if not folder.is_dir():
        said = "is no folder" if folder.exists() else "does not exist: create it"
        raise SettingsError(f"the home folder {folder} {said}, or give another with --home or KB_HOME")
    return folder


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad writes a byte order mark
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}") from error
    if "home" in values:
        raise SettingsError(f"{path}: home is not a setting of the file; use --home or KB_HOME")
    return values


def _overlay(values: dict[str, Any], environ: Mapping[str, str]) -> None:
    """KB_INDEX, KB_HOME_REGION, KB_MODEL_NAME, KB_SERVER_PORT … over the file's values."""
    sections: dict[str, type[BaseModel]] = {
        "MODEL": ModelSettings,
        "RERANKER": RerankerSettings,
        "SERVER": ServerSettings,
        "WRITER": WriterSettings,
    }
    for key in ("INDEX", "HOME_REGION"):
        if value := environ.get(f"KB_{key}"):
            values[key.lower()] = value
    for section, model in sections.items():
        for name in model.model_fields:
            if value := environ.get(f"KB_{section}_{name.upper()}"):
                part = values.setdefault(section.lower(), {})
                if not isinstance(part, dict):
                    raise SettingsError(f"kb.toml: [{section.lower()}] must be a table")
                part[name] = value
