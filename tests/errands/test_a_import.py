"""Errand a: all four workbooks by web, the page left in the middle; rejected rows repaired and sent again."""

import io
from datetime import date

from openpyxl import load_workbook

from tests.errands.importing import arrive, confirm, rows_shown, send, settle
from tests.errands.installation import AS_OF, EXPECTED, ORDER, WORKBOOKS, Installation
from tests.errands.visitor import Visitor


def imported(officer: Visitor, kind: str, name: str) -> str:
    """Send, settle, walk away, come back, confirm, walk away, come back."""
    page = send(officer, kind, WORKBOOKS / name, as_of=AS_OF)
    batch = settle(officer, page)
    officer.get("/office/").ok()  # left in the middle: the work goes on without the page
    officer.submit(arrive(officer, batch), "/confirm").ok()
    officer.get("/office/").ok()
    arrive(officer, batch)
    return batch


def test_all_four_by_web_give_what_was_expected(empty: Installation) -> None:
    password = empty.add_account("chen", "city_officer", "210100")
    del empty.settings["web_workers"]  # two: what one takes in the other shows
    with empty.serve():
        officer = empty.signed_in("chen", password)
        batches = {name: imported(officer, kind, name) for kind, name in ORDER.items()}
        for name, batch in batches.items():
            assert rows_shown(officer, batch, "rejected") == EXPECTED[name]["rejected_rows"], name
            assert rows_shown(officer, batch, "flagged") == EXPECTED[name]["flagged_rows"], name
        counted = empty.select(
            "SELECT file_name, rows_new AS accepted, rows_rejected AS rejected, rows_flagged AS flagged"
            " FROM import_batch WHERE state = 'applied'"
        )
        assert {row["file_name"]: (row["accepted"], row["rejected"], row["flagged"]) for row in counted} == {
            name: (said["accepted"], said["rejected"], len(said["flagged_rows"])) for name, said in EXPECTED.items()
        }
        for name, batch in batches.items():
            page = officer.get(batch).ok().words
            for number in (EXPECTED[name]["accepted"], EXPECTED[name]["rejected"], len(EXPECTED[name]["flagged_rows"])):
                assert f" {number:,} " in page, f"{name}: the page does not say {number}"
        for table, name in (("company", "companies.xlsx"), ("estate", "estates.xlsx"), ("contract", "contracts.xlsx")):
            assert len(empty.select(f"SELECT id FROM {table}")) == EXPECTED[name]["accepted"]
        assert len(empty.select("SELECT id FROM person")) == EXPECTED["people.csv"]["accepted"]
        repairs_two_cells(empty, officer, batches["companies.xlsx"])


def repairs_two_cells(empty: Installation, officer: Visitor, batch: str) -> None:
    """The workbook of rejected rows as it came, two cells repaired, nothing else touched."""
    answer = officer.get(f"{batch}/rejected.xlsx").ok()
    book = load_workbook(io.BytesIO(answer.body))
    page = book.worksheets[0]
    titles = [cell.value for cell in page[3]]
    assert page["A1"].value.startswith("附件1")
    assert titles[-1] == "未通过原因"
    assert page.max_row - 3 == EXPECTED["companies.xlsx"]["rejected"]
    capital, founded, code = (titles.index(title) for title in ("注册资本（万元）", "成立日期", "统一社会信用代码"))
    repaired = {}
    for row in page.iter_rows(min_row=4):
        said = row[-1].value
        if said == "注册资本无法识别" and "capital" not in repaired:
            assert row[capital].comment is not None
            row[capital].value, repaired["capital"] = 500, row[code].value
        elif said == "成立日期无法识别" and "founded" not in repaired:
            assert row[founded].fill.start_color.rgb == "FFFDE2E0"
            row[founded].value, repaired["founded"] = date(2010, 3, 1), row[code].value
    stream = io.BytesIO()
    book.save(stream)
    again = settle(officer, send(officer, "companies", ("退回.xlsx", stream.getvalue()), as_of=AS_OF))
    assert len(rows_shown_of(officer, again, "new")) == 2
    confirm(officer, again)
    known = {row["credit_code"] for row in empty.select("SELECT credit_code FROM company")}
    assert {str(found).replace(" ", "").strip() for found in repaired.values()} <= known
    assert len(known) == EXPECTED["companies.xlsx"]["accepted"] + 2


def rows_shown_of(officer: Visitor, batch: str, show: str) -> dict[str, str]:
    """As `rows_shown`, once the batch is judged."""
    arrive(officer, batch)
    return rows_shown(officer, batch, show)


def test_the_same_form_sent_twice_is_one_batch(empty: Installation) -> None:
    password = empty.add_account("chen", "city_officer", "210100")
    with empty.serve():
        officer = empty.signed_in("chen", password)
        page = officer.get("/office/imports").ok()
        file = {"file": WORKBOOKS / "companies.xlsx"}
        first = officer.submit(page, "/office/imports", having="kind", files=file, kind="companies")
        second = officer.submit(page, "/office/imports", having="kind", files=file, kind="companies")
        assert first.path == second.path
        batch = settle(officer, first)
        judged = arrive(officer, batch)
        officer.submit(judged, "/confirm").ok()
        officer.submit(judged, "/confirm").ok()
        arrive(officer, batch)
        assert len(empty.select("SELECT id FROM import_batch")) == 1
        assert len(empty.select("SELECT id FROM company")) == EXPECTED["companies.xlsx"]["accepted"]
