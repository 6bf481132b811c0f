"""Errand e: a district officer's own rows go in, the others are ``outside_scope``; nothing of theirs is to be seen."""

import csv
import html
import io
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from openpyxl import load_workbook
from pydantic import SecretStr
from python_calamine import CalamineWorkbook

from regulator.app import create_app
from regulator.config import Environment, Settings
from regulator.foundation import clock
from tests.errands.installation import EXPECTED, KEYS, ORDER, WORKBOOKS, Installation
from tests.errands.recording import beside_the_workbooks
from tests.errands.visitor import Answer, Pairs, Visitor

HEPING, SHENHE = "210102", "210103"
WEEK = timedelta(days=7)


def own_rows(name: str, column: int, value: str) -> set[int]:
    """The numbers of the rows whose column says the officer's district."""
    sheet = CalamineWorkbook.from_path(WORKBOOKS / name).get_sheet_by_index(0)
    return {at for at, row in enumerate(sheet.to_python(skip_empty_area=False), start=1) if row[column] == value}


def test_own_rows_in_and_the_others_outside(empty: Installation) -> None:
    empty.add_account("heping", "district_officer", HEPING)
    reports = {name: empty.import_file(kind, WORKBOOKS / name, "--as", "heping") for kind, name in ORDER.items()}

    companies = reports["companies.xlsx"]
    own = own_rows("companies.xlsx", 8, "和平区")
    expected = EXPECTED["companies.xlsx"]["rejected_rows"]
    for at in range(4, 327):
        code = companies["rejected_rows"].get(str(at))
        if at in own:
            assert code == expected.get(str(at)), at
        elif str(at) in expected:
            assert code == expected[str(at)], at  # its own cells are at fault first
            assert companies["all_reasons"][str(at)][-1] == "outside_scope"
        elif at not in (102, 200, 298):
            assert code == "outside_scope", at
    in_register = empty.select("SELECT division_code FROM company")
    assert {row["division_code"] for row in in_register} == {HEPING}

    estates = reports["estates.xlsx"]
    for place, code in EXPECTED["estates.xlsx"]["rejected_rows"].items():
        assert estates["rejected_rows"][place] == code
    others = {p: c for p, c in estates["rejected_rows"].items() if p not in EXPECTED["estates.xlsx"]["rejected_rows"]}
    assert set(others.values()) == {"outside_scope"}
    assert not any(place.startswith("和平区!") for place in others)
    assert estates["accepted"] == sum(1 for p in range(4, 230) if f"和平区!{p}" not in estates["rejected_rows"])
    assert {row["division_code"][:6] for row in empty.select("SELECT division_code FROM estate")} == {HEPING}

    for name in ("people.csv", "contracts.xlsx"):
        codes = set(reports[name]["rejected_rows"].values())
        assert "outside_scope" in codes
        assert "company_unknown" not in codes or name == "contracts.xlsx"
        assert reports[name]["accepted"] > 0
    assert not any(
        "differs_from_register" in codes for report in reports.values() for codes in report["all_reasons"].values()
    )


def test_nothing_tells_whether_a_row_outside_exists(
    filled: Installation, prepared_sqlite: Installation, tmp_path: Path
) -> None:
    """The same file gives the same answer about another district, whether the register knows its rows or not."""
    bare = prepared_sqlite.copy_to(tmp_path / "bare")
    for installation in (filled, bare):
        installation.add_account("heping", "district_officer", HEPING)
    for kind, name in ORDER.items():
        answers = []
        for installation in (filled, bare):
            report = installation.import_file(kind, WORKBOOKS / name, "--as", "heping", "--dry-run")
            answers.append({place for place, code in report["rejected_rows"].items() if code == "outside_scope"})
        if kind in ("companies", "estates"):
            assert answers[0] == answers[1], name


# --- looking about ---------------------------------------------------------------------------------------------------

