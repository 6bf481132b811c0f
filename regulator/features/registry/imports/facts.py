"""What judging asks of the register, as values and one protocol; where the answers come from is not known here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeAlias

from regulator.features.registry.imports.places import PlaceBook
from regulator.features.registry.rules.services import ServiceFacts
from regulator.foundation.geo import BBox

EstatePlace: TypeAlias = tuple[str, str]
"""A division's code and a name under which an estate stands or once stood there."""


@dataclass(frozen=True, slots=True)
class Known:
    """A record the register holds: its business key, its place, its version and its values by column."""

    key: str
    division_code: str | None
    version: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KnownService:
    """A period of service the register holds, with its fee in fen; ``facts.key`` names its row."""

    facts: ServiceFacts
    fee: int | None = None


@dataclass(frozen=True, slots=True)
class KnownEstate(Known):
    """An estate with its periods of service in order of time, and the days on which lists said the same again."""

    services: Sequence[KnownService] = ()
    repeated: Collection[date] = ()


@dataclass(frozen=True, slots=True)
class KnownPerson(Known):
    """A person with the company of the present employment and that company's district."""

    credit_code: str | None = None
    company_division: str | None = None


@dataclass(frozen=True, slots=True)
class KnownContract(Known):
    """A contract of an estate; ``key`` is made of estate, company and first day."""

    credit_code: str = ""
    began_on: date = date.min
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class NamedCompanies:
    """Companies found for a written name: those called so, else those whose name resembles it, likeliest first."""

    exact: Sequence[str] = ()
    resembling: Sequence[str] = ()


class RegisterFacts(Protocol):
    """The register as one import may see it. Look-ups take many keys at once; what is not found is left out."""

    places: PlaceBook
    box: BBox | None

    def covers(self, code: str | None) -> bool:
        """Whether a place lies in the importer's scope; None is a company of another city."""

    @property
    def covers_city(self) -> bool:
        """Whether nothing of the city lies outside the importer's scope."""

    def companies(self, credit_codes: Collection[str]) -> Mapping[str, Known]:
        """Companies by credit code."""

    def named_companies(self, names: Collection[str]) -> Mapping[str, NamedCompanies]:
        """Companies by name, former name or alias as written (an entry for every name asked)."""

    def estates(self, places: Collection[EstatePlace]) -> Mapping[EstatePlace, KnownEstate]:
        """Estates by a division and name that lead to them."""

    def estates_in_street(self, places: Collection[EstatePlace]) -> Mapping[EstatePlace, Sequence[KnownEstate]]:
        """Estates by a street's code and a name, wherever in the street they stand."""

    def people(self, id_numbers: Collection[str]) -> Mapping[str, KnownPerson]:
        """People by resident ID number."""

    def contracts(self, estate_codes: Collection[str]) -> Mapping[str, Sequence[KnownContract]]:
        """The contracts of estates, by the estates' codes."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What holds for a whole sheet: the list's day, the datum, and what its title or name says of its rows."""

    as_of: date
    datum: str | None = None
    district: str | None = None
    estate_kind: str | None = None
    condition: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
