"""Settings: the file, then variables, then options; and how a mistake in them is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from kb.config import ModelSettings, Settings, load_settings
from kb.errors import DataError, SettingsError
from kb.resources import data_text, first_problem, load_rules, parse_rules, resource_folder

FULL = """
index = "lib-2"
home_region = ["天津市", "河东区"]

[model]
kind = "remote"
name = "bge-m3"
url = "http://127.0.0.1:9/v1"
key_env = "BGE_KEY"
query_prefix = "query: "

[server]
host = "::1"
port = 0
"""


def load(home: Path, text: str = "", index: str | None = None, **environ: str) -> Settings:
    if text:
        (home / "kb.toml").write_text(text, encoding="utf-8")
    return load_settings(home, index, environ)


def test_without_a_file_everything_has_a_value(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings == Settings(home=tmp_path.resolve())
    assert settings.model == ModelSettings(kind="bundled")
    assert settings.index_folder == tmp_path.resolve() / "indexes" / "main"
    assert settings.models_folder == tmp_path.resolve() / "indexes" / ".models"
    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8765)


def test_every_setting_of_the_file_is_read(tmp_path: Path) -> None:
    settings = load(tmp_path, FULL)
    assert (settings.index, settings.home_region) == ("lib-2", ("天津市", "河东区"))
    model = settings.model
    assert (model.kind, model.name, model.url) == ("remote", "bge-m3", "http://127.0.0.1:9/v1")
    assert (model.key_env, model.query_prefix, model.passage_prefix) == ("BGE_KEY", "query: ", "")
    assert (settings.server.host, settings.server.port) == ("::1", 0)


def test_variables_win_over_the_file_and_the_option_over_both(tmp_path: Path) -> None:
    variables = {
        "KB_INDEX": "of-variable",
        "KB_HOME_REGION": "云岚市/青禾区",
        "KB_MODEL_NAME": "other",
        "KB_SERVER_PORT": "81",
    }
    settings = load(tmp_path, FULL, **variables)
    assert (settings.index, settings.home_region) == ("of-variable", ("云岚市", "青禾区"))
    assert (settings.model.name, settings.model.kind, settings.server.port) == ("other", "remote", 81)
    assert load(tmp_path, FULL, index="of-option", **variables).index == "of-option"


def test_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, FULL, KB_INDEX="", KB_MODEL_NAME="", KB_HOME="") == load(tmp_path, FULL)


def test_home_is_given_by_option_then_variable_then_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("option", "variable", "current"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "current")
    environ = {"KB_HOME": str(tmp_path / "variable")}
    assert load_settings(tmp_path / "option", environ=environ).home.name == "option"
    assert load_settings(environ=environ).home.name == "variable"
    assert load_settings(environ={}).home.name == "current"
    assert load_settings(Path("../option"), environ={}).home == (tmp_path / "option").resolve()


def test_a_file_from_notepad_is_read(tmp_path: Path) -> None:
    (tmp_path / "kb.toml").write_bytes('\ufeffindex = "主"'.replace("主", "zhu").encode() + b"\r\n")
    assert load(tmp_path).index == "zhu"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("index = ", "TOML"),
        ("[model\n", "TOML"),
        ('index = "main"\nindex = "main"\n', "TOML"),
        ("farbe = 1", "farbe: there is no such field"),
        ("[model]\nfarbe = 1", "model.farbe: there is no such field"),
        ('index = "mit leer"', "index"),
        ('index = ".hidden"', "index"),
        ("home_region = 3", "home_region"),
        ('[model]\nkind = "openai"', "model.kind"),
        ('[model]\nkind = "sentence-transformers"', "needs a name"),
        ('[model]\nkind = "remote"\nname = "x"', "needs a url"),
        ('[server]\nport = "viel"', "server.port"),
        ("model = 1", "model"),
        ('home = "/x"', "home is not a setting of the file"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_field(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=r"kb\.toml") as error:
        load(tmp_path, text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_section_that_is_no_table_is_named_though_a_variable_would_fill_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"\[model\] must be a table"):
        load(tmp_path, 'model = "bundled"', KB_MODEL_NAME="x")


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "kb.toml").mkdir()
    with pytest.raises(SettingsError, match=r"kb\.toml"):
        load(tmp_path)


def test_a_home_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"nowhere does not exist: create it"):
        load_settings(tmp_path / "nowhere", environ={})
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="is no folder"):
        load_settings(tmp_path / "file", environ={})
    with pytest.raises(SettingsError, match="cannot be found"):
        load_settings(Path("~nobodyatall/x"), environ={})
    (tmp_path / "deleted").mkdir()
    monkeypatch.chdir(tmp_path / "deleted")
    (tmp_path / "deleted").rmdir()
    with pytest.raises(SettingsError, match="--home"):
        load_settings(environ={})
    os.chdir(tmp_path)


@given(st.text(max_size=20))
def test_an_index_never_leads_out_of_the_folder(name: str) -> None:
    try:
        settings = Settings(home=Path("/home"), index=name)
    except ValidationError:
        return
    assert settings.index_folder.parent == Path("/home/indexes")
    assert settings.index_folder.resolve().parent == Path("/home/indexes").resolve()
    assert not name.startswith(".")


@pytest.mark.parametrize(
    ("change", "same"),
    [({"url": "http://b/v1"}, True), ({"key_env": "K"}, True), ({"query_prefix": "q"}, True),
     ({"name": "n"}, False), ({"passage_prefix": "p"}, False), ({"kind": "sentence-transformers"}, False)],
)  # fmt: skip
def test_what_makes_other_vectors(change: dict[str, str], same: bool) -> None:
    one = ModelSettings(kind="remote", name="m", url="http://a/v1")
    assert one.same_vectors(one.model_copy(update=change)) is same


class Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    word: str
    weight: float = 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("word = ", "x.toml is not valid TOML"),
        ("weight = 2", "x.toml: word: Field required"),
        ("word = 1", "x.toml, line 1: word"),
        ('word = "a"\nfarbe = 1', "x.toml, line 2: farbe: there is no such field"),
    ],
)
def test_wrong_rules_name_their_file_and_field(text: str, said: str) -> None:
    with pytest.raises(DataError) as error:
        parse_rules(text, "x.toml", Rules)
    assert str(error.value).startswith(said)


def test_rules_and_folders_that_ride_with_the_package() -> None:
    assert data_text("userdict.txt")
    assert resource_folder("web").is_dir()
    assert resource_folder("corpus/samples").is_dir()
    with pytest.raises(DataError, match="nowhere is missing"):
        resource_folder("nowhere")
    with pytest.raises(DataError, match=r"spun\.toml"):
        load_rules("spun.toml", Rules)


def test_a_problem_of_the_whole_is_named_too() -> None:
    with pytest.raises(ValidationError) as error:
        ModelSettings(kind="remote")
    assert first_problem(error.value).startswith("the file: ")
