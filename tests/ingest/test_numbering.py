"""Word's automatic numbers: rebuilt labels against the rules and against what LibreOffice prints."""

import re
import subprocess
from pathlib import Path

import pypdfium2
import pytest
from word_lists import Level, Paragraphs, build

from kb.ingest.installed import find_office
from kb.ingest.readers.docx import read_docx
from kb.ingest.readers.numbering import chinese

CN = Level("chineseCounting", "%1、")
CN_PAR = Level("chineseCounting", "（%2）")
NUM = Level("decimal", "%3.")
NUM_PAR = Level("decimal", "（%4）")
OFFICIAL = [CN, CN_PAR, NUM, NUM_PAR]


def _words(index: int) -> str:
    """Words that occur once and hold no digit or numeral."""
    return "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"[index % 22] + "项内容" + "壹贰叁肆"[index // 22]


def _items(*levels: int | tuple[int, int] | None) -> list[tuple[int | None, int, str]]:
    """Items of list 1 at the levels given; (list, level) for others; None for plain text between."""
    items: list[tuple[int | None, int, str]] = []
    for index, level in enumerate(levels):
        words = _words(index)
        if level is None:
            items.append((None, 0, words))
        elif isinstance(level, tuple):
            items.append((level[0], level[1], words))
        else:
            items.append((1, level, words))
    return items


CASES = {
    "official four levels": Paragraphs({1: OFFICIAL}, _items(0, 1, 2, 3, 3, 2, 1, 0, 1, 1, 2)),
    "articles of a statute": Paragraphs({1: [Level("chineseCountingThousand", "第%1条")]}, _items(*[0] * 22)),
    "chapters and articles that go on": Paragraphs(
        {1: [Level("chineseCounting", "第%1章"), Level("chineseCounting", "第%2条", restart=0)]},
        _items(0, 1, 1, 0, 1, 1, 0, 1),
    ),
    "past ten": Paragraphs({1: [CN]}, _items(*[0] * 12)),
    "two lists of one definition": Paragraphs(
        {1: [CN]}, _items((1, 0), (1, 0), (2, 0), (2, 0)), nums={1: 1, 2: 1}
    ),
    "restarted list": Paragraphs(
        {1: [CN]}, _items((1, 0), (1, 0), (2, 0), (2, 0)), nums={1: 1, 2: 1}, starts={2: {0: 1}}
    ),
    "starts at three": Paragraphs({1: [Level("decimal", "%1、", start=3)]}, _items(0, 0, None, 0)),
    "legal numbering": Paragraphs(
        {
            1: [
                Level("chineseCounting", "%1、"),
                Level("decimal", "%1.%2", legal=True),
                Level("decimal", "%1.%2.%3", legal=True),
            ]
        },
        _items(0, 1, 2, 2, 1, 0, 1),
    ),
    "plain text between": Paragraphs({1: OFFICIAL}, _items(0, None, 1, None, 1, None, 0)),
    "in a table": Paragraphs({1: [Level("decimal", "%1.")]}, _items(0, 0, 0), in_table=True),
    "circled and letters": Paragraphs(
        {
            1: [
                Level("decimalEnclosedCircleChinese", "%1"),
                Level("lowerLetter", "%2)"),
                Level("upperRoman", "%3."),
            ]
        },
        _items(0, 0, 1, 1, 2, 2, 0),
    ),
    "a deeper level first": Paragraphs({1: OFFICIAL}, _items(2, 2, 0, 1)),
    "stems": Paragraphs({1: [Level("ideographTraditional", "%1、")]}, _items(0, 0, 0)),
    "through styles": Paragraphs(
        {
            1: [
                Level("chineseCountingThousand", "第%1章 ", style="L10"),
                Level("chineseCountingThousand", "第%2条 ", style="L11"),
                Level("chineseCounting", "（%3）", style="L12"),
            ]
        },
        _items(0, 1, 1, 2, 2, 1, 0, 1),
        by_style=True,
    ),
    "set apart by tabs and spaces": Paragraphs(
        {1: [Level("chineseCounting", "%1、", suffix="tab"), Level("decimal", "%2.", suffix="space")]},
        _items(0, 1, 1, 0, 1),
    ),
    "restarts after the first level only": Paragraphs(
        {1: [CN, CN_PAR, Level("decimal", "%3.", restart=1)]}, _items(0, 1, 2, 2, 1, 2, 0, 1, 2)
    ),
    "every level of the number": Paragraphs(
        {1: [Level("decimal", "%1"), Level("decimal", "%1.%2"), Level("decimal", "%1.%2.%3")]},
        _items(0, 1, 2, 2, 1, 2, 0, 1, 2),
    ),
    "over a hundred": Paragraphs(
        {1: [Level("chineseCountingThousand", "第%1条", start=98)]}, _items(*[0] * 14)
    ),
    "legal capitals": Paragraphs({1: [Level("chineseLegalSimplified", "%1、")]}, _items(*[0] * 12)),
    "branches": Paragraphs({1: [Level("ideographZodiac", "%1、")]}, _items(0, 0, 0, 0)),
    "a list between two parts of another": Paragraphs(
        {1: [CN, CN_PAR], 2: [Level("decimal", "%1）")]},
        _items(0, 1, (2, 0), (2, 0), 1, (2, 0), 0, 1),
    ),
    "a table with a list of levels": Paragraphs({1: OFFICIAL}, _items(0, 1, 1, 2, 0, 1), in_table=True),
    "bullets have no label": Paragraphs({1: [Level("bullet", "·")]}, _items(0, 0)),
}

EXPECTED = {
    "official four levels": "一、 （一） 1. （1） （2） 2. （二） 二、 （一） （二） 1.",
    "past ten": "一、 二、 三、 四、 五、 六、 七、 八、 九、 十、 十一、 十二、",
    "chapters and articles that go on": "第一章 第一条 第二条 第二章 第三条 第四条 第三章 第五条",
    "two lists of one definition": "一、 二、 三、 四、",
    "restarted list": "一、 二、 一、 二、",
    "starts at three": "3、 4、 5、",
    "legal numbering": "一、 1.1 1.1.1 1.1.2 1.2 二、 2.1",
    "in a table": "1. 2. 3.",
    "stems": "甲、 乙、 丙、",
    "legal capitals": "壹、 贰、 叁、 肆、 伍、 陆、 柒、 捌、 玖、 壹拾、 壹拾壹、 壹拾贰、",
    "through styles": "第一章 第一条 第二条 （一） （二） 第三条 第二章 第一条",
    "set apart by tabs and spaces": "一、 1. 2. 二、 1.",
    "restarts after the first level only": "一、 （一） 1. 2. （二） 3. 二、 （一） 1.",
    "every level of the number": "1 1.1 1.1.1 1.1.2 1.2 1.2.1 2 2.1 2.1.1",
    "a list between two parts of another": "一、 （一） 1） 2） （二） 3） 二、 （一）",
    "a deeper level first": "1. 2. 一、 （一）",
}


def _labels(content: Paragraphs) -> dict[str, str]:
    """Words → label, as our reader rebuilds it."""
    found: dict[str, str] = {}
    for block in read_docx(build(content), "list.docx"):
        text = f"{block.number}{block.text}".removesuffix(" | 附注")
        for _, _, words in content.items:
            if text.endswith(words):
                found[words] = text.removesuffix(words).strip()
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_labels_are_rebuilt(name: str) -> None:
    content = CASES[name]
    labels = _labels(content)
    shown = [labels[words] for num, _, words in content.items if num is not None]
    assert " ".join(shown) == EXPECTED[name]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The text that LibreOffice prints for each case, all converted in one run."""
    program = find_office()
    if program is None:
        pytest.skip("LibreOffice is not installed: nothing to hold the labels against")
    folder = tmp_path_factory.mktemp("lists")
    for index, content in enumerate(CASES.values()):
        (folder / f"{index}.docx").write_bytes(build(content))
    command = [program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", str(folder), *(str(folder / f"{index}.docx") for index in range(len(CASES)))],
        check=True,
        timeout=180,
        capture_output=True,
    )
    return {name: _text(folder / f"{index}.pdf") for index, name in enumerate(CASES)}


def _text(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


# Where LibreOffice does not print what the standard (ECMA-376 part 1, 17.9) and Word do.
NOT_IN_LIBREOFFICE = {
    "chapters and articles that go on",  # lvlRestart 0: articles count on through chapters
    "legal numbering",  # isLgl: 1.1 under 一、, not 一.1
    "restarts after the first level only",  # lvlRestart 1: 1. goes on through （二）
    "a deeper level first",  # a level begins at its start value wherever it first stands
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CASES if name not in NOT_IN_LIBREOFFICE])
def test_labels_equal_what_libreoffice_prints(name: str, printed: dict[str, str]) -> None:
    content = CASES[name]
    labels = _labels(content)
    for num, _, words in content.items:
        line = next(line for line in printed[name].splitlines() if words in line)
        shown = re.sub(r"\s", "", line.partition(words)[0])
        if content.lists.get(num or 0, [Level("", "")])[0].format == "bullet":
            shown = ""
        assert shown == labels[words], (name, words)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1002, "一千零二"),
    ],
)
def test_chinese_numerals(number: int, words: str) -> None:
    assert chinese(number) == words
