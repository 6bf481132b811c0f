"""Errand j, the house's part: docs/security/fields.md names every column of every table, and no stranger."""

import importlib
import pkgutil
import re
from pathlib import Path
from typing import NamedTuple

import pytest

import regulator.app  # imports every table the product has
import regulator.features
from regulator.foundation.database import Base

FILE = Path(__file__).parents[2] / "docs" / "security" / "fields.md"
AUDIENCES = ("public", "own company", "official in scope", "by right", "nobody")
MARKS = {"", "yes", "masked", "project managers"}
SECRET = re.compile(r"(password_hash|token_hash|code_hash|key_hash|totp_cipher|id_hash|digest)$")


class Line(NamedTuple):
    """A line of the list: who sees a field, by audience."""

    marks: dict[str, str]
    remark: str


def listed() -> dict[str, Line]:
    """Table.column → its line."""
    found: dict[str, Line] = {}
    table = ""
    for text in FILE.read_text(encoding="utf-8").splitlines():
        if text.startswith("## "):
            table = text[3:].strip()
        cells = [cell.strip() for cell in text.strip("|").split("|")] if text.startswith("|") else []
        if len(cells) == len(AUDIENCES) + 2 and cells[1] != "public" and not cells[0].startswith("---"):
            assert f"{table}.{cells[0]}" not in found, f"{table}.{cells[0]} stands twice in {FILE.name}"
            found[f"{table}.{cells[0]}"] = Line(dict(zip(AUDIENCES, cells[1:-1], strict=True)), cells[-1])
    return found


def mapped() -> set[str]:
    """Every column of every table."""
    assert regulator.app
    for room in pkgutil.walk_packages(regulator.features.__path__, "regulator.features."):
        if "models" in room.name.split("."):
            importlib.import_module(room.name)
    return {f"{name}.{column.name}" for name, table in Base.metadata.tables.items() for column in table.columns}


def test_every_column_stands_in_the_list_and_no_stranger() -> None:
    missing, strangers = mapped() - listed().keys(), listed().keys() - mapped()
    assert not missing, f"say in docs/security/fields.md who may see {sorted(missing)}"
    assert not strangers, f"take out of docs/security/fields.md: {sorted(strangers)}"


def test_every_line_says_who_and_nobody_excludes_all_others() -> None:
    for field, line in listed().items():
        assert set(line.marks.values()) <= MARKS, f"{field}: unknown mark in {line.marks}"
        seen = [audience for audience in AUDIENCES[:-1] if line.marks[audience]]
        assert bool(seen) != bool(line.marks["nobody"]), f"{field}: seen by {seen} and by nobody"


def test_what_the_public_sees_officials_and_the_company_see_too() -> None:
    for field, line in listed().items():
        if line.marks["public"]:
            assert line.marks["official in scope"], field
            assert line.marks["own company"], field


def test_a_further_right_is_named() -> None:
    for field, line in listed().items():
        if line.marks["by right"]:
            assert line.remark, f"{field}: say by which right"


@pytest.mark.parametrize("field", sorted(name for name in mapped() if SECRET.search(name)))
def test_secrets_are_nobodys(field: str) -> None:
    assert listed()[field].marks["nobody"] == "yes"
