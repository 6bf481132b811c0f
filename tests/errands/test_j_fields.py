"""Errand j: for each field × audience, pages, exports and JSON are searched for the value itself.

What docs/security/fields.md promises is looked for: a value of its own is laid into every column by SQL (the one thing
no page offers), then every audience's browser walks through all it can reach.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import Boolean, Column, Date, Enum, Float, Integer, LargeBinary, String, Text, Uuid

from regulator.foundation.database import Base, Instant
from tests.errands.installation import WORKBOOKS, Installation
from tests.errands.recording import beside_the_workbooks
from tests.errands.visitor import Answer, Visitor
from tests.house.test_fields import SECRET, listed

AUDIENCE = {"public": "public", "company": "own company", "office": "official in scope"}
AREAS = re.compile(r"^(floor_area|area_\w+|site_area)$")
MONEY = {"registered_capital", "fee"}
UNLAID: Mapping[str, str] = {
    **{
        f"{table}.retired_reason": "of retired records only"
        for table in ("committee", "company", "contract", "estate", "notice", "person", "service")
    },
    "company.updated_at": "told to the public while nobody has confirmed the record",
    "company_name.ended_on": "of former names only",
    "estate.updated_at": "told to the public while nobody has confirmed the record",
    "estate_name.ended_on": "of former names only",
    "contract.confirmed_at": "contracts are confirmed with their estate",
    "committee.confirmed_at": "committees are confirmed with their estate",
    "notice.confirmed_at": "notices are confirmed with their estate",
    "service.confirmed_at": "services are confirmed with their estate",
    "estate.lon": "a position is told to the public in full; that it is one is proved on the map",
    "service.company_spelling": "shown while no company is confirmed",
    "service.ended_reason": "of ended services only",
    "service.stated_for": "shown while the beginning is unknown",
    "estate.community_as_stated": "shown while the estate is to be placed",
    "company_link.proof_credit_code": "told as the name of the company of that code",
    "person.born_on": "told by the number",
}
"""Promised, yet not to be found in this world, and why."""
SOME_DAY = date(2001, 2, 1)
OF_BOTH = ("person", "employment")
"""Laid into the project manager's rows too, of whom the public learns the name alone."""


@dataclass
class Laid:
    """A value in a column and the ways in which it may be written."""

    field: str
    ways: tuple[str, ...]

    def stands_in(self, text: str) -> str | None:
        """The address of a page on which any way of writing it occurs."""
        found = next((way for way in self.ways if way in text), None)
        return text.partition(found)[0].rpartition("[[")[2].partition("]]")[0] if found else None


@dataclass
class World:
    """One company, an estate it serves and what hangs on them; the keys by which pages are opened."""

    place: Installation
    credit_code: str
    estate_code: str
    division: str
    manager: str
    rows: dict[str, str]
    laid: list[Laid] = field(default_factory=list)


# --- laying ---------------------------------------------------------------------------------------------------------


def lay(world: World) -> None:
    """Put a value of its own into every plain column of the rows."""
    number = 0
    for table, condition in world.rows.items():
        settings = []
        for column in Base.metadata.tables[table].columns:
            number += 1
            value, ways = value_for(column, number)
            if ways and not kept_as_it_is(table, column):
                settings.append(f"{column.name} = {value}")
                world.laid.append(Laid(f"{table}.{column.name}", ways))
        statement = f"UPDATE {table} SET {', '.join(settings)} WHERE {condition}"
        assert world.place.execute(statement) == (2 if table in OF_BOTH else 1), statement


def kept_as_it_is(table: str, column: "Column[Any]") -> bool:
    """Keys, codes and what decides whether a record is shown at all."""
    name = column.name
    own = {"service": {"began_on", "ended_on"}, "contract": {"ended_on"}, "employment": {"ended_on"}}
    return (
        bool(column.primary_key or column.foreign_keys)
        or name in {"credit_code", "code", "retired_on", "version"}
        or SECRET.search(f"{table}.{name}") is not None
        or name in own.get(table, set())
        or (table == "manager_assignment" and name == "ended_on")
        or name == "id_key_id"
    )


