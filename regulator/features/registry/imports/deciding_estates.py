"""What the register says to rows about estates and contracts. Pure over its facts."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from regulator.features.registry.imports import records, statements
from regulator.features.registry.imports.deciding_companies import remark_name, resolve_companies
from regulator.features.registry.imports.facts import Known, KnownContract, KnownEstate, NamedCompanies, RegisterFacts
from regulator.features.registry.imports.reasons import Reason
from regulator.features.registry.imports.rows import NO_MANAGER
from regulator.features.registry.imports.verdicts import Judged, Outcome, Pending
from regulator.features.registry.rules.contracts import ContractFacts, disputes_of
from regulator.foundation import geo
from regulator.foundation.errors import BadInput


def find_place(row: Pending, facts: RegisterFacts) -> None:
    """The row's street and, where its name is known there, its community; objects to what is not known."""
    written = row.values.get("district")
    district = facts.places.find_district(written) if written is not None else row.file.district
    if written is not None and district is None:
        row.object(Reason.DISTRICT_UNKNOWN, "district")
        return
    if "street" not in row.values:
        return
    streets = facts.places.find_streets(district, row.values["street"])
    if len(streets) != 1:
        row.object(Reason.DISTRICT_MISSING if streets else Reason.STREET_UNKNOWN, "street")
        return
    row.street_code = row.division_code = streets[0]
    if "community" in row.values:
        row.division_code = facts.places.find_community(streets[0], row.values["community"]) or streets[0]


class EstateRules:
    """An estate's key is its division and name; what it says of the manager is a statement for the list's day."""

    def __init__(self, facts: RegisterFacts) -> None:
        self._facts = facts
        self._seen: set[tuple[str, str]] = set()
        self._met: set[str] = set()

    def place(self, row: Pending) -> None:
        """Street and community by their names."""
        find_place(row, self._facts)

    def notice(self, row: Pending) -> None:
        """A name stands once in a community, and once among those that stand at their street."""
        if row.division_code is not None and "name" in row.values:
            key = (row.division_code, row.values["name"])
            if key in self._seen:
                row.object(Reason.NAME_DUPLICATE_IN_FILE, "name")
            self._seen.add(key)
        if "company" in row.values and "mode" not in row.values and not _objected(row, "mode"):
            row.object(Reason.MODE_MISSING, "mode")

    def decide(self, rows: Sequence[Pending]) -> Iterator[Judged]:
        """Coordinates, scope, the estate as the register knows it, and the statement about its manager."""
        points = self._points(rows)
        known = self._facts.estates({key for row in rows if row.sound and (key := _place_key(row))})
        named = self._facts.named_companies({row.values["company"] for row in rows if "company" in row.values})
        for row, point in zip(rows, points, strict=True):
            held = known.get(_place_key(row) or ("", ""))
            if row.division_code is not None and not self._covers(row.division_code, held):
                row.break_rule(Reason.OUTSIDE_SCOPE)
            elif held is not None and held.key in self._met:
                row.object(Reason.NAME_DUPLICATE_IN_FILE, "name")  # another name of an estate an earlier row is about
            if held is not None:
                self._met.add(held.key)
            if not row.sound or row.division_code is None:
                yield row.verdict(Outcome.REJECTED)
            else:
                yield self._compare(row, held, point, named)

    def _covers(self, division_code: str, held: KnownEstate | None) -> bool:
        return self._facts.covers(division_code) and (held is None or self._facts.covers(held.division_code))

    def _points(self, rows: Sequence[Pending]) -> list[tuple[float, float] | None]:
        """Each row's point in CGCS2000; objects to points outside the city's box."""
        found: list[tuple[float, float] | None] = []
        for row in rows:
            lon, lat = row.values.get("longitude"), row.values.get("latitude")
            if lon is None or lat is None:
                found.append(None)
                continue
            if row.file.datum is None:
                raise BadInput("datum_missing", about="datum")
            found.append((lon, lat))
        converted = _converted(rows, found)
        for row, point in zip(rows, converted, strict=True):
            self._judge_point(row, point)
        return converted

    def _judge_point(self, row: Pending, point: tuple[float, float] | None) -> None:
        box = self._facts.box
        if point is None or box is None or box.contains(*point):
            return
        row.break_rule(Reason.COORDINATES_OUTSIDE_CITY, "longitude")
        if box.contains(row.values["latitude"], row.values["longitude"]):
            row.break_rule(Reason.COORDINATES_SWAPPED, "longitude")

    def _compare(
        self,
        row: Pending,
        held: KnownEstate | None,
        point: tuple[float, float] | None,
        named: Mapping[str, NamedCompanies],
    ) -> Judged:
        record = records.estate_record(_with_titles(row), point)
        judged = row.decide(record, held, key=row.values["name"], division_code=row.division_code)
        judged.links["estate_code"] = held.key if held else None
        judged.links["community_as_stated"] = row.values.get("community")
        placed = held is not None and held.division_code != row.street_code
        if row.division_code == row.street_code and not placed:
            row.remark(Reason.COMMUNITY_UNKNOWN, "community")
        if "mode" in row.values:
            self._state(row, held, judged, named)
        return judged

    def _state(
        self, row: Pending, held: KnownEstate | None, judged: Judged, named: Mapping[str, NamedCompanies]
    ) -> None:
        """Hold the statement about mode and manager against the periods the register knows."""
        stated = _stated(row, named)
        answer = statements.compare(stated, held.services, held.repeated) if held else statements.compare(stated, ())
        managed = row.values["mode"] not in NO_MANAGER
        if managed and stated.spelling is not None and stated.credit_code is None and not answer.settled:
            row.remark(Reason.COMPANY_UNCONFIRMED, "company")
        judged.services = answer.steps
        judged.differences.update(answer.differences)
        if judged.outcome is Outcome.UNCHANGED and answer.is_change:
            judged.outcome = Outcome.CORRECTION if answer.is_correction else Outcome.CHANGE


