"""Warnings, each with its evidence and its span."""

import pytest

from kb.ingest.quality import flags, spun_pairs, spun_words

BODY = "近年来，青禾区坚持党建引领基层治理，投入资金建设社区用房，居民满意度明显提高。"


def _found(text: str, name: str, title: str = "") -> list[str]:
    found = [flag for flag in flags(text, title) if flag.name == name]
    assert all(
        flag.start == flag.end == 0
        or text[flag.start : flag.end] in (flag.evidence, flag.evidence.partition("：")[2])
        for flag in found
    )
    return [flag.evidence for flag in found]


def test_spun_text_needs_several_strong_words() -> None:
    spun = "社区设立党员效劳中心，完善效劳设施，按照方便群众的原那么开展工作，打牢根底。" * 3
    (evidence,) = _found(spun, "spun_text")
    assert "效劳（服务）" in evidence
    assert "根底（基础）" in evidence
    for sound in (
        BODY * 5,
        "他为国家效劳多年。" + BODY * 10,
        "积极开展活动，气氛热烈，鼓励先进，缺乏经验。" * 5,
    ):
        assert _found(sound, "spun_text") == []


def test_a_context_decides_where_the_spun_word_is_good_chinese() -> None:
    assert {pair.original for pair in spun_words("促进社会和谐稳定开展，改革开展稳定的大局")} == {"发展"}
    assert not spun_words("开展活动，广泛开展服务，正在开展调查")
    assert not spun_words("从根本上解决问题，根本遵循")
    assert {pair.spun for pair in spun_words("根本情况和根本公共服务")} == {"根本"}


def test_the_pair_dictionary_is_sound() -> None:
    pairs = spun_pairs()
    assert len({pair.spun for pair in pairs}) == len(pairs)
    assert all(pair.spun != pair.original for pair in pairs)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("选聘干部12023多名。", ["12023多名"]),
        ("各方筹资近202300万元。", ["202300万元"]),
        ("有20230名以上党员，选聘12023多名。", ["20230名", "12023多名"]),
        ("选聘12023多名，开发岗位2023个，培训32023多人次。", ["12023多名", "2023个", "32023多人次"]),
        ("2023年，1500多名党员投入600多万元，2024年增长3.5%。", []),
        ("2023年完成改造20215户，面积2023平方米。", []),
        ("电话2023041，编号120231，2023-2025年。", []),
        ("2019年12月，20 2300。", []),
    ],
)
def test_suspect_figures(text: str, evidence: list[str]) -> None:
    assert _found(text, "suspect_figure") == evidence


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("XXX县积极深化改革。", ["XXX县"]),
        ("xx市是革命摇篮。", ["xx市"]),
        ("支部成立于20**年2月，**同志任书记。", ["20**年", "**同志"]),
        ("、、、、等社区条件较差。", ["、、、、等"]),
        ("某某街道办事处。", ["某某街道"]),
        ("WTO规则，AB角制度，5G网络，GDP增长。", []),
    ],
)
def test_anonymised_places(text: str, evidence: list[str]) -> None:
    assert _found(text, "anonymised") == evidence


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        (f"标题\n，在离退休党员中实施工程。{BODY}", ["开头"]),
        (f"5、为居民提供服务。{BODY}", ["开头"]),
        (f"{BODY}\n一是研究制订社区干部管理办法，对各社区干部编制、干部职数、干部待遇", ["结尾"]),
        (f"标题\n{BODY}", []),
        (f"一、总体要求\n{BODY}\n青禾区人民政府办公室\n2021年6月30日", []),
    ],
)
def test_truncated_texts(text: str, ends: list[str]) -> None:
    assert [evidence[:2] for evidence in _found(text, "truncated")] == ends


def test_marks_that_programs_left() -> None:
    assert _found(f"{BODY}&nbsp;锟斤拷{BODY}", "machine_marks") == ["&nbsp;", "锟斤拷"]
    assert _found(BODY, "machine_marks") == []


def test_a_reprint_says_so() -> None:
    found = flags(BODY, "", ["(转载自青禾先锋网,如涉及版权问题请与本站联系)"])
    assert [(flag.name, flag.evidence) for flag in found] == [("reprint", "转载自青禾先锋网")]
