"""Notice files as people keep them: workbooks and text, days written in many ways, and what cannot be read at all."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from regulator.features.calendar.imports import read_notice, read_text, write_notice
from regulator.features.calendar.rules.notice import notice_of
from regulator.features.calendar.terms import Day, DayKind
from regulator.foundation.errors import BadInput
from tests.factories.calendar import HEAD, NEXT, NOTICES, rows_of


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_in_any_of_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "notice.csv"
    path.write_bytes(NEXT.encode(encoding))
    assert notice_of(read_notice(path)) == notice_of(rows_of(NEXT))


def test_a_workbook_with_true_dates_and_numbers(tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("说明")
    for row in rows_of(NEXT):
        if row.line == 2:
            book.active.append(HEAD.split(","))
        book.active.append([
            row.day, "休" if row.kind is DayKind.HOLIDAY else "补班", row.name, row.year, row.document_number,
            row.issued_on,
        ])  # fmt: skip
    path = tmp_path / "notice.xlsx"
    book.save(path)
    assert notice_of(read_notice(path)) == notice_of(rows_of(NEXT))


def test_two_filled_sheets_are_not_guessed_at(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEAD.split(","))
    book.create_sheet("2028").append(HEAD.split(","))
    path = tmp_path / "notice.xlsx"
    book.save(path)
    with pytest.raises(BadInput) as refused:
        read_notice(path)
    assert refused.value.code == "calendar_several_sheets"


@pytest.mark.parametrize(
    "text", ["2027-1-5", "2027/01/05", "2027.1.5", "2027年1月5日", "２０２７年1月5日", "20270105", " 2027-01-05 "]
)
def test_days_as_people_write_them(text: str) -> None:
    (row,) = read_text(f"{HEAD}\n{text},休,元旦,2027年,文号,{text}\n")
    assert (row.day, row.issued_on, row.year, row.is_unreadable) == (date(2027, 1, 5), date(2027, 1, 5), 2027, False)


@pytest.mark.parametrize("text", ["2027-02-30", "27-1-5", "一月五日", "2027-13-01", "44927"])
def test_what_is_no_day(text: str) -> None:
    (row,) = read_text(f"{HEAD}\n{text},休,元旦,2027,文号,{text}\n")
    assert (row.day, row.given, row.is_unreadable) == (None, text, True)


def test_columns_in_any_order_and_blank_rows() -> None:
    (row,) = read_text("\n类别,发文日期,日期,文号,年份,节日\n\n班,2026-11-20,2027-05-08,文号,2027,五一\n")
    assert (row.line, row.kind, row.name, row.year) == (4, DayKind.MADE_UP, "五一", 2027)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        read_text("日期,类别,节日\n2027-01-01,休,元旦\n")
    assert (refused.value.code, refused.value.params["columns"]) == ("header_missing", "年份、文号、发文日期")


@pytest.mark.parametrize(("content", "code"), [(b"", "file_empty"), (b"PK\x03\x04broken", "file_damaged")])
def test_files_that_are_none(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "notice.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        read_notice(path)
    assert refused.value.code == code


def test_a_file_too_long_for_a_notice(tmp_path: Path) -> None:
    path = tmp_path / "notice.csv"
    path.write_text(NEXT + "2027-01-01,休,元旦,,,\n" * 400, encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read_notice(path)
    assert refused.value.code == "too_many_rows"


def test_the_true_notices_are_read() -> None:
    assert {year: len(read_notice(NOTICES / f"{year}.csv")) for year in (2024, 2025, 2026)} == {
        2024: 36, 2025: 33, 2026: 39,
    }  # fmt: skip


NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=20)
DAYS = st.builds(Day, st.dates(date(2027, 1, 1), date(2027, 12, 31)), st.sampled_from(DayKind), NAMES)


@given(st.lists(DAYS, min_size=1, max_size=20, unique_by=lambda day: day.day))
def test_what_is_written_is_read_again(days: list[Day]) -> None:
    rows = read_text(write_notice(2027, days, "文号", date(2026, 11, 20)))
    assert [(row.day, row.kind) for row in rows] == [(day.day, day.kind) for day in days]
    assert {row.year for row in rows} == {2027}