def value_for(column: "Column[Any]", number: int) -> tuple[str, tuple[str, ...]]:
    """A value as SQL and the ways in which a page may write it; no ways for what cannot be told apart."""
    kind = column.type
    if isinstance(kind, (Enum, Boolean, Float, LargeBinary, Uuid)):
        return "NULL", ()
    if isinstance(kind, Instant):
        day = SOME_DAY + timedelta(days=number)
        return f"'{day} 04:00:00.000000'", days(day)
    if isinstance(kind, Date):
        day = SOME_DAY + timedelta(days=number)
        return f"'{day}'", days(day)
    if isinstance(kind, (String, Text)):
        return f"'暗记{number:03d}号'", (f"暗记{number:03d}号",)
    if isinstance(kind, Integer):
        return whole(column.name, number)
    return "NULL", ()


def days(day: date) -> tuple[str, ...]:
    return (day.isoformat(), f"{day.year}年{day.month}月{day.day}日")


def whole(name: str, number: int) -> tuple[str, tuple[str, ...]]:
    if AREAS.match(name) or name in MONEY:
        hundredths = 200_000 + number * 101 + 7
        exact = f"{hundredths // 100:,}.{hundredths % 100:02d}"
        return str(hundredths), (exact, exact.replace(",", ""))
    value = 1800 + number if name == "completion_year" else 7000 + number
    return str(value), (f"{value:,}", f"{value}<", f'"{value}"', f": {value}", f":{value}", f",{value},", f"{value}年")


# --- the world ------------------------------------------------------------------------------------------------------


def key(raw: Any) -> str:
    """A key as addresses write it."""
    return str(UUID(str(raw)))


@pytest.fixture(scope="module")
def filled(filled_once: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One copy for all tests here, which only read in it."""
    installation = filled_once.copy_to(tmp_path_factory.mktemp("fields"))
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def world(filled: Installation) -> World:
    """A company that serves in one district, its estate and contract, two of its people; then the values."""
    found = filled.select(CHOICE)[0]
    passwords["clerk"] = filled.add_account("zhangsan", "city_officer", "210100")
    filled.start()
    clerk = filled.signed_in("zhangsan", passwords["clerk"])
    people = filled.select(
        f"SELECT person_id FROM employment WHERE company_id = '{found['company_id']}' AND ended_on IS NULL LIMIT 2"
    )
    manager, other = (row["person_id"] for row in people)
    beside_the_workbooks(clerk, credit_code=found["credit_code"], estate_code=found["code"], person=key(manager))
    estate_id, company_id = found["estate_id"], found["company_id"]
    rows = {
        "company": f"id = '{company_id}'",
        "company_name": f"company_id = '{company_id}' AND name = '别名'",
        "estate": f"id = '{estate_id}'",
        "estate_name": f"estate_id = '{estate_id}' AND name = '俗称'",
        "service": f"id = '{found['service_id']}'",
        "contract": f"id = '{found['contract_id']}'",
        "committee": f"estate_id = '{estate_id}'",
        "committee_member": "name = '王秀兰'",
        "notice": f"estate_id = '{estate_id}'",
        "person": f"id IN ('{manager}', '{other}')",
        "employment": f"person_id IN ('{manager}', '{other}')",
        "person_certificate": f"person_id = '{manager}' AND number = '证一'",
        "manager_assignment": f"person_id = '{manager}'",
        **{table: f"id = ({OPEN.format(table, found['code'][:6])})" for table in ("company_link", "contract_dispute")},
    }
    for table in ("committee", "notice", "employment"):
        held = filled.select(f"SELECT count(*) AS n FROM {table} WHERE {rows[table]}")
        assert held == [{"n": 2 if table in OF_BOTH else 1}]
    made = World(filled, found["credit_code"], found["code"], found["code"][:6], key(manager), rows)
    passwords["other_person"] = key(other)
    lay(made)
    filled.execute(f"UPDATE person SET name = '负责人暗记' WHERE id = '{manager}'")
    return made


CANDIDATES = "/office/worklists/links"
"""Offers companies of the whole register to a misspelt name, by what the public knows of them anyway."""
passwords: dict[str, str] = {}
OPEN = "SELECT o.id FROM {0} o JOIN estate e ON e.id = o.estate_id WHERE e.code LIKE '{1}%' ORDER BY e.code LIMIT 1"
CHOICE = """
SELECT c.id AS company_id, c.credit_code, e.id AS estate_id, e.code, s.id AS service_id, t.id AS contract_id
FROM company c JOIN service s ON s.company_id = c.id AND s.ended_on IS NULL JOIN estate e ON e.id = s.estate_id
JOIN contract t ON t.estate_id = e.id AND t.company_id = c.id
WHERE substr(e.code, 1, 6) = c.division_code
AND (SELECT count(*) FROM employment j WHERE j.company_id = c.id AND j.ended_on IS NULL) >= 2
AND NOT EXISTS (SELECT 1 FROM service o JOIN estate x ON x.id = o.estate_id
  WHERE o.company_id = c.id AND substr(x.code, 1, 6) <> c.division_code)
AND NOT EXISTS (SELECT 1 FROM contract o JOIN estate x ON x.id = o.estate_id
  WHERE o.company_id = c.id AND substr(x.code, 1, 6) <> c.division_code)
ORDER BY c.credit_code LIMIT 1
"""


# --- walking --------------------------------------------------------------------------------------------------------


def walk(visitor: Visitor, seeds: Sequence[str], within: str, keys: Sequence[str], most: int = 150) -> Iterator[str]:
    """Everything readable from the seeds on: pages of these records, their forms, exports; never another record's."""
    waiting, seen = list(seeds), set(seeds)
    for _step in range(most):
        if not waiting:
            return
        answer = visitor.get(waiting.pop(0), follow=False)
        if answer.status != 200 or answer.headers.get("content-type", "").startswith("image/"):
            continue
        yield f"[[{answer.path}]]{read_as_text(answer)}"
        if "html" not in answer.headers.get("content-type", ""):
            continue
        for address, _words in answer.links:
            path = address.partition("#")[0]
            if path.startswith(within) and path not in seen and any(part in path for part in keys):
                seen.add(path)
                waiting.append(path)


def read_as_text(answer: Answer) -> str:
    """A page, a CSV file or JSON as it is; what a PDF says; a workbook's cells, each on a line of its own."""
    kind = answer.headers.get("content-type", "")
    if "pdf" in kind:
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body)).pages)
    if "spreadsheetml" not in kind:
        return answer.text
    book = load_workbook(io.BytesIO(answer.body), read_only=True)
    return "".join(f",{'' if cell is None else cell},\n" for page in book for row in page.values for cell in row)


