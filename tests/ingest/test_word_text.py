"""What Word keeps in ways of its own: changes, boxes, fields, hidden words, symbols, formulas, chunks."""

import pytest
from word_lists import Level, Paragraphs, build
from word_parts import NAMESPACES, box, old_box, para, run, table, word_field, word_file

from kb.ingest.pipeline import read_documents
from kb.ingest.readers.docx import read_docx
from kb.ingest.readers.symbols import in_font, symbol


def _read(*elements: str, parts: dict[str, tuple[str, bytes]] | None = None) -> list[str]:
    """The blocks' texts, furniture behind its rule."""
    blocks = read_docx(word_file(*elements, parts=parts), "a.docx")
    return [f"{block.furniture}:{block.text}" if block.furniture else block.text for block in blocks]


@pytest.mark.parametrize("made", [box, old_box])
def test_boxes_are_read_once_also_inside_each_other(made: type[str]) -> None:
    inner = made(para(run("内框")))
    assert _read(para(run("段前") + made(para(run("外框") + inner)) + run("段后"))) == [
        "段前段后",
        "外框",
        "内框",
    ]


def test_of_alternatives_in_a_line_the_first_is_read() -> None:
    forms = f'<mc:Choice Requires="w14">{run("新")}</mc:Choice><mc:Fallback>{run("旧")}</mc:Fallback>'
    empty = f'<mc:Choice Requires="x"><w:r/></mc:Choice><mc:Fallback>{run("退")}</mc:Fallback>'
    line = f"<mc:AlternateContent>{forms}</mc:AlternateContent>"
    line += f"<mc:AlternateContent>{empty}</mc:AlternateContent>"
    assert _read(para(run("甲") + line + run("乙"))) == ["甲新退乙"]
    paragraphs = forms.replace(run("新"), para(run("新段"))).replace(run("旧"), para(run("旧段")))
    assert _read(f"<mc:AlternateContent>{paragraphs}</mc:AlternateContent>") == ["新段"]


def test_a_deleted_paragraph_end_joins_two_paragraphs() -> None:
    gone, moved = (f'<w:rPr><w:{kind} w:id="1"/></w:rPr>' for kind in ("del", "moveFrom"))
    kept = '<w:rPr><w:ins w:id="1"/></w:rPr>'
    assert _read(para(run("经费由区财政"), gone), para(run("负担。")), para(run("另段。"), kept)) == [
        "经费由区财政负担。",
        "另段。",
    ]
    moving = para(f'<w:moveFrom w:id="1">{run("移走。")}</w:moveFrom>', moved)
    arriving = para(f'<w:moveTo w:id="1">{run("移走。")}</w:moveTo>')
    assert _read(moving, para(run("留下。")), arriving) == ["留下。", "移走。"]
    assert _read(para(run("表前"), gone), table(("甲", "乙"), ("丙", "丁"))) == ["表前", "甲 | 乙", "丙 | 丁"]


def test_deleted_rows_and_cells_of_a_table_are_gone() -> None:
    deleted = f'<w:tc><w:tcPr><w:cellDel w:id="1"/></w:tcPr>{para(run("删格"))}</w:tc>'
    rows = table(("项目", "单位"), ("删行", "删行"), ("用房", deleted, "住建局"), marks={1: "<w:del/>"})
    assert _read(rows) == ["项目 | 单位", "用房 | 住建局"]


def test_a_long_cell_stays_in_its_row_where_the_table_is_one_of_data() -> None:
    long = "为每个社区安排工作经费，" * 30
    rows = [("序号", "内容", "单位"), ("1", "短。", "财政局"), ("2", long, "民政局")]
    assert _read(table(*rows))[-1] == f"2 | {long} | 民政局"
    layout = _read(table(("栏目", long * 2)))
    assert layout == ["栏目", long * 2]


def test_fields_show_their_results_and_never_their_instructions() -> None:
    nested = word_field(" IF ", "").replace(
        "</w:instrText></w:r>", "</w:instrText></w:r>" + word_field("X", run("甲")), 1
    )
    assert _read(para(run("见") + word_field("REF a \\h", run("第三条")) + nested + run("。"))) == [
        "见第三条。"
    ]


def test_the_instruction_of_a_field_without_an_end_does_not_swallow_the_text() -> None:
    broken = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF</w:instrText></w:r>'
    assert _read(para(run("前") + broken), para(run("后一段。"))) == ["前", "后一段。"]