LISTS = (
    *("companies", "estates", "people", "contracts", "committees", "notices", "services"),
    *(f"worklists/{name}" for name in ("placing", "links", "disputes", "continued", "mode", "stale")),
)
KEY = re.compile(r"\b(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9A-HJ-NPQRTUWXY]{18}|2101\d{9}|2101\d{12})\b")
"""A record's key: a UUID, a credit code, an estate's code."""
OTHER_KEYS = (
    *("/office/coverage/", "/office/geodata/", "/office/imports/", "/office/verification/", "/office/worklists/"),
    *("/office/duty/", "/office/files/", "/office/handovers/", "/office/licensing/", "/office/matters/"),
    *("/office/papers/", "/office/requests/", "/office/zones/"),
)
"""Asked for by other keys than a record's, and looked at one by one; most in tests of their own."""
CHOICE = """
SELECT c.credit_code, c.name AS company, e.code AS estate_code, e.name AS estate, p.id AS person
FROM company c JOIN service s ON s.company_id = c.id AND s.ended_on IS NULL JOIN estate e ON e.id = s.estate_id
JOIN contract t ON t.estate_id = e.id AND t.company_id = c.id
JOIN employment j ON j.company_id = c.id AND j.ended_on IS NULL JOIN person p ON p.id = j.person_id
WHERE c.division_code = '210103' AND e.code LIKE '210103%'
AND NOT EXISTS (SELECT 1 FROM contract o JOIN estate x ON x.id = o.estate_id
  WHERE o.company_id = c.id AND x.code LIKE '210102%')
AND NOT EXISTS (SELECT 1 FROM service o JOIN estate x ON x.id = o.estate_id
  WHERE o.company_id = c.id AND x.code LIKE '210102%')
ORDER BY e.code, p.id LIMIT 1
"""


class Walls:
    """Two districts' officers and the city's at one register, and what of the register is the first district's."""

    def __init__(self, place: Installation) -> None:
        self.place = place
        people = (("city", "city_officer", "210100"), ("heping", "district_officer", HEPING))
        passwords = {name: place.add_account(name, role, scope) for name, role, scope in people}
        passwords["shenhe"] = place.add_account("shenhe", "district_officer", SHENHE)
        report = place.import_file("companies", WORKBOOKS / "companies.xlsx", "--as", "shenhe")
        self.batch = str(UUID(str(report["batch"])))
        place.start()
        self.city, self.heping, shenhe = (place.signed_in(name, password) for name, password in passwords.items())
        found = place.select(CHOICE)[0]
        self.theirs: dict[str, str] = found | {"person": str(UUID(str(found["person"])))}
        named = {name: self.theirs[name] for name in ("credit_code", "estate_code", "person")}
        beside_the_workbooks(self.city, **named)
        new = f"/office/estates/{self.theirs['estate_code']}/contracts/new"
        typed = {"company": self.theirs["credit_code"], "kind": "ordinary", "began_on": "2001-01-01"}
        self.unfiled = self.city.submit(new, "/contracts/new", ended_on="2001-12-31", **typed).ok().path
        survey = {"division_code": self.theirs["estate_code"][:9], "title": "摸底", "due_on": str(clock.today() + WEEK)}
        self.survey = shenhe.submit("/office/surveys/new", "/surveys/new", **survey).ok().path
        self.surveyed = str(place.select("SELECT min(estate_code) AS code FROM survey_estate")[0]["code"])
        self.ours = self._ours()
        assert self.ours.isdisjoint(named.values())

    def _ours(self) -> set[str]:
        """The keys of the district's records: estates, what hangs on them, who serves them, who is registered here."""
        inside = f"SELECT id FROM estate WHERE division_code LIKE '{HEPING}%'"
        keys = (
            f"SELECT code AS key FROM estate WHERE id IN ({inside})",
            *(
                f"SELECT id AS key FROM {table} WHERE estate_id IN ({inside})"
                for table in ("service", "contract", "committee", "notice", "company_link", "contract_dispute")
            ),
        )
        known = f"division_code = '{HEPING}'" + "".join(
            f" OR id IN (SELECT company_id FROM {table} WHERE estate_id IN ({inside}))"
            for table in ("service", "contract")
        )
        staff = f"SELECT id FROM company WHERE division_code = '{HEPING}'"
        everything = (
            *keys,
            f"SELECT credit_code AS key FROM company WHERE {known}",
            f"SELECT person_id AS key FROM employment WHERE ended_on IS NULL AND company_id IN ({staff})",
        )
        found = [str(row["key"]) for query in everything for row in self.place.select(query)]
        return {str(UUID(key)) if len(key) in (32, 36) else key for key in found}

    def strangers(self, keys: Iterable[str]) -> set[str]:
        """The keys that are not the district's."""
        return set(keys) - self.ours


