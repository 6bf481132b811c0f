"""What estates, statements about managers and contracts of a batch become in the register. Gathers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from regulator.features.registry.imports.verdicts import Outcome
from regulator.features.registry.imports.writing import (
    AT_ONCE,
    ORIGIN,
    Origin,
    RegisterMoved,
    Staged,
    Writes,
    before_image,
    company_ids,
    day_or_none,
    estate_ids,
    images,
)
from regulator.features.registry.imports.writing_companies import typed
from regulator.features.registry.models import (
    CompanyLink,
    Contract,
    Estate,
    EstateCounter,
    EstateKey,
    EstateName,
    Service,
    ServiceStatement,
)
from regulator.features.registry.rules.estates import next_code
from regulator.features.registry.terms import Mode, NameKind, SettlementState
from regulator.foundation.database import new_key, session
from regulator.foundation.prepared import PreparedRows, prepare_rows

ESTATE = (
    "kind", "condition", "address", "lon", "lat", "floor_area", "area_multi_storey", "area_high_rise", "area_villa",
    "area_other", "site_area", "buildings", "households", "completion_year", "ownership", "facilities", "duty_phone",
    "owning_unit", "remark",
)  # fmt: skip
PLACE = ("division_code", "to_be_placed", "community_as_stated", "kind_assumed", "condition_assumed")
CONTRACT = ("kind", "began_on", "ended_on", "signed_on", "filed_on", "fee", "service_level", "remark")
STREET_DIGITS = 9


@dataclass(slots=True)
class NewEstates:
    """New estates, waiting for their codes: those are given in order of registration, under the lock."""

    rows: list[tuple[list[str], PreparedRows]] = field(default_factory=list)

    def add(self, rows: Sequence[Staged], origin: Origin) -> None:
        """Make some rows ready but for their codes."""
        if not rows:
            return
        columns = ("id", "name", *ESTATE, *PLACE, *ORIGIN)
        prepared = prepare_rows(session(), Estate.__table__, columns, [_estate(row, origin) for row in rows])
        self.rows.append(([row.division_code or "" for row in rows], prepared))

    def write(self) -> None:
        """Give the codes, count the counters on, write the estates."""
        last = self._counters()
        known = set(last)
        for divisions, prepared in self.rows:
            coded: list[tuple[Any, ...]] = []
            for division, row in zip(divisions, prepared.rows, strict=True):
                code = next_code(division, last.get(division, 0))
                last[division] = last.get(division, 0) + 1
                coded.append((*row, code))
            PreparedRows(prepared.table, (*prepared.columns, "code"), coded).insert(session())
        self._keep(last, known)

    def _counters(self) -> dict[str, int]:
        wanted = sorted({division for divisions, _ in self.rows for division in divisions})
        found: dict[str, int] = {}
        for at in range(0, len(wanted), 5_000):
            stmt = select(EstateCounter.division_code, EstateCounter.last).where(
                EstateCounter.division_code.in_(wanted[at : at + 5_000])
            )
            found.update(dict(session().execute(stmt.with_for_update()).all()))
        return found

    def _keep(self, last: Mapping[str, int], known: set[str]) -> None:
        new = [(division, number) for division, number in last.items() if division not in known]
        prepare_rows(session(), EstateCounter.__table__, ("division_code", "last"), new).insert(session())
        table: Any = EstateCounter.__table__
        counted = update(table).where(table.c.division_code == bindparam("p_place")).values(last=bindparam("p_last"))
        if known:
            session().connection().execute(counted, [{"p_place": one, "p_last": last[one]} for one in sorted(known)])


def _estate(row: Staged, origin: Origin) -> tuple[Any, ...]:
    record = {"kind": "residential", "condition": "occupied"} | typed(row.record, ESTATE)
    at_street = len(row.division_code or "") == STREET_DIGITS
    return (
        row.subject_id,
        row.key,
        *(record.get(name) for name in ESTATE),
        *(row.division_code, at_street, row.links.get("community_as_stated") if at_street else None),
        *("kind" not in row.record, "condition" not in row.record),
        *origin.columns(),
    )


def gather_estates(rows: Sequence[Staged], origin: Origin, writes: Writes, estates: NewEstates) -> None:
    """New estates with the keys that lead to them and their aliases, corrected ones, and periods of service."""
    new = [row for row in rows if row.outcome is Outcome.NEW]
    estates.add(new, origin)
    writes.insert(
        EstateKey,
        ("division_code", "name", "estate_id"),
        [(row.division_code, row.key, row.subject_id) for row in new],
    )
    _aliases(
        [(row.subject_id, name) for row in new for name in row.record.get("aliases", ()) if name != row.key], writes
    )
    held = [row for row in rows if row.outcome in (Outcome.CHANGE, Outcome.CORRECTION)]
    found = images(Estate, [row.subject_id for row in held])
    for row in held:
        _correct(row, found[row.subject_id], writes)
    _gather_services(rows, origin, writes)


def gather_repeats(rows: Sequence[Staged], origin: Origin, writes: Writes) -> None:
    """The days for which rows say again what the register says; all an unchanged row leaves behind."""
    said = [(row, step) for row in rows for step in row.services if step["step"] == "repeat"]
    days = [(row.subject_id, day_or_none(step["stated_for"]), origin.batch_id) for row, step in said]
    writes.insert(ServiceStatement, ("estate_id", "stated_for", "batch_id"), days)


def _correct(row: Staged, image: dict[str, Any], writes: Writes) -> None:
    """The estate's version counts on with its services too: the estate is their lock."""
    values = {name: value for name, value in typed(row.record, ESTATE).items() if name in row.differences}
    for name in ("kind", "condition"):
        if name in values:
            values[f"{name}_assumed"] = False
    writes.change(Estate, row.subject_id, row.version or 0, values)
    writes.remember(row.seq, "estate", [row.subject_id.hex, before_image(image, values)])
    held = row.differences.get("aliases", [[], []])
    for key in _aliases([(row.subject_id, name) for name in held[1] if name not in held[0]], writes):
        writes.remember(row.seq, "estate_name", key.hex)