def office_seeds(world: World) -> list[str]:
    lists = ["companies", "estates", "people", "contracts", "committees", "notices", "services"]
    return [
        f"/office/companies/{world.credit_code}",
        f"/office/estates/{world.estate_code}",
        f"/office/people/{world.manager}",
        f"/office/people/{passwords['other_person']}",
        *(f"/office/{name}?limit=200" for name in lists),
        *(f"/office/{name}?export={form}" for name in lists for form in ("csv", "xlsx")),
        *(f"/office/worklists/{name}" for name in ("placing", "links", "disputes", "continued", "mode", "stale")),
    ]


def sub_records(world: World) -> list[str]:
    """The keys of what hangs on the company, the estate and the people."""
    tables = ("contract", "service", "committee", "notice", "company_link", "contract_dispute")
    ids = [world.place.select(f"SELECT id FROM {name} WHERE {world.rows[name]}")[0]["id"] for name in tables]
    return [world.credit_code, world.estate_code, world.manager, passwords["other_person"], *map(key, ids)]


def pages_of(world: World, audience: str) -> str:
    """All an audience can read, as one text."""
    place, code = world.place, world.credit_code
    if audience == "public":
        seeds = [
            f"/companies/{code}", f"/estates/{world.estate_code}", "/companies?limit=200", "/estates?limit=200",
            f"/api/v1/companies/{code}", f"/api/v1/estates/{world.estate_code}", "/api/v1/companies?limit=200",
            "/api/v1/estates?limit=200", "/map/estates.json?bbox=122,41,124,43&zoom=12", "/",
        ]  # fmt: skip
        return "\n".join(walk(place.browser(), seeds, "/", (code, world.estate_code)))
    if audience == "company":
        mine = place.signed_in("qiye", passwords["qiye"])
        return "\n".join(walk(mine, ["/company/", "/company/people?limit=200"], "/company/", ("/company/",)))
    officer = place.signed_in(audience, passwords[audience])
    seeds = [seed for seed in office_seeds(world) if audience != "taqu" or seed != CANDIDATES]
    return "\n".join(walk(officer, seeds, "/office/", sub_records(world)))


@pytest.fixture(scope="module")
def read(world: World) -> dict[str, str]:
    """Audience → everything it can read; the officials of the district and of another one are two audiences."""
    other = "210102" if world.division != "210102" else "210103"
    passwords["benqu"] = world.place.add_account("benqu", "district_officer", world.division)
    passwords["taqu"] = world.place.add_account("taqu", "district_officer", other)
    passwords["qiye"] = world.place.add_account("qiye", "company_user", world.credit_code)
    texts = {name: pages_of(world, name) for name in ("public", "company")}
    texts["company"] += texts["public"]  # whose pages are open to a company too
    neighbour = world.place.signed_in("taqu", passwords["taqu"])
    texts["candidates"] = "\n".join(walk(neighbour, [CANDIDATES], "/office/links/", ("/office/links/",)))
    return texts | {"office": pages_of(world, "benqu"), "elsewhere": pages_of(world, "taqu")}