def _objected(row: Pending, name: str) -> bool:
    column = row.reader.column(name)
    return column is not None and any(problem.column == column for problem in row.parsed.problems)


def _place_key(row: Pending) -> tuple[str, str] | None:
    if row.division_code is None or "name" not in row.values:
        return None
    return row.division_code, row.values["name"]


def _with_titles(row: Pending) -> dict[str, Any]:
    """The row's values with what the sheet's title says of all its rows."""
    found = dict(row.values)
    if row.file.estate_kind is not None:
        found.setdefault("kind", row.file.estate_kind)
    if row.file.condition is not None:
        found.setdefault("condition", row.file.condition)
    return found


def _stated(row: Pending, named: Mapping[str, NamedCompanies]) -> statements.Stated:
    spelling = row.values.get("company")
    companies = named.get(spelling, NamedCompanies()) if spelling else NamedCompanies()
    single = companies.exact[0] if len(companies.exact) == 1 else None
    return statements.Stated(
        as_of=row.file.as_of,
        mode=row.values["mode"],
        credit_code=single,
        spelling=spelling,
        fee=row.values.get("fee"),
        candidates=() if single else (*companies.exact, *companies.resembling),
    )


def _converted(
    rows: Sequence[Pending], points: Sequence[tuple[float, float] | None]
) -> list[tuple[float, float] | None]:
    """The points in CGCS2000, converted together, datum by datum."""
    converted = list(points)
    for datum in {row.file.datum for row in rows if row.file.datum is not None}:
        places = [at for at, row in enumerate(rows) if points[at] is not None and row.file.datum == datum]
        if not places or datum in (geo.Datum.CGCS2000, geo.Datum.WGS84):
            continue
        import numpy as np  # noqa: PLC0415  # only where points are really converted, see foundation/geo.py

        given = np.array([points[at] for at in places], dtype=np.float64)
        lon, lat = geo.to_cgcs2000(given[:, 0], given[:, 1], geo.Datum(datum))
        for at, x, y in zip(places, lon.tolist(), lat.tolist(), strict=True):
            converted[at] = (round(x, 8), round(y, 8))
    return converted


