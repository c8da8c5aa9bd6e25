"""RTF of many makes: code pages, Unicode with fallbacks, tables, notes, hidden and deleted text."""

import pytest

from kb.ingest.readers.rtf import read_rtf


def _gbk(words: str, encoding: str = "gbk") -> str:
    return "".join(f"\\'{byte:02x}" if byte > 127 else chr(byte) for byte in words.encode(encoding))


def _read(body: str, head: str = "\\ansi\\ansicpg936") -> list[str]:
    data = f"{{\\rtf1{head}{{\\fonttbl{{\\f0\\fnil\\fcharset134 SimSun;}}}}\\f0 {body}}}".encode("latin-1")
    return [f"{b.furniture}:{b.text}" if b.furniture else b.text for b in read_rtf(data, "a.rtf")]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("\\uc2 " + "".join(f"\\u{ord(char)}{_gbk(char)}" for char in "社区") + "\\par", "社区"),
        ("\\uc0 \\u31532 \\u19968 \\u26465 \\par", "第一条"),
        ("\\u-27004?\\u-27003?\\par", "隄隅"),
        ("\\u-10178?\\u-8374?\\par", "\U0001fb4a"),
        ("".join(map(chr, "关于社区用房的通知".encode("gbk"))) + "\\par", "关于社区用房的通知"),
    ],
)
def test_characters(body: str, words: str) -> None:
    assert _read(body) == [words]


def test_a_big5_code_page() -> None:
    data = f"{{\\rtf1\\ansi\\ansicpg950 {_gbk('關於社區', 'big5')}\\par}}".encode()
    assert [block.text for block in read_rtf(data, "a.rtf")] == ["關於社區"]


def test_numbers_of_paragraphs_old_and_new() -> None:
    old = f"{{\\pntext\\f0 {_gbk('一、')}}}{_gbk('严格配建。')}\\par"
    assert _read(f"{old}{{\\listtext\\f0 {_gbk('（一）')}}}{_gbk('统筹。')}\\par") == [
        "一、严格配建。",
        "（一）统筹。",
    ]


def test_a_short_cell_of_two_paragraphs_stays_in_its_row() -> None:
    row = "\\trowd\\cellx1000\\cellx2000\\intbl "
    row += f"{_gbk('街道')}\\par {_gbk('名称')}\\cell {_gbk('经费')}\\cell\\row"
    assert _read(f"{row}\\pard {_gbk('表后。')}\\par") == ["街道 名称 | 经费", "表后。"]


def test_notes_stand_at_the_end_and_hidden_text_apart() -> None:
    body = f"{_gbk('正文')}{{\\footnote {_gbk('脚注内容')}}}{{\\rtlch \\v\\f0 {_gbk('隐藏')}}}"
    body += f"{{\\*\\annotation {_gbk('批注')}}}{_gbk('继续。')}\\par"
    assert _read(body) == ["正文继续。", "脚注内容", "hidden_text:隐藏"]
    changed = f"{_gbk('文')}{{\\deleted {_gbk('删')}}}{{\\v0 {_gbk('见')}}}\\par"
    assert _read(changed) == ["文见", "hidden_text:删"]


def test_binary_pictures_and_escaped_braces_break_no_group() -> None:
    assert _read("{\\pict\\bin4 {}\\x}" + _gbk("正文") + "\\{1\\}{\\v " + _gbk("藏") + "\\}}\\par") == [
        "正文{1}",
        "hidden_text:藏}",
    ]