def _aliases(names: Sequence[tuple[UUID, str]], writes: Writes) -> list[UUID]:
    rows = [(new_key(), estate, name, NameKind.ALIAS) for estate, name in dict.fromkeys(names)]
    writes.insert(EstateName, ("id", "estate_id", "name", "kind"), rows)
    return [row[0] for row in rows]


# --- services -------------------------------------------------------------------------------------------------------

SERVICE = (
    "id", "estate_id", "mode", "company_id", "company_spelling", "stated_for", "ended_on", "fee", "recorded_basis",
    "basis_document", "ended_reason",
)  # fmt: skip
LINK = ("id", "estate_id", "service_id", "spelling", "candidates", "state", "recorded_at", "batch_id", "version")


def _gather_services(rows: Sequence[Staged], origin: Origin, writes: Writes) -> None:
    steps = [(row, step) for row in rows for step in row.services]
    companies = company_ids(step.get("credit_code") for _, step in steps)
    keys = [_key_of(step)[0] for _, step in steps if "key" in step]
    touched, waiting = images(Service, keys), _links(keys)
    services: list[tuple[Any, ...]] = []
    links: list[tuple[Any, ...]] = []
    for row, step in steps:
        match step["step"]:
            case "open":
                services.append((*_opened(new_key(), row, step, companies), *origin.columns()))
                links.extend(_link(services[-1][0], row, step, origin))
            case "resume":
                before = _touched(step, touched)
                services.append((*_resumed(new_key(), step, before), *origin.columns()))
                links.extend(_same_link(services[-1][0], waiting.get(before["id"]), origin))
            case "end" | "fee" | "restate" as kind:
                _touch(row, step, _touched(step, touched), companies, writes)
                if kind == "restate":
                    links.extend(_other_link(row, step, waiting, origin, writes))
            case _:
                continue
        if step["step"] in ("open", "resume") and row.outcome is not Outcome.NEW:
            writes.remember(row.seq, "new_service", services[-1][0].hex)
    writes.insert(Service, (*SERVICE, *ORIGIN), services)
    writes.insert(CompanyLink, LINK, links)