class ContractRules:
    """A contract lies where its estate does; its key is estate, company and first day."""

    def __init__(self, facts: RegisterFacts) -> None:
        self._facts = facts
        self._seen: set[tuple[Any, ...]] = set()
        self._terms: dict[str, dict[Hashable, ContractFacts]] = {}

    def place(self, row: Pending) -> None:
        """Street and community by their names."""
        find_place(row, self._facts)

    def notice(self, row: Pending) -> None:
        """A contract stands once in a file."""
        parts = (row.division_code, row.values.get("estate"), row.values.get("uscc"), row.values.get("begins_on"))
        if all(parts):
            if parts in self._seen:
                row.object(Reason.BEGINS_ON_DUPLICATE_IN_FILE, "begins_on")
            self._seen.add(parts)

    def decide(self, rows: Sequence[Pending]) -> Iterator[Judged]:
        """Scope, company, estate, the contract as the register knows it, and others of the same days."""
        resolve_companies(rows, self._facts)
        companies = self._facts.companies({row.values["uscc"] for row in rows if "uscc" in row.values})
        estates = [self._estate(row, found) for row, found in zip(rows, self._estates(rows), strict=True)]
        contracts = self._facts.contracts({estate.key for estate in estates if estate is not None})
        for row, estate in zip(rows, estates, strict=True):
            company = companies.get(row.values.get("uscc", ""))
            if row.rules and row.rules[-1].reason is Reason.OUTSIDE_SCOPE:
                yield row.verdict(Outcome.REJECTED)
                continue
            if company is None and ("uscc" in row.values or "company" in row.values):
                row.break_rule(Reason.COMPANY_UNKNOWN, "uscc")
            if not row.sound or estate is None or company is None:
                yield row.verdict(Outcome.REJECTED)
                continue
            remark_name(row, company)
            yield self._compare(row, estate, company, contracts.get(estate.key, ()))

    def _estates(self, rows: Sequence[Pending]) -> Iterator[Sequence[KnownEstate]]:
        """For each row the estates its place and name may mean."""
        exact: set[tuple[str, str]] = set()
        anywhere: set[tuple[str, str]] = set()
        for row in rows:
            if row.division_code is not None and "estate" in row.values:
                (exact if "community" in row.values else anywhere).add((row.division_code, row.values["estate"]))
        by_place = self._facts.estates(exact) if exact else {}
        by_street = self._facts.estates_in_street(anywhere) if anywhere else {}
        for row in rows:
            key = (row.division_code or "", row.values.get("estate", ""))
            if "community" in row.values:
                yield (by_place[key],) if key in by_place else ()
            else:
                yield by_street.get(key, ())

    def _estate(self, row: Pending, found: Sequence[KnownEstate]) -> KnownEstate | None:
        """The estate a contract is for, once it is known to lie inside the scope."""
        if row.division_code is None or "estate" not in row.values:
            return None
        inside = self._facts.covers(row.division_code)
        if not inside or any(not self._facts.covers(estate.division_code) for estate in found):
            row.break_rule(Reason.OUTSIDE_SCOPE)
            return None
        if len(found) != 1:
            row.break_rule(Reason.ESTATE_AMBIGUOUS if found else Reason.ESTATE_UNKNOWN, "estate")
            return None
        return found[0]

    def _compare(self, row: Pending, estate: KnownEstate, company: Known, held: Sequence[KnownContract]) -> Judged:
        name = (company.key, row.values["begins_on"])
        same = next((one for one in held if _name(one) == name), None)
        judged = row.decide(
            records.contract_record(row.values),
            same,
            key=f"{estate.key}/{company.key}/{row.values['begins_on'].isoformat()}",
            division_code=estate.division_code,
        )
        judged.links.update(estate_code=estate.key, credit_code=company.key)
        ends_on = row.values.get("ends_on", same.ended_on if same else None)  # a blank says nothing
        if self._bears_dispute(estate.key, name, ends_on, held):
            row.remark(Reason.OVERLAPPING_CONTRACT, "begins_on")
        return judged

    def _bears_dispute(
        self, estate: str, name: tuple[str, date], ends_on: date | None, held: Sequence[KnownContract]
    ) -> bool:
        """Whether the contract comes later than one it disputes with: the register's come first, then the file's.

        A row sent again keeps its place in the register, so it bears the flag it bore the first time and no other.
        """
        terms = self._terms.setdefault(estate, {})
        for one in held:
            terms.setdefault(_name(one), ContractFacts(*_name(one), one.ended_on, len(terms), _name(one)))
        order = terms[name].order if name in terms else len(terms)
        own = terms[name] = ContractFacts(*name, ends_on, order, name)
        others = [term for key, term in terms.items() if key != name]
        return any(dispute.later is own for dispute in disputes_of(own, others))


def _name(contract: KnownContract) -> tuple[str, date]:
    """What tells an estate's contracts apart."""
    return contract.credit_code, contract.began_on
