"""What the API accepts, with its limits; what is wrong is answered 422 with the part's name.

Each model serves both the address of a GET and the JSON body of a POST.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator

from kb.compare.lens import MOST_DIMENSIONS
from kb.compare.table import MOST_COLUMNS, CompareRequest
from kb.types import Filters, Mode, Question

TEXT_LIMIT = 10_000  # characters of a question
TOPIC_LIMIT = 1000  # characters of a comparison's topic
OFFSET_LIMIT = 2**40


def no_truth(value: object) -> object:
    """`value`, unless it is true or false. Raises `ValueError` for those."""
    if isinstance(value, bool):  # Python counts true as 1, JSON does not
        raise ValueError("should be a number")
    return value


def no_number(value: object) -> object:
    """`value`, unless it is a number. Raises `ValueError` for those."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError("should be true or false")
    return value


Whole = Annotated[int, BeforeValidator(no_truth)]
YesNo = Annotated[bool, BeforeValidator(no_number)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Names = Annotated[list[Name], Field(max_length=50)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_LIMIT)]
Value = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Years = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{4})?$")]


class FiltersIn(BaseModel):
    """Which documents may answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: Names = Field([], description="Any of these: a province, city, district …", examples=[["天津市"]])
    not_region: Names = Field([], description="None of these.", examples=[["河东区"]])
    year: Years | None = Field(None, description="2021, or 2019-2024 inclusive.", examples=["2019-2024"])
    kind: Names = Field([], description="Kinds of document: 调研报告, 经验材料 …")
    issuer: Names = Field([], description="Issuing bodies.")
    flag: Names = Field([], description="Warnings that must be present.", examples=[["suspect_figure"]])
    not_flag: Names = Field([], description="Warnings that must be absent.", examples=[["spun_text"]])
    document: Names = Field([], description="Ids of documents.")
    not_document: Names = Field([], description="Ids of documents to leave out.")

    @field_validator("year")
    @classmethod
    def _in_order(cls, value: str | None) -> str | None:
        first, _, last = (value or "").partition("-")
        if last and last < first:
            raise ValueError("the first year comes after the last")
        return value

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics of which a document must have one."""
        return ()

    @property
    def filters(self) -> Filters:
        """The restrictions as the library takes them."""
        first, _, last = (self.year or "").partition("-")
        return Filters(
            regions=tuple(self.region),
            not_regions=tuple(self.not_region),
            years=(int(first), int(last or first)) if first else None,
            kinds=tuple(self.kind),
            issuers=tuple(self.issuer),
            flags=tuple(self.flag),
            documents=tuple(self.document),
            not_flags=tuple(self.not_flag),
            not_documents=tuple(self.not_document),
            topics=self.topics,
        )


class AskingIn(FiltersIn):
    """How a question is to be answered, without its words."""

    top_k: int = Field(10, ge=1, le=100, description="The number of passages.")
    per_region: int | None = Field(
        None,
        ge=1,
        le=100,
        description="Passages of one district; left out, the question decides.",
        examples=[2],
    )
    mode: Mode = Field("hybrid", description="Which indexes answer.")
    literal: YesNo = Field(False, description="Reads no years, amounts or misspellings out of the words.")
    topic: Names = Field([], description="Topics, any of them.", examples=[["社区治理"]])

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics of which a document must have one."""
        return tuple(self.topic)

    def asking(self, text: str) -> Question:
        """The search for `text` as the library takes it."""
        return Question(text, self.top_k, self.filters, self.per_region, self.mode, self.literal)


class SearchIn(AskingIn):
    """A question with its restrictions."""

    q: Text = Field(
        description="The question, Chinese or English.",
        examples=["其他区是怎么解决社区办公用房经费的", "how did other districts fund community offices"],
    )
    explain: YesNo = Field(False, description="Adds `why`: ranks, scores, matched words, translations.")

    @property
    def question(self) -> Question:
        """The search as the library takes it."""
        return self.asking(self.q)


class DocumentsIn(FiltersIn):
    """A page of the list of documents."""

    limit: int = Field(100, ge=1, le=500, description="Documents on one page.")
    cursor: str = Field("", max_length=300, description="`next` of the page before.")
    topic: Names = Field([], description="Topics, any of them.", examples=[["社区治理"]])

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics of which a document must have one."""
        return tuple(self.topic)