def _links(services: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The links of periods that are touched, by period."""
    found: dict[UUID, dict[str, Any]] = {}
    for at in range(0, len(services), AT_ONCE):
        table = CompanyLink.__table__
        stmt = select(table).where(CompanyLink.service_id.in_(services[at : at + AT_ONCE]))
        found.update({row.service_id: dict(row._mapping) for row in session().execute(stmt)})  # noqa: SLF001  # the columns by name
    return found


def _touched(step: Mapping[str, Any], touched: Mapping[UUID, dict[str, Any]]) -> dict[str, Any]:
    key, _version = _key_of(step)
    if key not in touched:
        raise RegisterMoved
    return touched[key]


def _key_of(step: Mapping[str, Any]) -> tuple[UUID, int]:
    key, version = str(step["key"]).split(":")
    return UUID(key), int(version)


def _opened(key: UUID, row: Staged, step: Mapping[str, Any], companies: Mapping[str, UUID]) -> tuple[Any, ...]:
    company = companies.get(step["credit_code"] or "")
    return (
        *(key, row.subject_id, step["mode"], company, step["spelling"]),
        *(day_or_none(step["stated_for"]), day_or_none(step["ended_on"]), step["fee"]),
        *(None, None, None),
    )


def _resumed(key: UUID, step: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[Any, ...]:
    """The later part of a period that was cut in two: as it was, from the day on which it was stated again."""
    return (
        *(key, before["estate_id"], before["mode"], before["company_id"], before["company_spelling"]),
        *(day_or_none(step["stated_for"]), day_or_none(step["ended_on"]), before["fee"]),
        *(before["recorded_basis"], before["basis_document"], before["ended_reason"]),
    )


def _link(service: UUID, row: Staged, step: Mapping[str, Any], origin: Origin) -> list[tuple[Any, ...]]:
    """A managed mode whose company is only a spelling waits for a person."""
    if step["credit_code"] is not None or step["spelling"] is None or not Mode(step["mode"]).is_managed:
        return []
    return [_waiting(row.subject_id, service, step["spelling"], step["candidates"], origin)]


def _same_link(service: UUID, before: Mapping[str, Any] | None, origin: Origin) -> list[tuple[Any, ...]]:
    """The part of a period that goes on waits as the whole did."""
    if before is None or before["state"] is not SettlementState.OPEN:
        return []
    return [_waiting(before["estate_id"], service, before["spelling"], before["candidates"], origin)]


def _other_link(
    row: Staged, step: Mapping[str, Any], waiting: Mapping[UUID, dict[str, Any]], origin: Origin, writes: Writes
) -> list[tuple[Any, ...]]:
    """A restated period waits for what is written now; the link it had, if any, is turned to that or is over."""
    service, _version = _key_of(step)
    wanted, before = _link(service, row, step, origin), waiting.get(service)
    if before is None:
        return wanted
    values: dict[str, Any] = {"state": SettlementState.REJECTED, "settled_at": origin.now}
    if wanted:
        values = dict.fromkeys(("proof_credit_code", "settled_at", "settled_by", "company_id"))
        values |= {"spelling": step["spelling"], "candidates": step["candidates"], "state": SettlementState.OPEN}
    writes.change(CompanyLink, before["id"], before["version"], values)
    writes.remember(row.seq, "company_link", [before["id"].hex, before_image(before, values)])
    return []


def _waiting(estate: UUID, service: UUID, spelling: str, candidates: Sequence[str], origin: Origin) -> tuple[Any, ...]:
    link = (new_key(), estate, service, spelling, candidates, SettlementState.OPEN)
    return (*link, origin.now, origin.batch_id, 1)


def _touch(
    row: Staged,
    step: Mapping[str, Any],
    before: Mapping[str, Any],
    companies: Mapping[str, UUID],
    writes: Writes,
) -> None:
    """End, restate or price a period; the company of a restated one may be another or none yet."""
    key, version = _key_of(step)
    values: dict[str, Any] = {}
    if step["step"] == "end":
        values = {"ended_on": day_or_none(step["ended_on"])}
    elif step["step"] == "fee":
        values = {"fee": step["fee"]}
    else:
        values = {
            "mode": step["mode"],
            "company_id": companies.get(step["credit_code"] or ""),
            "company_spelling": step["spelling"],
            "ended_on": day_or_none(step["ended_on"]),
            "fee": step["fee"],
        }
    writes.change(Service, key, version, values)
    writes.remember(row.seq, "service", [key.hex, before_image(before, values)])


# --- contracts ------------------------------------------------------------------------------------------------------


def gather_contracts(rows: Sequence[Staged], origin: Origin, writes: Writes) -> None:
    """New contracts and corrected ones; disputes and proofs follow once they are written."""
    companies = company_ids(row.links.get("credit_code") for row in rows)
    estates = estate_ids(row.links.get("estate_code") for row in rows)
    new = [row for row in rows if row.outcome is Outcome.NEW]
    writes.insert(
        Contract,
        ("id", "estate_id", "company_id", *CONTRACT, *ORIGIN),
        [
            (
                *(row.subject_id, estates[row.links["estate_code"]], companies[row.links["credit_code"]]),
                *(({"kind": "ordinary"} | typed(row.record, CONTRACT)).get(name) for name in CONTRACT),
                *origin.columns(),
            )
            for row in new
        ],
    )
    corrected = [row for row in rows if row.outcome is Outcome.CORRECTION]
    found = images(Contract, [row.subject_id for row in corrected])
    for row in corrected:
        values = {name: value for name, value in typed(row.record, CONTRACT).items() if name in row.differences}
        writes.change(Contract, row.subject_id, row.version or 0, values)
        writes.remember(row.seq, "contract", [row.subject_id.hex, before_image(found[row.subject_id], values)])
