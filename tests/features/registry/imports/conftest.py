"""A register in memory, so that judging is proved without a database."""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from regulator.features.divisions.terms import Level, Scope
from regulator.features.registry.imports import names
from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.facts import (
    Known,
    KnownContract,
    KnownEstate,
    KnownPerson,
    KnownService,
    NamedCompanies,
)
from regulator.features.registry.imports.judge import Judge
from regulator.features.registry.imports.places import Place, PlaceBook
from regulator.features.registry.imports.recognise import Options, data_rows, recognise
from regulator.features.registry.imports.verdicts import Judged, Outcome
from regulator.features.registry.rules.services import ServiceFacts
from regulator.features.registry.terms import Mode
from regulator.foundation.geo import BBox
from regulator.foundation.tables import open_table

ROOT = Path(__file__).parents[4]
REGISTER = ROOT / "tests" / "data" / "register"
AS_OF = date(2026, 9, 30)


@dataclass
class MemoryRegister:
    """The register as dictionaries; takes what was judged."""

    places: PlaceBook
    box: BBox | None = field(default_factory=lambda: BBox(122.4, 41.1, 123.9, 43.1))
    scope: Scope = field(default_factory=lambda: Scope.division("210100"))
    by_code: dict[str, Known] = field(default_factory=dict)
    by_place: dict[tuple[str, str], KnownEstate] = field(default_factory=dict)
    by_number: dict[str, KnownPerson] = field(default_factory=dict)
    by_estate: dict[str, list[KnownContract]] = field(default_factory=dict)

    def covers(self, code: str | None) -> bool:
        return self.covers_city if code is None else self.scope.covers(code)

    @property
    def covers_city(self) -> bool:
        return self.scope.covers("210100")

    def companies(self, credit_codes: Collection[str]) -> Mapping[str, Known]:
        return {code: self.by_code[code] for code in credit_codes if code in self.by_code}

    def named_companies(self, written: Collection[str]) -> Mapping[str, NamedCompanies]:
        return {name: self._named(name) for name in written}

    def _named(self, name: str) -> NamedCompanies:
        exact = [code for code, known in self.by_code.items() if known.values["name"] == name]
        if len(exact) == 1:
            return NamedCompanies(exact)
        near = names.resembling(name, [(code, known.values["name"]) for code, known in self.by_code.items()])
        return NamedCompanies(exact, near)

    def estates(self, places: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], KnownEstate]:
        return {place: self.by_place[place] for place in places if place in self.by_place}

    def estates_in_street(self, places: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Sequence[KnownEstate]]:
        return {
            (street, name): [
                estate for (code, own), estate in self.by_place.items() if code.startswith(street) and own == name
            ]
            for street, name in places
        }

    def people(self, id_numbers: Collection[str]) -> Mapping[str, KnownPerson]:
        return {number: self.by_number[number] for number in id_numbers if number in self.by_number}

    def contracts(self, estate_codes: Collection[str]) -> Mapping[str, Sequence[KnownContract]]:
        return {code: self.by_estate.get(code, []) for code in estate_codes}

    def take(self, kind: Kind, judged: Sequence[Judged]) -> None:
        for row in judged:
            if row.outcome is Outcome.NEW:
                getattr(self, f"_take_{kind.value}")(row)

    def _take_companies(self, row: Judged) -> None:
        self.by_code[row.key] = Known(row.key, row.division_code, 1, row.record)

    def _take_estates(self, row: Judged) -> None:
        code = f"{row.division_code}{len(self.by_place):04}"
        services = tuple(
            KnownService(
                ServiceFacts(
                    Mode(said["mode"]), said["credit_code"], said["spelling"], stated_for=said["stated_for"], key=code
                ),
                said["fee"],
            )
            for said in row.services
        )
        self.by_place[row.division_code, row.key] = KnownEstate(code, row.division_code, 1, row.record, services)

    def _take_people(self, row: Judged) -> None:
        company = self.by_code[row.links["credit_code"]]
        self.by_number[row.key] = KnownPerson(
            row.key, row.division_code, 1, row.record, company.key, company.division_code
        )

    def _take_contracts(self, row: Judged) -> None:
        record = row.record
        self.by_estate.setdefault(row.links["estate_code"], []).append(
            KnownContract(
                row.key,
                row.division_code,
                1,
                record,
                row.links["credit_code"],
                record["began_on"],
                record.get("ended_on"),
            )
        )


@pytest.fixture(scope="session")
def places() -> PlaceBook:
    with (ROOT / "geodata" / "divisions.csv").open(encoding="utf-8") as file:
        return PlaceBook(
            Place(line["code"], line["name"], Level(line["level"]), line["parent"] or None)
            for line in csv.DictReader(row for row in file if not row.startswith("#"))
        )


@pytest.fixture
def register(places: PlaceBook) -> MemoryRegister:
    return MemoryRegister(places)


def judge_file(register: Any, kind: Kind, path: Path, *, as_of: date | None = AS_OF, datum: str | None = None,
               take: bool = True) -> list[Judged]:  # fmt: skip
    """Every verdict on a file, five thousand rows at a time, as the staging does it."""
    judge = Judge(kind, register)
    found: list[Judged] = []
    with open_table(path) as table:
        plan = recognise(kind, table, register.places, Options(date(2026, 11, 1), as_of, datum))
        for sheet in plan.sheets:
            found += judge.judge(sheet.layout, sheet.file, list(data_rows(table, sheet.layout)))
    if take:
        register.take(kind, found)
    return found


@pytest.fixture
def judged_file() -> Any:
    return judge_file


@pytest.fixture
def register_files() -> Path:
    return REGISTER