@pytest.fixture(scope="module")
def walls(shared_place: Installation) -> Walls:
    """On each database; the tests only read, and what they send is refused."""
    return Walls(shared_place)


def all_of(visitor: Visitor, address: str) -> Iterator[Answer]:
    """A list's pages, one after the other."""
    following: str | None = address
    while following:
        page = visitor.get(following).ok()
        yield page
        further = re.search(r'rel="next" href="([^"]+)"', page.text)
        following = html.unescape(further[1]) if further else None


def led_to(page: Answer) -> set[str]:
    """The keys of records in the addresses a page leads to."""
    return {key for address, _words in page.links for key in KEY.findall(address.partition("?")[0])}


def cells_of(answer: Answer) -> list[list[str]]:
    """The rows of an exported list, of either format."""
    if answer.headers["content-type"].startswith("text/csv"):
        return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    book = load_workbook(io.BytesIO(answer.body), read_only=True)
    return [[str(cell or "") for cell in row] for row in book.worksheets[0].values]


def shape(address: str) -> str:
    """An address without its keys."""
    return KEY.sub("*", address.partition("?")[0])


def keyed_rules(method: str) -> set[str]:
    """The shapes of all addresses of the desk that lead to one record."""
    keys = {name.lower().removeprefix("regulator_"): SecretStr(value) for name, value in KEYS.items()}
    app = create_app(Settings(env=Environment.TEST, **keys))
    rules = {rule.rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and "<" in rule.rule}
    about = {rule for rule in rules if rule.startswith("/office/") and not rule.startswith(OTHER_KEYS)}
    shapes = {re.sub(r"<[^>]+>", "*", rule) for rule in about}
    histories = {f"/office/history/{kind}/*" for kind in ("company", "estate", "person")}
    return shapes - {"/office/history/*/*"} | (histories if method == "GET" else set())


def addresses_of(walls: Walls) -> dict[str, str]:
    """Shape → an address of the other district's, for all that the city finds following links."""
    theirs = {"company": walls.theirs["credit_code"], "estate": walls.theirs["estate_code"]}
    waiting = [f"/office/history/{kind}/{key}" for kind, key in (theirs | {"person": walls.theirs["person"]}).items()]
    for name in LISTS:
        waiting += [link for link, _words in walls.city.get(f"/office/{name}?division={SHENHE}&limit=200").ok().links]
    waiting[:0] = [f"/office/companies/{theirs['company']}", f"/office/estates/{theirs['estate']}"]
    waiting[:0] = [f"/office/people/{walls.theirs['person']}", walls.unfiled]
    answered = f"{walls.survey}/estates/{walls.surveyed}"  # only who may answer is led there
    found: dict[str, str] = {shape(address): address for address in (walls.survey, answered)}
    while waiting:
        address = waiting.pop(0).partition("?")[0]
        keys = KEY.findall(address)
        if not keys or shape(address) in found or not walls.ours.isdisjoint(keys) or address.startswith(OTHER_KEYS):
            continue
        page = walls.city.get(address).ok()
        found[shape(address)] = address
        waiting += [link for link, _words in page.links if link.startswith("/office/")]
    return found


def test_every_address_of_another_district_is_404(walls: Walls) -> None:
    place, heping, found = walls.place, walls.heping, addresses_of(walls)
    assert keyed_rules("GET") - found.keys() == set(), "a page this errand does not know how to find"
    answers = {address: heping.get(address).status for address in found.values()}
    answers |= {f"{address}?as_of=2026-10-01": heping.get(f"{address}?as_of=2026-10-01").status for address in answers}
    assert {address: status for address, status in answers.items() if status != 404} == {}

    token = own_token(walls)
    keys = {"/office/companies": "credit_code", "/office/estates": "estate_code", "/office/people": "person"}
    typed = {
        found.get(each)
        or each.replace("/office/surveys/*", walls.survey).replace(
            "*", walls.theirs.get(keys.get(each.partition("/*")[0], ""), "")
        )
        for each in keyed_rules("POST")
    }
    before = place.dump()
    sent = {address: heping.post(address, token).status for address in typed}
    assert {address: status for address, status in sent.items() if status != 404} == {}
    assert place.dump() == before

    batch = f"/office/imports/{walls.batch}"
    for address in (batch, f"{batch}/progress.json", f"{batch}/rejected.xlsx", f"{batch}/undo"):
        assert heping.get(address).status == 404, address
    assert walls.batch not in heping.get("/office/imports").ok().text


