"""What a collection is made of: properties with their schemas, features, and what it must be able to answer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from flask_babel import LazyString

from regulator.features.maps.features import UNKNOWN, Extent, Found, Period, Wanted

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number", "minimum": 0}
WHOLE: Schema = {"type": "integer", "minimum": 0}
DAY: Schema = {"type": "string", "format": "date"}
CODE_OF_DIVISION: Schema = {"type": "string", "pattern": r"^\d{4}(\d{2}(\d{3}(\d{3})?)?)?$", "example": "210103"}
CREDIT_CODE: Schema = {"type": "string", "pattern": r"^[0-9A-Z]{18}$", "example": "91210103MA0000000A"}
NAME: Schema = {"type": "string", "pattern": r"^[^\x00-\x1f]{1,200}$", "example": "翰林花园"}


@dataclass(frozen=True, slots=True)
class Property:
    """A property of features: its name, its words for people, its schema (OpenAPI 3.0) and what it may be asked by.

    ``codes`` is the enumeration it speaks; ``asked`` the schema of the query parameter of the same name, None where
    there is none: with an ``enum``, or with a ``pattern`` and an ``example``. Not ``carried``, it can only be asked by.
    """

    name: str
    title: LazyString
    schema: Schema
    description: str = ""
    nullable: bool = False
    codes: type[StrEnum] | None = None
    asked: Schema | None = None
    asked_for: str = ""
    carried: bool = True

    @property
    def document(self) -> dict[str, Any]:
        """The schema as the OpenAPI document has it."""
        given: dict[str, Any] = {**self.schema}
        if self.nullable:
            given["nullable"] = True
            if "enum" in given:
                given["enum"] = [*given["enum"], None]  # else null would be none of them
        return given | ({"description": self.description} if self.description else {})


def coded(
    name: str, title: LazyString, codes: type[StrEnum], description: str = "", *, nullable: bool = False
) -> Property:
    """A property whose values are codes, asked for by them; by ``unknown`` as well where it can be null."""
    values = [member.value for member in codes]
    asked = {"type": "string", "enum": [*values, *([UNKNOWN] if nullable else [])]}
    words = "`unknown` asks for those where it is null" if nullable else ""
    return Property(name, title, {"type": "string", "enum": values}, description, nullable, codes, asked, words)


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature as every format shows it; ``geometry`` is GeoJSON's."""

    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    page: str | None = None


class Words(NamedTuple):
    """What a collection is called and what it holds, for people."""

    title: LazyString
    description: LazyString
    times: LazyString


class Collection(ABC):
    """A set of features of one kind; ``listed`` are the properties its page shows of each beside the name."""

    id: ClassVar[str]
    words: ClassVar[Words]
    geometry: ClassVar[str]
    properties: ClassVar[tuple[Property, ...]]
    listed: ClassVar[tuple[str, ...]]

    @abstractmethod
    def extent(self) -> Extent:
        """How far the collection reaches in space and time."""

    @abstractmethod
    def find(self, wanted: Wanted) -> Found[Feature]:
        """A page of the features wanted. Raises BadInput for a cursor of another list."""

    @abstractmethod
    def get(self, name: str, period: Period) -> Feature:
        """The feature of this id, as of the period's day. Raises NotFound."""
