"""The bureau's four workbooks give exactly what their expected.json says."""

import json
from pathlib import Path
from typing import Any

import pytest

from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.verdicts import Judged, Outcome

FILES = {
    "companies.xlsx": Kind.COMPANIES,
    "estates.xlsx": Kind.ESTATES,
    "people.csv": Kind.PEOPLE,
    "contracts.xlsx": Kind.CONTRACTS,
}


def summary(judged: list[Judged], *, many_sheets: bool) -> dict[str, Any]:
    def place(row: Judged) -> str:
        return f"{row.sheet}!{row.number}" if many_sheets else str(row.number)

    rejected = {place(row): row.reasons[0].value for row in judged if row.outcome is Outcome.REJECTED}
    return {
        "accepted": len(judged) - len(rejected),
        "rejected": len(rejected),
        "rejected_rows": rejected,
        "flagged_rows": {place(row): row.flags[0].value for row in judged if row.flags},
    }


def test_all_four_in_order_as_city_officer(register: Any, judged_file: Any, register_files: Path) -> None:
    expected = json.loads((register_files / "expected.json").read_text(encoding="utf-8"))
    for name, kind in FILES.items():
        judged = judged_file(register, kind, register_files / name)
        assert summary(judged, many_sheets=name == "estates.xlsx") == expected[name], name


@pytest.mark.parametrize("name", FILES)
def test_a_second_time_everything_taken_is_unchanged(
    register: Any, judged_file: Any, register_files: Path, name: str
) -> None:
    for one, kind in FILES.items():
        judged_file(register, kind, register_files / one)
    again = judged_file(register, FILES[name], register_files / name)
    expected = json.loads((register_files / "expected.json").read_text(encoding="utf-8"))[name]
    outcomes = [row.outcome for row in again if row.outcome is not Outcome.REJECTED]
    assert set(outcomes) == {Outcome.UNCHANGED}
    assert len(outcomes) == expected["accepted"]