def test_a_table_of_contents_is_furniture_from_its_field_though_no_style_says_so() -> None:
    begin, _, end = word_field('TOC \\o "1-3"', "|").partition("|")
    entries = [para(begin + run("一、总则1")), para(run("二、职责2")), para(end)]
    body = [para(run("一、总则")), para(run("为规范管理，制定本办法。"))]
    assert _read(*entries, *body) == [
        "table_of_contents:一、总则1",
        "table_of_contents:二、职责2",
        "一、总则",
        "为规范管理，制定本办法。",
    ]


def test_a_contents_field_without_an_end_does_not_swallow_the_body() -> None:
    begin, _, _ = word_field("TOC", "|").partition("|")
    sentence = "为规范社区办公用房的配置和管理，" * 10 + "制定本办法。"
    assert _read(para(begin + run("一、总则1")), para(run(sentence)))[-1] == sentence


def test_hidden_words_and_prompts_are_kept_apart() -> None:
    prompt = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
    prompt += run("单击此处输入文字。") + "</w:sdtContent></w:sdt>"
    line = run("看得见") + run("看不见", "<w:vanish/>") + run("也看得见", '<w:vanish w:val="0"/>') + prompt
    assert _read(para(line)) == ["看得见也看得见", "hidden_text:看不见单击此处输入文字。"]


def test_hidden_words_are_listed_with_what_cleaning_took() -> None:
    body = "社区综合服务设施按每百户不低于三十平方米的标准配置，由区财政统筹安排建设资金。"
    data = word_file(para(run("关于社区用房的通知")), para(run(body) + run("内部批注", "<w:vanish/>")))
    (document,) = read_documents(data, "a.docx", "a.docx")
    assert "内部批注" not in document.text
    assert ("内部批注", "hidden_text") in {(item.text, item.rule) for item in document.removed}


def test_symbols_pinyin_and_formulas() -> None:
    tick = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    glyph = run("\uf0b3", '<w:rFonts w:ascii="Symbol"/>')
    ruby = f"<w:r><w:ruby><w:rt>{run('zhèn')}</w:rt><w:rubyBase>{run('圳')}</w:rubyBase></w:ruby></w:r>"
    part = "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>12</m:t></m:r></m:den></m:f>"
    power = "<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    math = f"<m:oMath>{part}<m:r><m:t>+</m:t></m:r>{power}</m:oMath>"
    assert _read(para(tick + run("同意") + glyph + run("60") + run("深") + ruby + run("补贴=") + math)) == [
        "☑同意≥60深圳补贴=(a+b)/12+x^2"
    ]
    assert symbol("Wingdings", "F0A8") == "□"
    assert symbol("Arial", "F0A8") == symbol("Wingdings", "?") == symbol("Wingdings", "F0FF") == ""
    assert in_font("\uf0fc已办", "Wingdings") == "✓已办"
    assert in_font("\uf0fc已办", "宋体") == "\uf0fc已办"


def test_diagrams_and_chunks_of_other_formats_are_read_where_they_stand() -> None:
    shapes = "".join(
        f"<dgm:pt><dgm:t><a:p><a:r><a:t>{words}</a:t></a:r></a:p></dgm:t></dgm:pt>"
        for words in ("申请", "审核")
    )
    diagram = f"<dgm:dataModel {NAMESPACES}><dgm:ptLst>{shapes}</dgm:ptLst></dgm:dataModel>".encode()
    page = "<html><body><p>网页里的一段正文，由区财政负担。</p></body></html>".encode("gb18030")
    drawn = '<w:r><w:drawing><wp:inline><dgm:relIds r:dm="rId90"/></wp:inline></w:drawing></w:r>'
    parts = {"rId90": ("diagramData", diagram), "rId91": ("aFChunk", page)}
    assert _read(para(run("流程") + drawn), '<w:altChunk r:id="rId91"/>', para(run("尾")), parts=parts) == [
        "流程",
        "申请",
        "审核",
        "网页里的一段正文，由区财政负担。",
        "尾",
    ]


def test_empty_items_of_a_list_count_as_word_and_libreoffice_print_them() -> None:
    items = Paragraphs({1: [Level("chineseCounting", "%1、")]}, [(1, 0, "甲"), (1, 0, ""), (1, 0, "乙")])
    assert [(block.number, block.text) for block in read_docx(build(items), "a.docx")] == [
        ("一、", "甲"),
        ("三、", "乙"),
    ]