class CompareIn(FiltersIn):
    """What to put side by side."""

    topic: str = Field(
        "", max_length=TOPIC_LIMIT, description="What is compared, in words.", examples=["社区办公用房经费"]
    )
    by: Literal["region", "document"] = Field("region", description="What a column is.")
    column: Annotated[list[Name], Field(max_length=MOST_COLUMNS)] = Field(
        [], description="Districts, or ids or titles of documents, in order; empty: the topic chooses."
    )
    lens: str = Field("", max_length=100, description="A lens's key or name; empty: the default lens.")
    best: int = Field(4, ge=1, le=MOST_COLUMNS, description="How many columns the topic chooses.")
    ask: Annotated[list[Name], Field(max_length=MOST_DIMENSIONS)] = Field(
        [], description="More rows, each typed as a question."
    )
    sort: str = Field("", max_length=200, description="The row whose figures order the columns.")
    about: Names = Field([], description="Topics, any of them.", examples=[["社区治理"]])

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics of which a document must have one."""
        return tuple(self.about)

    @property
    def request(self) -> CompareRequest:
        """The comparison as the library takes it."""
        return CompareRequest(
            self.topic, self.by, tuple(self.column), self.lens, self.best, self.filters, tuple(self.ask)
        )


class ExportIn(CompareIn):
    """A comparison as a file."""

    format: Literal["docx", "draft", "xlsx", "md", "csv"] = Field(
        "docx", description="`draft` is the skeleton of a report in Word."
    )
    swap: YesNo = Field(False, description="Districts down, dimensions across.")
    propose: YesNo = Field(False, description="Asks the writing server of kb.toml for sentences of a draft.")


class CorrectionIn(BaseModel):
    """Metadata set by hand; what is left out stays, "" empties a field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Value | None = Field(None, description="Not empty.", examples=["关于社区工作经费的通知"])
    region: Value | None = Field(None, description="From the province down.", examples=["天津市/河东区"])
    issuer: Value | None = Field(None, description="The issuing body.", examples=["河东区人民政府"])
    issued: Value | None = Field(
        None, description="A year, a month or a day.", examples=["2021-06-30", "2021"]
    )
    number: Value | None = Field(None, description="发文字号.", examples=["国办发〔2023〕12号"])
    kind: Value | None = Field(None, description="The kind of document.", examples=["调研报告"])
    origin: Value | None = Field(None, description="Site or paper it came from.", examples=["河东区政府网"])
    topics: Value | None = Field(None, description="Joined by 、.", examples=["社区治理、财政经费"])
    family: Value | None = Field(
        None,
        description='"none" for a work of its own, the id of a document of the same work, or "".',
        examples=["none"],
    )

    @property
    def given(self) -> dict[str, str]:
        """The fields that are there."""
        values: dict[str, str | None] = self.model_dump()
        return {name: value for name, value in values.items() if value is not None}

    def changes(self, now: Mapping[str, str]) -> dict[str, str]:
        """What differs from the values `now`: only that is marked as set by hand."""
        return {name: value for name, value in self.given.items() if value != now.get(name, "")}


class SpanIn(BaseModel):
    """A span of a document's text, in code points."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int = Field(ge=0, le=OFFSET_LIMIT, description="Its first character.", examples=[0])
    end: int = Field(ge=1, le=OFFSET_LIMIT, description="Behind its last character.", examples=[20])


class SimilarIn(FiltersIn):
    """A passage whose like is wanted, with restrictions."""

    start: int = Field(ge=0, le=OFFSET_LIMIT, description="Its first character.", examples=[0])
    end: int = Field(ge=1, le=OFFSET_LIMIT, description="Behind its last character.", examples=[200])
    top_k: int = Field(10, ge=1, le=100, description="The number of passages.")
    explain: YesNo = Field(False, description="Adds `why`: ranks, scores, matched words.")


class QuoteIn(BaseModel):
    """A quotation to check."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    doc_id: Name = Field(description="The document it is said to stand in.", examples=["mkie6ukenafp"])
    quote: Text = Field(description="The words.", examples=["每个社区每年安排工作经费36万元"])
    start: Whole | None = Field(
        None, ge=0, le=OFFSET_LIMIT, description="Where it was quoted from.", examples=[120]
    )


class CitationsIn(BaseModel):
    """Quotations to check."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    citations: list[QuoteIn] = Field(max_length=1000, description="Quotations to hold against the library.")
