"""Errand d: a change of manager as company page, estate page, list and export show it on the day before and after."""

import csv
import io
from datetime import date, timedelta
from typing import Any

from openpyxl import Workbook, load_workbook

from tests.errands.installation import AS_OF, Installation
from tests.errands.visitor import Visitor

CHANGED = date(2026, 11, 2)
BEFORE = CHANGED - timedelta(days=1)
NEXT_LIST = date(2026, 12, 31)


def served_estate(visitor: Visitor) -> dict[str, Any]:
    """An estate of Shenhe that a confirmed company serves, as the public interface tells it."""
    answer = visitor.get("/api/v1/estates?division=210103&mode=professional&limit=50").ok()
    found: dict[str, Any] = next(item for item in answer.data["items"] if item["company"])
    return found


def another_company(visitor: Visitor, estate: dict[str, Any]) -> dict[str, Any]:
    """A company that does not serve it."""
    items = visitor.get("/api/v1/companies?limit=20").ok().data["items"]
    found: dict[str, Any] = next(item for item in items if item["credit_code"] != estate["company"]["credit_code"])
    return found


def manager_in_csv(officer: Visitor, estate: str, day: date) -> list[str]:
    """The names standing in the estate's row of the exported list."""
    answer = officer.get(f"/office/estates?q={estate}&as_of={day}&export=csv").ok()
    rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    titles = next(row for row in rows if "管理单位" in row)
    return [row[titles.index("管理单位")] for row in rows if estate in row]


def manager_in_xlsx(officer: Visitor, estate: str, day: date) -> list[str]:
    """The same of the workbook."""
    answer = officer.get(f"/office/estates?q={estate}&as_of={day}&export=xlsx").ok()
    rows = [list(row) for row in load_workbook(io.BytesIO(answer.body), read_only=True).worksheets[0].values]
    titles = next(row for row in rows if "管理单位" in row)
    return [str(row[titles.index("管理单位")]) for row in rows if estate in row]


def is_seen(officer: Visitor, estate: str, day: date, *, serving: dict[str, Any], other: dict[str, Any]) -> None:
    """Every page and file of a day names the one and not the other."""
    page = officer.get(f"/office/estates/{estate}?as_of={day}").ok()
    figures = page.text[page.text.index('class="figs"') : page.text.index("</dl>")]
    assert serving["name"] in figures, day
    assert other["name"] not in figures, day
    row = officer.get(f"/office/estates?q={estate}&as_of={day}").ok().text
    assert serving["name"] in row
    assert other["name"] not in row
    assert manager_in_csv(officer, estate, day) == manager_in_xlsx(officer, estate, day) == [serving["name"]]
    for company, there in ((serving, True), (other, False)):
        path = f"/office/companies/{company['credit_code']}?as_of={day}"
        assert (f"/office/estates/{estate}" in officer.get(path).ok().text) is there, (company["name"], day)
        narrowed = officer.get(f"/office/estates?company={company['credit_code']}&as_of={day}&q={estate}").ok()
        assert (f"/office/estates/{estate}" in narrowed.text) is there


def typed_change(installation: Installation) -> None:
    """An official records the change; everyone sees it on the right days."""
    installation.today = AS_OF  # the account holds its role from here on
    password = installation.add_account("shenhe", "district_officer", "210103")
    of_the_city = installation.add_account("city", "city_officer", "210100")
    installation.today = "2026-11-20"
    with installation.serve():
        officer, city = installation.signed_in("shenhe", password), installation.signed_in("city", of_the_city)
        estate = served_estate(officer)
        first, second = estate["company"], another_company(officer, estate)
        code = estate["code"]
        answer = officer.submit(
            f"/office/estates/{code}/services/change",
            "/services/change",
            having="began_on",
            mode="professional",
            company=second["credit_code"],
            began_on=CHANGED,
            reason="业主大会决定另行选聘",
        )
        assert answer.ok().path == f"/office/estates/{code}"
        assert "业主大会决定另行选聘" in answer.words
        is_seen(city, code, BEFORE, serving=first, other=second)
        is_seen(city, code, CHANGED, serving=second, other=first)
        assert "不详" in officer.get(f"/office/estates/{code}?as_of=2026-09-29").ok().words, (
            "before the list of 30 Sept."
        )
        before_list = officer.get(f"/office/estates?q={code}&as_of=2026-09-29").ok().text
        assert first["name"] not in before_list
        overlapping = officer.submit(
            f"/office/estates/{code}/services/change",
            "/services/change",
            having="began_on",
            mode="professional",
            company=first["credit_code"],
            began_on=BEFORE,
            reason="不可能",
        )
        assert overlapping.status == 409
        assert "《物业管理条例》第33条" in overlapping.words
        assert (
            installation.browser().get(f"/api/v1/estates/{code}").ok().data["company"]["credit_code"]
            == second["credit_code"]
        )
        installation.restart_on(BEFORE)
        assert (
            installation.browser().get(f"/api/v1/estates/{code}").ok().data["company"]["credit_code"]
            == first["credit_code"]
        )
        assert first["name"] in installation.browser().get(f"/estates/{code}").ok().words


def test_a_recorded_change_of_manager(filled: Installation) -> None:
    typed_change(filled)


def test_a_recorded_change_of_manager_on_postgresql(filled_on_postgres: Installation) -> None:
    typed_change(filled_on_postgres)


def workbook_of(estate: dict[str, Any], street: str, community: str, company: str) -> bytes:
    """A list of one row as a bureau would send it."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(["行政区", "街道", "社区", "小区名称", "管理方式", "物业服务企业"])
    page.append(["沈河区", street, community, estate["name"], "专业化", company])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_later_list_changes_the_manager_and_an_earlier_one_alters_nothing_later(filled: Installation) -> None:
    filled.today = AS_OF  # the account holds its role from here on, whatever the day of the test
    password = filled.add_account("city", "city_officer", "210100")
    filled.today = "2027-01-15"
    with filled.serve():
        officer = filled.signed_in("city", password)
        listed = officer.get("/api/v1/estates?division=210103&mode=professional&limit=200").ok().data["items"]
        estate = next(item for item in listed if item["company"] and len(item["division"]["code"]) == 12)
        first, second = estate["company"], another_company(officer, estate)
        rows = list(
            csv.reader(
                io.StringIO(officer.get(f"/office/estates?q={estate['code']}&export=csv").body.decode("utf-8-sig"))
            )
        )
        titles = next(row for row in rows if "街道" in row)
        own = next(row for row in rows if estate["code"] in row)
        street, community = own[titles.index("街道")], own[titles.index("社区")]

        def send(company: str, day: date) -> dict[str, Any]:
            file = filled.directory / f"list-{day}.xlsx"
            file.write_bytes(workbook_of(estate, street, community, company))
            report: dict[str, Any] = filled.import_file("estates", file, as_of=str(day))
            return report

        report = send(second["name"], NEXT_LIST)
        assert (report["exit"], report["accepted"], report["updated"]) == (0, 1, 1), report
        code = estate["code"]
        is_seen(officer, code, NEXT_LIST - timedelta(days=1), serving=first, other=second)
        is_seen(officer, code, NEXT_LIST, serving=second, other=first)
        send(first["name"], date.fromisoformat(AS_OF) - timedelta(days=30))
        is_seen(officer, code, NEXT_LIST, serving=second, other=first)
        is_seen(officer, code, date.fromisoformat(AS_OF), serving=first, other=second)
        assert send(second["name"], NEXT_LIST)["unchanged"] == 1
