"""Saved pages of many makes: MHTML, server pages, lists and tables as a browser shows them."""

import base64
import quopri

import pytest

from kb.errors import DamagedFile
from kb.ingest.detect import detect
from kb.ingest.readers.html import read_html
from kb.ingest.readers.mhtml import read_mhtml
from kb.ingest.readers.registry import reader

TEXT = "为解决社区用房不足的问题，经区政府同意，现就有关事项通知如下。"
HEAD = "<html><head><title>关于用房的通知</title></head>"
PAGE = f"{HEAD}<body><h1>关于用房的通知</h1><p>{TEXT}</p></body></html>"
CHARSETS = [("gb2312", "gb18030"), ("utf-8", "utf-8"), ("x", "gb18030")]


def _part(page: bytes, charset: str, coding: str) -> bytes:
    coded = {
        "quoted-printable": quopri.encodestring,
        "base64": base64.encodebytes,
        "8bit": lambda data: data,
    }[coding](page)
    kind = f'Content-Type: text/html; charset="{charset}"\r\nContent-Transfer-Encoding: {coding}\r\n\r\n'
    return b"--B\r\n" + kind.encode() + coded + b"\r\n"


def _saved(*parts: bytes, kind: str = "related") -> bytes:
    head = "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n"
    head += f'Content-Type: multipart/{kind};\r\n\tboundary="B"\r\n\r\n'
    return head.encode() + b"".join(parts) + b"--B--\r\n"


def _texts(data: bytes) -> list[str]:
    blocks = reader(detect(data, "a.mht").format, None)(data, "a.mht")
    return [block.number + block.text for block in blocks if not block.furniture]


@pytest.mark.parametrize("coding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize(
    ("charset", "encoding"), [("gb2312", "gb18030"), ("utf-8", "utf-8"), ("x", "gb18030")]
)
def test_saved_pages_in_every_coding(coding: str, charset: str, encoding: str) -> None:
    data = _saved(_part(PAGE.encode(encoding), charset, coding))
    assert detect(data, "a.mht").format == "mhtml"
    assert TEXT in _texts(data)
    assert TEXT in _texts(b"\r\n" + data)


def test_of_a_page_of_frames_the_frame_with_text_is_read() -> None:
    shell = b'<html><frameset cols="20%,80%"><frame src="a"><frame src="b"></frameset></html>'
    data = _saved(_part(shell, "gb2312", "8bit"), _part(PAGE.encode("gb18030"), "gb2312", "8bit"))
    assert TEXT in _texts(data)
    with pytest.raises(DamagedFile, match=r"a\.mht"):
        list(read_mhtml(_saved(_part(shell, "gb2312", "8bit")), "a.mht"))


def test_a_letter_with_a_page_in_it_is_read() -> None:
    assert TEXT in _texts(_saved(_part(PAGE.encode(), "utf-8", "base64"), kind="alternative"))


@pytest.mark.parametrize(
    "head",
    [
        '<%@ Page Language="C#" AutoEventWireup="true" %>\r\n',
        '<%@LANGUAGE="VBSCRIPT"%>\r\n<!--#include file="conn.asp"-->\r\n<%\r\ndim rs\r\n%>\r\n',
        '<?xml version="1.0" encoding="gb2312"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x">\n',
    ],
)
def test_what_a_page_tells_its_server_is_no_text(head: str) -> None:
    texts = _texts((head + PAGE).encode("gb18030"))
    assert texts == ["关于用房的通知", TEXT]


def test_numbered_items_carry_the_numbers_that_a_browser_shows() -> None:
    page = f"""<p>{TEXT}</p><ol start=3><li>严格配建。</li><li>统筹调剂。</li><li value=9>加强管理。</li></ol>
    <ol type=a><li>甲项。</li></ol><ol style="list-style: none"><li>无号。</li></ol>
    <ol><li>（一）自带序号。</li></ol>
    <ul><li>无序。</li></ul><ol><li><a href=1>另一篇</a></li></ol>"""
    assert _texts(f"<html><body>{page}</body></html>".encode())[1:8] == [
        "3.严格配建。",
        "4.统筹调剂。",
        "9.加强管理。",
        "a.甲项。",
        "无号。",
        "（一）自带序号。",
        "无序。",
    ]


def test_cells_over_rows_and_columns_keep_their_places() -> None:
    table = """<table><tr><th rowspan=2>街道</th><th colspan=2>经费</th><th rowspan=2>备注</th></tr>
    <tr><th>2022年</th><th>2023年</th></tr><tr><td rowspan=2>柳荫</td><td>1</td><td>2</td><td>好</td></tr>
    <tr><td></td><td>3</td><td>中</td></tr></table>"""
    assert _texts(f"<html><body><p>{TEXT}</p>{table}</body></html>".encode()) == [
        TEXT,
        "街道 | 经费 | 备注",
        "街道 | 2022年 | 2023年 | 备注",
        "柳荫 | 1 | 2 | 好",
        "柳荫 |  | 3 | 中",
    ]


def test_deleted_hidden_and_small_letters_over_a_word_are_left_out() -> None:
    line = "面积<del>五百</del><ins>六百</ins>平方米，<ruby>圳<rp>(</rp><rt>zhèn</rt></ruby>" + TEXT
    hidden = "<div hidden>藏一</div><p style='mso-hide:all'>藏二</p><p style='display: none'>藏三</p>"
    page = f"<html><body>{hidden}<p>{line}</p></body></html>"
    assert [block.text for block in read_html(page.encode(), "a.html")] == [f"面积六百平方米，圳{TEXT}"]
