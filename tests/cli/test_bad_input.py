"""What users do wrong: one clear line, the right exit code, nothing lost, the other files go on."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import ROOT, SAMPLES, Ended, command, environment, kb, without_override
from protected import encrypted_docx, zip_of_text

from kb.config import load_settings
from kb.library import Library

GOOD = SAMPLES / "樟香食堂养老助餐实践.txt"
LONGEST = 10_000
Runner = Callable[..., Ended]


def assert_refused(ended: Ended, *words: str) -> None:
    """Exit code 1, nothing on standard output, and one line that holds the words."""
    assert (ended.code, ended.out) == (1, ""), ended
    assert len(ended.err.splitlines()) == 1, ended.err
    for word in words:
        assert word in ended.complaint, ended.err


def documents(home: Path) -> set[str]:
    with Library.open(load_settings(home, environ={})) as library:
        assert not [problem for problem in library.check().problems if problem.startswith("truth")]
        return {Path(card.source).name for card in library.cards()}


BAD: dict[str, tuple[bytes, str]] = {
    "空.txt": (b"", "empty"),
    "空.pdf": (b"", "empty"),
    "空白.txt": (b" \r\n\r\n", "empty"),
    "其实是压缩包.docx": (zip_of_text(), "zip archive"),
    "半截.docx": (b"PK\x03\x04" + b"\x07" * 300, "damaged"),
    "加密.docx": (encrypted_docx(), "password"),
    "半截.pdf": (b"%PDF-1.7\n1 0 obj\n<<", ""),
    "图片.docx": (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "picture"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_and_the_others_go_on(
    kb_here: Runner, bare_home: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "资料"
    folder.mkdir()
    shutil.copy(GOOD, folder)
    data, said = BAD[name]
    (folder / name).write_bytes(data)
    ended = kb_here("ingest", folder, "--json", home=bare_home)
    assert ended.code == 3
    (failed,) = ended.json["failed"]
    assert Path(failed["source"]).name == name
    assert said in failed["reason"]
    assert "\n" not in failed["reason"]
    assert "Traceback" not in ended.err
    assert ended.json["ingested"] == 1
    assert documents(bare_home) == {GOOD.name}


def test_only_bad_files_is_a_failure(kb_here: Runner, bare_home: Path, tmp_path: Path) -> None:
    (tmp_path / "空.txt").touch()
    ended = kb_here("ingest", tmp_path / "空.txt", home=bare_home)
    assert ended.code == 1
    assert [line for line in ended.err.splitlines() if "空.txt" in line and "empty" in line]


def test_an_unreadable_folder_and_file(bare_home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "资料"
    (folder / "关着").mkdir(parents=True)
    shutil.copy(GOOD, folder / "关着")
    shutil.copy(GOOD, folder)
    (folder / "关着.txt").write_text("不给看。" * 40, encoding="utf-8")
    (folder / "关着").chmod(0)
    (folder / "关着.txt").chmod(0)
    try:
        ended = kb("ingest", folder, "--json", home=bare_home, before=without_override)
    finally:
        (folder / "关着").chmod(0o700)
    if not ended.json["failed"]:
        pytest.skip("this user may read everything")
    assert ended.code == 3
    assert {Path(one["source"]).name for one in ended.json["failed"]} == {"关着", "关着.txt"}
    assert all("ermission" in one["reason"] for one in ended.json["failed"])
    assert documents(bare_home) == {GOOD.name}


def test_a_path_that_is_not_there(kb_here: Runner, bare_home: Path, tmp_path: Path) -> None:
    ended = kb_here("ingest", GOOD, tmp_path / "nowhere", "--json", home=bare_home)
    assert (ended.code, ended.json["ingested"], len(ended.json["failed"])) == (3, 1, 1)


@pytest.mark.parametrize("question", ["", "   ", "\u3000\n"])
def test_an_empty_question(kb_here: Runner, sample_home: Path, question: str) -> None:
    assert_refused(kb_here("search", question, "--json", home=sample_home), "empty")


def test_a_question_of_the_greatest_length_and_one_beyond(kb_here: Runner, sample_home: Path) -> None:
    longest = "社区经费由谁承担？" * (LONGEST // 9) + "社" * (LONGEST % 9)
    assert len(longest) == LONGEST
    answered = kb_here("search", longest, "--top-k", "2", "--json", home=sample_home)
    assert answered.code == 0
    assert answered.json["hits"]
    assert_refused(kb_here("search", longest + "社", "--json", home=sample_home), "10001", "10000")


@pytest.mark.parametrize(
    "question",
    ["！？……", "<script>alert(1)</script>", "a", "'\"*()AND OR NOT NEAR", "\udcff\udcfe经费", "💰", "\x07"],
)
def test_an_odd_question_is_answered(kb_here: Runner, sample_home: Path, question: str) -> None:
    ended = kb_here("search", question, "--json", home=sample_home)
    assert ended.code == 0, ended
    assert "hits" in ended.json


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('index = "main\n', "TOML"),
        ("farbe = 1\n", "farbe"),
        ("index = 5\n", "index"),
        ('index = "../../etc"\n', "index"),
        ('[model]\nkind = "gpt"\n', "model.kind"),
        ('[model]\nkind = "remote"\n', "name"),
        ('[model]\nkind = "remote"\nname = "m"\nurl = "ftp://x"\n', "url"),
        ("[server]\nport = 99999\n", "server.port"),
        ('model = "bundled"\n', "model"),
        ('home = "/tmp"\n', "--home"),
    ],
)
def test_a_broken_kb_toml(kb_here: Runner, tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "kb.toml").write_text(content, encoding="utf-8")
    assert_refused(kb_here("list", "--json", home=tmp_path), "kb.toml", said)
    assert not (tmp_path / "indexes").exists()


def test_a_kb_toml_of_other_bytes(kb_here: Runner, tmp_path: Path) -> None:
    (tmp_path / "kb.toml").write_bytes('index = "主"'.encode("gb18030"))
    assert_refused(kb_here("list", home=tmp_path), "kb.toml")


def test_a_broken_variable(kb_here: Runner, tmp_path: Path) -> None:
    assert_refused(kb_here("list", home=tmp_path, env={"KB_SERVER_PORT": "viel"}), "server.port", "viel")


def test_an_unknown_document(kb_here: Runner, sample_home: Path) -> None:
    for words in (("show", "nirgends"), ("set", "nirgends", "kind=意见")):
        assert_refused(kb_here(*words, "--json", home=sample_home), "nirgends", "kb list")


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("farbe=rot", "farbe"),
        ("issued=gestern", "gestern"),
        ("issued", "KEY=VALUE"),
        ("title=", "title"),
        ("issued=2021-13", "2021-13"),
    ],
)
def test_a_wrong_correction(kb_here: Runner, sample_home: Path, pair: str, said: str) -> None:
    with Library.open(load_settings(sample_home, environ={})) as library:
        id = library.cards()[0].id
    assert_refused(kb_here("set", id, pair, "--json", home=sample_home), said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("search", "经费", "--year", "20"), "--year"),
        (("search", "经费", "--year", "2024-2019"), "ends before"),
        (("search", "经费", "--top-k", "0"), "1 to 1000"),
        (("compare", "经费", "--columns", "火星"), "火星"),
        (("compare", "经费", "--lens", "火星"), "火星"),
        (("compare", "经费", "--best", "0"), "columns"),
        (("cite", "check", "nirgends.docx"), "nirgends.docx"),
        (("eval", "nirgends"), "nirgends"),
        (("eval", "."), "qrels.tsv"),
    ],
)
def test_a_wrong_request(kb_here: Runner, sample_home: Path, words: tuple[str, ...], said: str) -> None:
    assert_refused(kb_here(*words, "--json", home=sample_home), said)


def test_a_file_that_is_no_export(kb_here: Runner, sample_home: Path, tmp_path: Path) -> None:
    for name, data in (("x.docx", b"PK\x03\x04 nothing"), ("x.txt", b"text"), ("x.md", b"# text")):
        (tmp_path / name).write_bytes(data)
        assert_refused(kb_here("cite", "check", tmp_path / name, "--json", home=sample_home), name)


def test_an_export_to_a_folder_that_is_not_there(kb_here: Runner, sample_home: Path, tmp_path: Path) -> None:
    ended = kb_here("compare", "经费", "--docx", tmp_path / "nowhere" / "x.docx", "--json", home=sample_home)
    assert_refused(ended, "x.docx")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("search",),
        ("frage", "x"),
        ("search", "x", "--mode", "magic"),
        ("search", "x", "--top-k", "viele"),
    ],
)
def test_bad_usage_is_code_two(words: tuple[str, ...]) -> None:
    ended = subprocess.run(
        command(*words), capture_output=True, encoding="utf-8", env=environment(), cwd=ROOT, check=False
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_home_that_is_not_there(kb_here: Runner, tmp_path: Path) -> None:
    assert_refused(kb_here("list", home=tmp_path / "nowhere"), str(tmp_path / "nowhere"), "--home")
    (tmp_path / "file").touch()
    assert_refused(kb_here("list", home=tmp_path / "file"), "no folder")
    assert_refused(kb_here("list", home=Path("~nobodyatall")), "--home")


@pytest.fixture
def read_only_home(own_home: Path) -> Iterator[Path]:
    def change(mode: int) -> None:
        for path in (own_home, *own_home.rglob("*")):
            if not path.is_symlink():
                path.chmod(mode if path.is_dir() else mode & 0o666)

    change(0o555)
    yield own_home
    change(0o755)


def test_a_read_only_home(read_only_home: Path) -> None:
    """One line names the folder, for reading too: tantivy takes locks."""
    if kb("list", home=read_only_home, before=without_override).code == 0:
        pytest.skip("this user may write everywhere")
    id = "x"
    for words in (("ingest", SAMPLES), ("set", id, "kind=意见"), ("list",), ("search", "社区经费")):
        refused = kb(*words, "--json", home=read_only_home, before=without_override)
        assert_refused(refused, str(read_only_home))
