"""What companies and people of a batch become in the register. Gathers; writes nothing by itself."""

import base64
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, literal, select
from sqlalchemy.exc import IntegrityError

from regulator.features.registry.imports.verdicts import Outcome
from regulator.features.registry.imports.writing import (
    ORIGIN,
    Origin,
    RegisterMoved,
    Staged,
    Writes,
    before_image,
    company_ids,
    day_or_none,
    images,
    judged_records,
    said_value,
)
from regulator.features.registry.models import Company, CompanyName, Employment, Person, PersonCertificate
from regulator.features.registry.terms import CompanyStatus, NameKind
from regulator.foundation.database import new_key, session

COMPANY = (
    "name", "division_code", "registration_kind", "legal_representative", "phone", "registered_capital", "founded_on",
    "registered_address", "business_scope", "introduction", "status", "declared_grade", "declared_grade_text",
    "declared_certificate", "remark",
)  # fmt: skip
PERSON = ("name", "sex", "born_on", "education", "title", "remark")
EMPLOYMENT = ("post", "is_head_of_post", "is_full_time", "began_on")
DAYS = frozenset({"founded_on", "born_on", "began_on", "ended_on", "signed_on", "filed_on"})


def typed(record: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """The record's values for some columns, days as days again."""
    return {name: day_or_none(record[name]) if name in DAYS else record[name] for name in columns if name in record}


def gather_companies(rows: Sequence[Staged], writes: Writes) -> None:
    """The former names of new companies; corrected companies, which keep the name they lose."""
    _company_names([(row.subject_id, name) for row in rows for name in _new_names(row)], writes)
    corrected = [row for row in rows if row.outcome is Outcome.CORRECTION]
    found = images(Company, [row.subject_id for row in corrected])
    for row in corrected:
        _correct_company(row, found[row.subject_id], writes)


def write_new_companies(origin: Origin) -> None:
    """The new companies, straight from the judged rows in one statement. Raises RegisterMoved when one is known.

    Nothing of them passes through Python: a hundred thousand hold the write lock for hardly longer than a second.
    """
    table: Any = Company.__table__
    judged = judged_records(origin.batch_id)
    values = [said_value(judged, table.c[name]) for name in COMPANY]
    values[COMPANY.index("status")] = func.coalesce(values[COMPANY.index("status")], CompanyStatus.OPERATING.value)
    marks = [literal(value, table.c[name].type) for name, value in zip(ORIGIN, origin.columns(), strict=True)]
    rows = select(judged.c.subject_id, judged.c.key, *values, *marks).order_by(judged.c.seq)
    columns = ["id", "credit_code", *COMPANY, *ORIGIN]
    try:
        session().execute(insert(Company).from_select(columns, rows, include_defaults=False))
    except IntegrityError as error:
        raise RegisterMoved from error


def _new_names(row: Staged) -> Sequence[str]:
    return row.record.get("former_names", ()) if row.outcome is Outcome.NEW else ()


def _in_order(record: dict[str, Any], columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(map(record.get, columns))


def _correct_company(row: Staged, image: dict[str, Any], writes: Writes) -> None:
    values = {name: value for name, value in typed(row.record, COMPANY).items() if name in row.differences}
    writes.change(Company, row.subject_id, row.version or 0, values)
    writes.remember(row.seq, "company", [row.subject_id.hex, before_image(image, values)])
    held = row.differences.get("former_names", [[], []])
    added = [name for name in held[1] if name not in held[0]]
    if "name" in values and image["name"] not in held[1]:
        added.append(image["name"])
    keys = _company_names([(row.subject_id, name) for name in added], writes)
    for key in keys:
        writes.remember(row.seq, "company_name", key.hex)


def _company_names(names: Sequence[tuple[UUID, str]], writes: Writes) -> list[UUID]:
    rows = [(new_key(), company, name, NameKind.FORMER) for company, name in dict.fromkeys(names)]
    writes.insert(CompanyName, ("id", "company_id", "name", "kind"), rows)
    return [row[0] for row in rows]


# --- people ---------------------------------------------------------------------------------------------------------


def gather_people(rows: Sequence[Staged], origin: Origin, writes: Writes) -> None:
    """New people with their employment and certificates; corrected ones may have come to another company."""
    companies = company_ids(row.links.get("credit_code") for row in rows)
    new = [row for row in rows if row.outcome is Outcome.NEW]
    writes.insert(
        Person,
        ("id", "id_hash", "id_cipher", "id_key_id", "id_masked", *PERSON, *ORIGIN),
        [
            (
                *(row.subject_id, row.key, base64.b64decode(row.links["cipher"]), row.links["key_id"]),
                *(row.links["masked"], *_in_order(typed(row.record, PERSON), PERSON), *origin.columns()),
            )
            for row in new
        ],
    )
    _employ([(row, companies[row.links["credit_code"]], None) for row in new], origin, writes)
    _certify([(row.subject_id, number) for row in new for number in row.record.get("certificates", ())], writes)
    corrected = [row for row in rows if row.outcome is Outcome.CORRECTION]
    _correct_people(corrected, companies, origin, writes)


def _employ(
    rows: Sequence[tuple[Staged, UUID, date | None]], origin: Origin, writes: Writes
) -> list[tuple[Staged, UUID]]:
    made = [(new_key(), row, company, began) for row, company, began in rows]
    writes.insert(
        Employment,
        ("id", "person_id", "company_id", *EMPLOYMENT, "batch_id", "version"),
        [
            (
                *(key, row.subject_id, company),
                *_in_order({"began_on": began} | typed(row.record, EMPLOYMENT), EMPLOYMENT),
                *(origin.batch_id, 1),
            )
            for key, row, company, began in made
        ],
    )
    return [(row, key) for key, row, _, _ in made]


def _certify(numbers: Sequence[tuple[UUID, str]], writes: Writes) -> list[UUID]:
    rows = [(new_key(), person, number) for person, number in numbers]
    writes.insert(PersonCertificate, ("id", "person_id", "number"), rows)
    return [row[0] for row in rows]


def _correct_people(rows: Sequence[Staged], companies: dict[str, UUID], origin: Origin, writes: Writes) -> None:
    found = images(Person, [row.subject_id for row in rows])
    jobs = images(Employment, [UUID(_job(row)[0]) for row in rows if _job(row)])
    for row in rows:
        values = {name: value for name, value in typed(row.record, PERSON).items() if name in row.differences}
        writes.change(Person, row.subject_id, row.version or 0, values)
        writes.remember(row.seq, "person", [row.subject_id.hex, before_image(found[row.subject_id], values)])
        held = row.differences.get("certificates", [[], []])
        for key in _certify([(row.subject_id, one) for one in held[1] if one not in held[0]], writes):
            writes.remember(row.seq, "person_certificate", key.hex)
        _correct_employment(row, jobs, companies, origin, writes)


def _job(row: Staged) -> list[str]:
    said: str | None = row.links.get("employment")
    return said.split(":") if said else []


def _correct_employment(
    row: Staged, jobs: dict[UUID, dict[str, Any]], companies: dict[str, UUID], origin: Origin, writes: Writes
) -> None:
    """Terms of the same employment are corrected; another company ends it the day before and begins a new one."""
    job = _job(row)
    moved = "credit_code" in row.differences
    image = jobs[UUID(job[0])] if job else None
    if image is not None and moved:
        begins = typed(row.record, ("began_on",)).get("began_on") or origin.as_of
        ends = max(begins - timedelta(days=1), image["began_on"] or date.min)
        writes.change(Employment, image["id"], int(job[1]), {"ended_on": ends})
        writes.remember(row.seq, "employment", [image["id"].hex, before_image(image, ["ended_on"])])
    elif image is not None:
        values = {name: value for name, value in typed(row.record, EMPLOYMENT).items() if name in row.differences}
        if values:
            writes.change(Employment, image["id"], int(job[1]), values)
            writes.remember(row.seq, "employment", [image["id"].hex, before_image(image, values)])
    if moved or image is None:
        for one, key in _employ(
            [(row, companies[row.links["credit_code"]], origin.as_of if moved else None)], origin, writes
        ):
            writes.remember(one.seq, "new_employment", key.hex)