def own_token(walls: Walls) -> Pairs:
    """What makes a form of the district's officer one of this site."""
    own = next(key for key in sorted(walls.ours) if len(key) == 13)
    held = walls.heping.get(f"/office/estates/{own}").ok().form("/confirm").held
    return [*held.items(), ("reason", "别区"), ("name", "别区")]


def test_no_list_page_or_export_holds_anything_of_another_district(walls: Walls) -> None:
    place, heping, theirs = walls.place, walls.heping, walls.theirs
    names = {theirs["company"], theirs["estate"]}
    for name in LISTS:
        keys = {key for page in all_of(heping, f"/office/{name}?limit=200") for key in led_to(page)}
        assert walls.strangers(keys) == set(), name
        assert keys or name in ("committees", "notices", "worklists/mode", "worklists/stale"), name
        if name in ("companies", "estates", "contracts", "committees", "notices", "services"):
            assert names & words_of(walls.city, name), f"{name}: the city reads of them"
        for given in ("", f"division={SHENHE}&", f"q={quote(theirs['estate'])}&", f"company={theirs['credit_code']}&"):
            for form in ("csv", "xlsx"):
                rows = cells_of(heping.get(f"/office/{name}?{given}export={form}").ok())
                cells = {cell for row in rows for cell in row}
                assert walls.strangers(key for key in cells if KEY.fullmatch(key)) == set(), (name, given)
                assert cells.isdisjoint(names), (name, given)
    narrowed = [f"{name}?division={SHENHE}" for name in LISTS if name != "people"]
    asked = [f"{name}?q={quote(theirs[word])}" for name, word in (("companies", "company"), ("estates", "estate"))]
    for address in (
        *narrowed,
        *asked,
        f"people?company={theirs['credit_code']}",
        f"search?q={quote(theirs['company'])}",
    ):
        assert led_to(heping.get(f"/office/{address}").ok()) == set(), address

    for row in place.select(BOTH):  # serving here and there: only what is here is shown
        for day in ("", "?as_of=2026-10-01"):
            page = heping.get(f"/office/companies/{row['credit_code']}{day}").ok()
            assert walls.strangers(led_to(page)) == set(), row
            assert SHENHE not in {key[:6] for key in KEY.findall(page.text) if len(key) in (13, 16)}, row
    served = [row[5] for row in cells_of(heping.get("/office/services?export=csv").ok())[1:] if row[5]]
    companies = cells_of(heping.get("/office/companies?export=csv").ok())
    counted = companies[0].index("小区")
    assert sum(int(row[counted]) for row in companies[1:]) == len(served) > 50, "estates of other districts are counted"
    assert walls.strangers(led_to(heping.get("/office/").ok())) == set()
    stranger = place.browser()
    for address in (f"companies/{theirs['credit_code']}", f"estates/{theirs['estate_code']}", f"estates?q={SHENHE}"):
        assert heping.get(f"/api/v1/{address}").body == stranger.get(f"/api/v1/{address}").body, "more than anyone's"


BOTH = f"""
SELECT DISTINCT c.credit_code FROM company c JOIN service s ON s.company_id = c.id JOIN estate e ON e.id = s.estate_id
JOIN service o ON o.company_id = c.id JOIN estate x ON x.id = o.estate_id
WHERE e.code LIKE '{HEPING}%' AND x.code LIKE '{SHENHE}%' ORDER BY 1 LIMIT 12
"""


def words_of(visitor: Visitor, name: str) -> set[str]:
    """All that stands in the cells of an exported list."""
    rows: Any = cells_of(visitor.get(f"/office/{name}?export=csv").ok())
    return {cell for row in rows for cell in row}