# --- the proof ------------------------------------------------------------------------------------------------------


def test_every_field_is_seen_by_those_who_may_and_by_nobody_else(world: World, read: dict[str, str]) -> None:
    lines, leaks, lacks = listed(), [], []
    for laid in world.laid:
        for name, audience in AUDIENCE.items():
            mark, stands = lines[laid.field].marks[audience], laid.stands_in(read[name])
            if stands and mark not in ("yes", "masked"):
                leaks.append(f"{laid.field} is read by {audience} at {stands}")
            if mark in ("yes", "masked") and not stands and laid.field not in UNLAID:
                lacks.append(f"{laid.field} is not found by {audience}")
        if (at := laid.stands_in(read["elsewhere"])) is not None:
            leaks.append(f"{laid.field} is read in another district at {at}")
        if laid.stands_in(read["candidates"]) and lines[laid.field].marks["public"] != "yes":
            leaks.append(f"{laid.field} is read among the candidates of another district")
    assert len(world.laid) > 90
    assert not leaks, "\n".join(leaks)
    assert not lacks, "\n".join(lacks)

    # the project manager is public by name, others of the staff are not (that was proved above)
    assert "负责人暗记" in read["public"]
    numbers = {row["身份证号"] for row in staff()}
    for name, text in read.items():
        shown = [number for number in numbers if number in text]
        assert not shown, f"{name} reads resident ID numbers in clear: {shown}"


def staff() -> list[dict[str, str]]:
    """The people of the workbook, with the numbers as they were sent."""
    (file,) = WORKBOOKS.glob("people.csv")
    lines = file.read_bytes().decode("gb18030").splitlines()
    start = next(at for at, line in enumerate(lines) if "身份证" in line)
    header = next(csv.reader([lines[start]]))
    place = next(at for at, title in enumerate(header) if "身份证" in title)
    rows = csv.reader(lines[start + 1 :])
    return [{"身份证号": row[place].strip()} for row in rows if len(row) > place and len(row[place].strip()) == 18]


def test_a_number_is_seen_in_clear_by_right_for_a_reason_once(world: World) -> None:
    officer = world.place.signed_in("zhangsan", passwords["clerk"])
    page = f"/office/people/{world.manager}"
    numbers = {row["身份证号"].upper() for row in staff()}
    assert not any(number in officer.get(page).ok().text for number in numbers)
    assert officer.submit(page, "/number", reason="").status == 400
    revealed = officer.submit(page, "/number", reason="核对身份证复印件").ok()
    assert sum(number in revealed.text for number in numbers) == 1
    assert revealed.headers["cache-control"] == "no-store"
    again = officer.get(page).ok()
    assert not any(number in again.text for number in numbers)
    assert "核对身份证复印件" in again.words
    entries = world.place.select("SELECT * FROM audit_entry WHERE act = 'person.number_revealed'")
    assert [(entry["username"], "核对身份证复印件" in entry["facts"]) for entry in entries] == [("zhangsan", True)]
    assert not any(number in entry["facts"] for number in numbers for entry in entries)


def test_nobodys_secrets_stand_on_no_page_of_any_desk(world: World, read: dict[str, str]) -> None:
    place, read = world.place, dict(read)
    for name, role in (("xitong", "system_administrator"), ("anquan", "security_administrator"), ("shenji", "auditor")):
        browser = place.signed_in(name, place.add_account(name, role, "210100"))
        read[name] = "\n".join(walk(browser, ["/admin/", "/account"], "/admin/", ("/admin/",)))
        assert len(read[name]) > 2000
    for line in sorted(listed()):
        table, _dot, column = line.partition(".")
        if not SECRET.search(line) and line not in ("company_search.tokens", "person_search.tokens"):
            continue
        for row in place.select(f'SELECT "{column}" AS value FROM "{table}" WHERE "{column}" IS NOT NULL LIMIT 300'):
            value = row["value"].hex() if isinstance(row["value"], bytes) else str(row["value"])
            readers = [name for name, text in read.items() if value in text]
            assert not readers, f"{line} is read by {readers}"
