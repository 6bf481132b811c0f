"""Files are read by what they are, refused with a reason, and written so that nothing in them is executed."""

import csv
import io
import re
import struct
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from regulator.foundation.tables import (
    Cell,
    CellError,
    FileProblem,
    FileType,
    Limits,
    Mark,
    ReturnedRow,
    UnusableFile,
    as_shown,
    open_table,
    write_csv,
    write_returned,
    write_xlsx,
)
from regulator.foundation.tables.guards import inspect

REGISTER = Path(__file__).parents[1] / "data" / "register"


def problem_of(path: Path, limits: Limits | None = None) -> FileProblem:
    with pytest.raises(UnusableFile) as raised:
        read_whole(path, limits)
    return raised.value.problem


def read_whole(path: Path, limits: Limits | None) -> None:
    with open_table(path, limits) as table:
        for sheet in table.sheets:
            list(table.rows(sheet.name))


def book(path: Path, *rows: list[object], sheet: str = "表") -> Path:
    with xlsxwriter.Workbook(str(path)) as workbook:
        page = workbook.add_worksheet(sheet)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    return path


class TestReading:
    def test_a_workbook_keeps_its_row_numbers_and_blank_rows(self) -> None:
        with open_table(REGISTER / "companies.xlsx") as table:
            rows = list(table.rows("企业汇总"))
        assert table.kind is FileType.XLSX
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert rows[101].is_blank
        assert not rows[102].is_blank

    def test_a_name_merged_down_over_its_rows_is_filled_in_and_marked_as_filled(self) -> None:
        with open_table(REGISTER / "estates.xlsx") as table:
            rows = list(table.rows("和平区"))
        assert rows[4].cells[0] == "浑河湾街道"
        assert rows[4].filled == frozenset({0})
        assert rows[3].filled == frozenset()

    def test_leading_empty_columns_and_rows_do_not_shift_cells(self, tmp_path: Path) -> None:
        with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
            workbook.add_worksheet("x").write(3, 2, "here")
        with open_table(tmp_path / "a.xlsx") as table:
            rows = list(table.rows("x"))
        assert rows[3].cells == ["", "", "here"]
        assert rows[3].number == 4

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_a_csv_in_any_usual_encoding(self, tmp_path: Path, encoding: str) -> None:
        (tmp_path / "a.csv").write_text("姓名,单位\n王敏,沈阳物业\n\n李强,另一家\n", encoding=encoding)
        with open_table(tmp_path / "a.csv") as table:
            rows = list(table.rows(""))
        assert [row.cells for row in rows] == [["姓名", "单位"], ["王敏", "沈阳物业"], [], ["李强", "另一家"]]
        assert rows[3].number == 4

    def test_semicolons_and_tabs_separate_too(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("姓名;单位\n王敏;甲\n", encoding="utf-8")
        with open_table(tmp_path / "a.csv") as table:
            assert next(table.rows("")).cells == ["姓名", "单位"]

    @pytest.mark.parametrize("ending", [".csv", ".xls", ".ods", ".XLSX", ""])
    def test_the_name_of_the_file_does_not_matter(self, tmp_path: Path, ending: str) -> None:
        disguised = tmp_path / f"really{ending}"
        disguised.write_bytes((REGISTER / "companies.xlsx").read_bytes())
        with open_table(disguised) as table:
            assert table.kind is FileType.XLSX
            assert table.height(table.sheets[0].name) > 300

    @pytest.mark.parametrize(
        ("cell", "shown"), [(100.0, "100"), (0.5, "0.5"), ("1.0", "1.0"), (1e300, str(int(1e300)))]
    )
    def test_a_whole_number_is_shown_without_a_fraction(self, cell: Cell, shown: str) -> None:
        assert as_shown(cell) == shown

    def test_an_error_in_a_cell_is_no_blank(self, tmp_path: Path) -> None:
        with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
            page = workbook.add_worksheet("x")
            page.write_string(0, 0, "before")
            page.write_formula(1, 1, "=NA()", None, "#N/A")
        with open_table(tmp_path / "a.xlsx") as table:
            rows = list(table.rows("x"))
        assert isinstance(rows[1].cells[1], CellError)


class TestRefusing:
    def test_what_is_not_there_or_empty(self, tmp_path: Path) -> None:
        (tmp_path / "empty.xlsx").write_bytes(b"")
        (tmp_path / "blank.csv").write_bytes(b"\n \n,,\n")
        assert problem_of(tmp_path / "none.xlsx") is FileProblem.FILE_MISSING
        assert problem_of(tmp_path / "empty.xlsx") is FileProblem.FILE_EMPTY
        assert problem_of(tmp_path / "blank.csv") is FileProblem.FILE_EMPTY
        assert problem_of(tmp_path) is FileProblem.FILE_MISSING

    @pytest.mark.parametrize(
        "content", [b"%PDF-1.7\n...", b"<html><table></table></html>", b"\x89PNG\r\n\x1a\n", b"a,b\n\x00\x01"]
    )
    def test_other_kinds_of_file(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "a.xlsx").write_bytes(content)
        assert problem_of(tmp_path / "a.xlsx") is FileProblem.FILE_WRONG_TYPE

    def test_a_zip_that_is_no_workbook(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
            archive.writestr("word/document.xml", "<w/>")
        assert problem_of(tmp_path / "a.xlsx") is FileProblem.FILE_WRONG_TYPE

    @pytest.mark.parametrize("kept", [100, 5_000, 20_000])
    def test_a_truncated_workbook(self, tmp_path: Path, kept: int) -> None:
        (tmp_path / "a.xlsx").write_bytes((REGISTER / "companies.xlsx").read_bytes()[:kept])
        assert problem_of(tmp_path / "a.xlsx") is FileProblem.FILE_DAMAGED

    def test_bytes_altered_inside(self, tmp_path: Path) -> None:
        content = bytearray((REGISTER / "companies.xlsx").read_bytes())
        content[len(content) // 2] ^= 0xFF
        (tmp_path / "a.xlsx").write_bytes(content)
        assert problem_of(tmp_path / "a.xlsx") is FileProblem.FILE_DAMAGED

    def test_a_password(self, tmp_path: Path) -> None:
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
        (tmp_path / "a.xlsx").write_bytes(ole)
        assert problem_of(tmp_path / "a.xlsx") is FileProblem.PASSWORD_PROTECTED

    def test_macros_under_whatever_name(self, tmp_path: Path) -> None:
        book(tmp_path / "a.xlsx", ["x"])
        with zipfile.ZipFile(tmp_path / "a.xlsx", "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"...")
        assert problem_of(tmp_path / "a.xlsx") is FileProblem.MACRO_WORKBOOK

    def test_300_columns(self, tmp_path: Path) -> None:
        book(tmp_path / "a.xlsx", [f"column {n}" for n in range(300)])
        assert problem_of(tmp_path / "a.xlsx") is FileProblem.TOO_MANY_COLUMNS
        (tmp_path / "a.csv").write_text(",".join("abc" for _ in range(300)))
        assert problem_of(tmp_path / "a.csv") is FileProblem.TOO_MANY_COLUMNS

    def test_too_many_rows(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("x,y\n" * 50)
        assert problem_of(tmp_path / "a.csv", Limits(rows=49)) is FileProblem.TOO_MANY_ROWS

    def test_one_cell_in_the_last_corner_takes_no_memory(self, tmp_path: Path) -> None:
        with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
            workbook.add_worksheet("x").write(1_048_575, 16_383, "far")
        assert problem_of(tmp_path / "a.xlsx") is FileProblem.TOO_MANY_COLUMNS

    @pytest.mark.parametrize(
        ("references", "problem"),
        [
            (['r="A1"', 'r="DY1"'], FileProblem.TOO_MANY_COLUMNS),
            (['r="A1"', 'r="A200001"'], FileProblem.TOO_MANY_ROWS),
            (['r="A1"', 'r="Z1048576"'], FileProblem.TOO_MANY_ROWS),
            (["r='A1'", "r='A200001'"], FileProblem.TOO_MANY_ROWS),
            (['r="A1"', 'r="AZ160000"'], FileProblem.TOO_MANY_CELLS),
            (['r="A1"', 'r="Z199999"'], None),
            (['r="A1"', 'r="AB2"'], None),
        ],
    )
    def test_how_far_the_cells_of_a_sheet_reach(
        self, tmp_path: Path, references: list[str], problem: FileProblem | None
    ) -> None:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(tmp_path / "plain.xlsx") as workbook:
            workbook.add_worksheet("x").write(0, 0, "x")
        rows = "".join(f'<row><c {reference} t="n"><v>1</v></c></row>' for reference in references)
        with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(path, "w") as made:
            for entry in plain.infolist():
                content = plain.read(entry)
                if entry.filename == "xl/worksheets/sheet1.xml":
                    content = re.sub(rb"<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>".encode(), content)
                made.writestr(entry.filename, content)
        if problem is None:
            inspect(path, Limits())
        else:
            assert problem_of(path) is problem

    def test_a_zip_bomb_by_its_directory(self, tmp_path: Path) -> None:
        book(tmp_path / "a.xlsx", ["x"])
        with zipfile.ZipFile(tmp_path / "a.xlsx", "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet9.xml", bytes(2_000_000))
        assert problem_of(tmp_path / "a.xlsx", Limits(unpacked_size=1_000_000)) is FileProblem.FILE_TOO_LARGE

    def test_a_zip_bomb_whose_directory_lies(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        book(path, ["x"])
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet9.xml", bytes(2_000_000))
        content = path.read_bytes()
        path.write_bytes(content.replace(struct.pack("<L", 2_000_000), struct.pack("<L", 10)))
        assert problem_of(path, Limits(unpacked_size=1_000_000)) is FileProblem.FILE_DAMAGED

    def test_too_many_entries(self, tmp_path: Path) -> None:
        book(tmp_path / "a.xlsx", ["x"])
        assert problem_of(tmp_path / "a.xlsx", Limits(entries=3)) is FileProblem.FILE_TOO_LARGE

    def test_an_ods_that_unfolds_to_millions_of_cells(self, tmp_path: Path) -> None:
        cell = '<table:table-cell office:value-type="float"><text:p>1</text:p></table:table-cell>'
        row = f'<table:table-row table:number-rows-repeated="900000">{cell}</table:table-row>'
        with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("META-INF/manifest.xml", "<manifest/>")
            archive.writestr("content.xml", f'<table:table table:name="x">{row}</table:table>')
        assert problem_of(tmp_path / "a.ods") is FileProblem.TOO_MANY_ROWS

    @pytest.mark.parametrize("content", [zlib.compress(b"x" * 100), b"\xff\xfa\x80\x81" * 50])
    def test_bytes_that_are_no_text(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "a.csv").write_bytes(content)
        assert problem_of(tmp_path / "a.csv") in (FileProblem.ENCODING_UNREADABLE, FileProblem.FILE_WRONG_TYPE)


TEXTS = st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20)
FORMULAS = ['=HYPERLINK("http://evil")', "+1+2", "-2+3", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0"]


class TestWriting:
    def test_text_that_looks_like_a_formula_stays_text_in_a_workbook(self, tmp_path: Path) -> None:
        stream = io.BytesIO()
        assert write_xlsx(stream, ["名称"], [[text] for text in FORMULAS], sheet="单位", mark="演示数据") == len(
            FORMULAS
        )
        (tmp_path / "a.xlsx").write_bytes(stream.getvalue())
        page = load_workbook(tmp_path / "a.xlsx").active
        assert page is not None
        assert page["A1"].value == "演示数据"
        assert [(page.cell(3 + at, 1).value, page.cell(3 + at, 1).data_type) for at in range(6)] == [
            (text, "s") for text in FORMULAS
        ]

    def test_text_that_looks_like_a_formula_gets_an_apostrophe_in_csv(self) -> None:
        stream = io.StringIO()
        write_csv(stream, ["名称", "面积"], [[text, -1] for text in FORMULAS])
        rows = list(csv.reader(io.StringIO(stream.getvalue())))
        assert [row[0] for row in rows[1:]] == [f"'{text}" for text in FORMULAS]
        assert {row[1] for row in rows[1:]} == {"-1"}

    @given(st.lists(st.lists(TEXTS, min_size=2, max_size=4), max_size=8))
    def test_what_is_written_as_csv_is_never_a_formula(self, rows: list[list[str]]) -> None:
        stream = io.StringIO()
        write_csv(stream, ["a", "b"], rows)
        for row in list(csv.reader(io.StringIO(stream.getvalue())))[1:]:
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)

    def test_returned_rows_keep_their_cells_and_carry_the_reason_last(self, tmp_path: Path) -> None:
        stream = io.BytesIO()
        head = [["标题", "", ""], ["名称", "代码", "日期"]]
        row = ReturnedRow(["=甲", 5.0, date(2020, 1, 2)], "代码校验位错误", [Mark(1, "第 2 列")])
        write_returned(stream, {"表一": (head, [row])}, reason_title="未通过原因")
        (tmp_path / "a.xlsx").write_bytes(stream.getvalue())
        with open_table(tmp_path / "a.xlsx") as table:
            rows = [found.cells for found in table.rows("表一")]
        assert rows == [
            ["标题", "", "", ""],
            ["名称", "代码", "日期", "未通过原因"],
            ["=甲", 5.0, date(2020, 1, 2), "代码校验位错误"],
        ]
        cell = load_workbook(tmp_path / "a.xlsx")["表一"]["B3"]
        assert cell.comment is not None
        assert "第 2 列" in cell.comment.text
        assert cell.fill.start_color.rgb == "FFFDE2E0"
