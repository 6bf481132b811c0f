"""Errand c: undo puts the register back; after one later correction it is refused, naming the row."""

from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import Workbook

from tests.errands.importing import arrive, confirm, send, settle
from tests.errands.installation import AS_OF, EXPECTED, ORDER, WORKBOOKS, Installation

COUNTED = ("version",)
"""Counts acts, and undoing is one; a form opened before must be refused."""
HISTORY = ("record_change", "register_state", "estate_counter")
"""What happened stays told, the state's number goes on, and numbers of estates are never given twice."""


def register(installation: Installation) -> Any:
    """Every table of the register but its history."""
    kept = [name for name in installation.register_tables() if name not in HISTORY]
    return installation.dump(kept, without=(*COUNTED, "seq"))


def told(installation: Installation) -> list[dict[str, Any]]:
    """What the histories say, in the order in which it happened."""
    return installation.select("SELECT * FROM record_change ORDER BY seq")


def test_a_batch_of_each_kind_is_taken_back_whole(empty: Installation) -> None:
    """One after the other in, one after the other out: each time the register is as it was."""
    before: list[Any] = []
    batches: list[str] = []
    for kind, name in ORDER.items():
        before.append(register(empty))
        batches.append(empty.import_file(kind, WORKBOOKS / name)["batch"])
    assert any(register(empty)["contract"])
    for batch, dump in zip(reversed(batches), reversed(before), strict=True):
        history = told(empty)
        done = empty.run("import", "undo", batch)
        assert done.exit == 0, done
        assert register(empty) == dump
        assert told(empty)[: len(history)] == history, "what happened stays told"
        assert len(told(empty)) > len(history), "and that it was taken back is told too"
        agrees = empty.run("verify")  # the indexes by which records are found as well
        assert agrees.exit == 0, agrees
    assert empty.run("import", "undo", batches[0]).exit == 2  # undone already
    assert empty.run("audit", "verify").exit == 0


def changed_workbook(installation: Installation, path: Any) -> None:
    """A later list: another household count, another manager, another alias for estates of 和平区."""
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(WORKBOOKS / "estates.xlsx").get_sheet_by_name("和平区").to_python()
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "和平区"
    street = ""
    for at, row in enumerate(rows, start=1):
        street = row[0] = row[0] or (street if at > 3 else "")
        if at in (5, 6, 7):
            row[10] = 1234
        if at in (8, 9):
            row[14], row[15] = "专业化", "沈阳诚宇物业管理有限公司"
        if at == 10:
            row[3] = "新别名苑"
        page.append(row)
    book.save(path)


def test_corrections_and_changes_of_manager_are_taken_back(place: Installation, tmp_path: Any) -> None:
    path = tmp_path / "later.xlsx"
    changed_workbook(place, path)
    before = register(place)
    report = place.import_file("estates", path, "--update", as_of="2026-12-31")
    assert report["updated"] == 6
    after = register(place)
    assert after != before
    assert len(after["service"]) == len(before["service"]) + 2
    assert place.run("import", "undo", report["batch"]).exit == 0
    assert register(place) == before
    assert place.run("verify").exit == 0


def test_refused_after_one_later_correction_naming_the_row(place: Installation) -> None:
    password = place.add_account("chen", "city_officer", "210100")
    batch = next(row["id"] for row in place.select("SELECT id FROM import_batch WHERE kind = 'people'"))
    found = place.select(
        "SELECT p.id, p.name, r.number FROM person p JOIN import_row r ON r.subject_id = p.id WHERE r.number = 9"
    )[0]
    with place.serve():
        officer = place.signed_in("chen", password)
        address = next(
            link
            for link, words in officer.get(f"/office/people?q={quote(found['name'])}").ok().links
            if words == found["name"]
        )
        page = officer.get(address).ok()
        correct = next(link for link, _words in page.links if link.endswith("/correct"))
        officer.submit(correct, "/correct", having="reason", education="bachelor", reason="核对学历证书").ok()
        before = register(place)
        refused = officer.submit(f"/office/imports/{uuid_text(batch)}/undo", "/undo")
        assert refused.status == 409
        assert "第 9 行" in refused.words
    done = place.run("import", "undo", uuid_text(batch))
    assert done.exit == 1
    assert "row 9 " in done.err
    assert "corrected_later" in done.err
    assert register(place) == before


def uuid_text(key: Any) -> str:
    from uuid import UUID

    return str(key if isinstance(key, UUID) else UUID(str(key)))


@pytest.mark.parametrize("kind", ["companies"])
def test_undone_on_the_desk(empty: Installation, kind: str) -> None:
    password = empty.add_account("chen", "city_officer", "210100")
    with empty.serve():
        officer = empty.signed_in("chen", password)
        batch = settle(officer, send(officer, kind, WORKBOOKS / ORDER[kind], as_of=AS_OF))
        confirm(officer, batch)
        assert len(empty.select("SELECT id FROM company")) == EXPECTED[ORDER[kind]]["accepted"]
        officer.submit(f"{batch}/undo", "/undo").ok()
        assert "已撤销" in arrive(officer, batch).words
        assert empty.select("SELECT id FROM company") == []
        assert empty.select("SELECT seq FROM company_search") == []
