"""What a template declares and what a paper is framed with: frozen values. Pure; reading and judging is next door."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from regulator.features.papers.terms import PaperKind

JSON: TypeAlias = bool | int | str | list["JSON"] | dict[str, "JSON"] | None
Facts: TypeAlias = dict[str, JSON]
LONGEST_SOURCE = 200_000
"""Characters a template may have."""


class TrialState(StrEnum):
    """Where the trial of an authority's own template stands."""

    ADOPTED = "adopted"
    FAILED = "failed"
    PASSED = "passed"
    UNDER_WAY = "under_way"


class TrialPhase(StrEnum):
    """In which ways a template is tried, in their order."""

    DRAFT = "draft"  # as a draft, with its samples
    FINAL = "final"  # as a final paper, without what may be missing
    LONGEST = "longest"  # with the longest and rarest it says it can print


class FactKind(StrEnum):
    """What a fact is. Money is a whole number of fen; a moment is a day and a time of day in China."""

    ARTICLES = "articles"
    CHOICE = "choice"
    DATE = "date"
    LIST = "list"
    LONG_TEXT = "long_text"
    MOMENT = "moment"
    MONEY = "money"
    NUMBER = "number"
    TABLE = "table"
    TEXT = "text"


MOST = {
    FactKind.ARTICLES: 30,
    FactKind.LIST: 50,
    FactKind.LONG_TEXT: 4000,
    FactKind.MONEY: 10**13,
    FactKind.NUMBER: 10**9,
    FactKind.TABLE: 200,
    FactKind.TEXT: 100,
}
"""Unless declared: characters of a text, items of a list, rows of a table, the largest number."""
LONGEST_ITEM = 300
"""Characters of one item of a list."""
LONGEST_CELL = 200
"""Characters of one cell of a table, unless declared."""
CELLS = (FactKind.DATE, FactKind.MONEY, FactKind.NUMBER, FactKind.TEXT)

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, Field(min_length=1, max_length=60)]


class Declared(BaseModel):
    """Part of a declaration: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, defer_build=True)


class DatedDefault(Declared):
    """What a fact is unless somebody says otherwise, from one day on, and the article that says so."""

    value: int | str
    since: date
    until: date | None = None
    source: Annotated[str, Field(min_length=1, max_length=200)]

    def in_force_on(self, day: date) -> bool:
        """Whether it stood on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


class FactColumn(Declared):
    """A column of a table of facts: ``maximum`` characters or the largest number, ``width`` beside the others."""

    name: Name
    label_zh: Label
    label_en: Label
    kind: FactKind = FactKind.TEXT
    required: bool = True
    maximum: Annotated[int, Field(ge=1)] | None = None
    width: Annotated[float, Field(gt=0, le=20)] = 1.0

    @model_validator(mode="after")
    def _is_a_cell(self) -> Self:
        if self.kind not in CELLS:
            raise ValueError(f"a column holds {', '.join(CELLS)}")
        return self

    @property
    def most(self) -> int:
        """Characters or the largest number."""
        return self.maximum or (LONGEST_CELL if self.kind is FactKind.TEXT else MOST.get(self.kind, 0))


class FactField(Declared):
    """One fact a template needs. ``maximum`` is what `MOST` says unless declared; ``sample`` is for checking it."""

    name: Name
    label_zh: Label
    label_en: Label
    kind: FactKind
    required: bool = True
    maximum: Annotated[int, Field(ge=1)] | None = None
    help: Annotated[str, Field(max_length=300)] = ""
    options: tuple[Label, ...] = ()
    columns: tuple[FactColumn, ...] = ()
    defaults: tuple[DatedDefault, ...] = ()
    sample: Any

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind is FactKind.CHOICE) != bool(self.options):
            raise ValueError("a choice has options, and nothing else has")
        if (self.kind is FactKind.TABLE) != bool(self.columns):
            raise ValueError("a table has columns, and nothing else has")
        if len({column.name for column in self.columns}) != len(self.columns):
            raise ValueError("two columns have one name")
        if any(one.since >= two.since for one, two in zip(self.defaults, self.defaults[1:], strict=False)):
            raise ValueError("defaults follow each other in time")
        return self

    @property
    def most(self) -> int:
        """Characters, items, rows or the largest number."""
        return self.maximum or MOST.get(self.kind, 0)

    def default_on(self, day: date | None) -> int | str | None:
        """The default in force on a day, the latest one without a day; None when there is none."""
        found = [one for one in self.defaults if day is None or one.in_force_on(day)]
        return found[-1].value if found else None


@dataclass(frozen=True, slots=True)
class Template:
    """A template of one kind of paper, parsed. ``digest`` is of its source and of the layout it stands on.

    ``is_shipped`` marks those of the product; others are typeset in a process of their own.
    """

    kind: PaperKind
    title: str
    source: str
    fields: tuple[FactField, ...]
    digest: str
    is_shipped: bool = False

    def field(self, name: str) -> FactField:
        """The fact of that name; raises KeyError."""
        return {field.name: field for field in self.fields}[name]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the facts of a paper.

    ``number`` and ``issued_on`` are None in a draft. ``signer`` are lines between the authority's name and the date.
    ``qr`` is the whole address of the public check, ``digest`` the `content_digest` whose first digits are printed.
    """

    authority: str
    number: str | None = None
    issued_on: date | None = None
    signer: tuple[str, ...] = ()
    addressee: str = ""
    title: str | None = None
    qr: str = ""
    digest: str = ""
    language: Literal["zh"] = "zh"
    is_draft: bool = True
    is_demo: bool = False
