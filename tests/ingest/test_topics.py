"""What documents are about: right or empty."""

import tomllib
from pathlib import Path

import pytest
from ingest_places import ROOT

from kb.ingest.pipeline import read_documents
from kb.ingest.topics import find_topics, topic_names

BODY = "社区建立物业服务企业、业委会和居民的协商机制，红色物业进小区，业主委员会参加物业管理，物业费公开。"
FILLER = "会议要求各部门结合实际认真抓好落实，按时报送进展情况。"


def _topics(title: str, text: str) -> list[str]:
    return [fact.value for fact in find_topics(title, text, [])]


@pytest.mark.parametrize(
    ("title", "text", "topics"),
    [
        ("社区养老服务管理办法", FILLER, ["养老服务"]),
        ("", BODY * 3, ["物业"]),
        ("", BODY + FILLER * 200, []),  # once in a long text
        ("", "物业费" * 50, []),  # one word alone
        ("", FILLER, []),
        ("新就业群体关爱行动", FILLER, ["新就业群体"]),  # and not 就业
        ("城乡居民养老保险实施细则", FILLER, ["社会保险"]),  # and not 养老服务
    ],
)
def test_topics(title: str, text: str, topics: list[str]) -> None:
    assert _topics(title, text) == topics


def test_every_topic_tells_its_confidence_and_its_words() -> None:
    facts = find_topics("志愿服务条例", BODY * 3, [])
    assert [(fact.field, fact.value, fact.confidence) for fact in facts] == [
        ("topics", "志愿服务", 0.9),
        ("topics", "物业", 0.7),
    ]
    assert "业主委员会3次" in facts[1].evidence
    assert facts[0].evidence == "志愿服务条例"


def test_topics_have_names_of_their_own() -> None:
    assert len(set(topic_names())) == len(topic_names()) >= 20


@pytest.mark.shared
def test_topics_of_documents_that_were_read(shared: Path) -> None:
    """Of the topics given to 40 documents nine in ten are ones that a reader gives too."""
    judged = tomllib.loads((ROOT / "tests" / "data" / "topics_judged.toml").read_text("utf-8"))["file"]
    given, right, wanted = 0, 0, 0
    for file in judged:
        path = shared / "policy" / file["name"]
        found = read_documents(path.read_bytes(), path.name, str(path))[0].topics
        given += len(found)
        right += len(set(found) & set(file["topics"]))
        wanted += len(file["topics"])
    print(f"right {right} of {given} given, of {wanted} wanted")
    assert len(judged) == 40
    assert right / given >= 0.9
    assert right / wanted >= 0.6
