"""The desk's own words cover what the imports can say, so that no code is shown where a word belongs."""

import re
from pathlib import Path

import pytest
from flask import Flask

from regulator.features.accounts.terms import IMPORT_USERNAME
from regulator.features.audit.terms import SYSTEM_USERNAME
from regulator.features.registry.imports.columns import COLUMNS, Kind
from regulator.features.registry.imports.terms import LaterChange
from regulator.features.registry.imports.verdicts import Outcome
from regulator.features.registry.queries.history import HistoryEntry
from regulator.features.registry.terms import SubjectKind
from regulator.foundation import clock
from regulator.foundation.i18n import label, word
from regulator.portals.office.history import in_words
from regulator.portals.office.words import ImportField

ROOT = Path(__file__).parents[3]


def test_every_column_of_a_workbook_has_a_word() -> None:
    fields = {column.field for columns in COLUMNS.values() for column in columns}
    assert fields == set(ImportField)


def test_kinds_outcomes_and_obstacles_of_imports_are_said_in_words() -> None:
    for member in (*Kind, *LaterChange, *Outcome):
        assert label(member, "zh_Hans_CN") != member.value, member
        assert label(member, "en") != member.value, member


@pytest.mark.parametrize("role", [SYSTEM_USERNAME, IMPORT_USERNAME])
def test_no_role_is_made_up_for_the_systems_own_acts(app: Flask, role: str) -> None:
    entry = HistoryEntry(clock.now(), "registered", 1, role, "系统导入", role, None, ())
    with app.test_request_context():
        assert in_words(SubjectKind.ESTATE, [entry])[0].role == ""


def test_every_family_of_words_a_page_asks_for_exists() -> None:
    """`word("Family", code)` answers with the bare code when nobody has given the family words."""
    known = set(re.findall(r'msgid "([A-Za-z]+)\.', _catalogue()))
    asked = {
        (family, path.name)
        for folder in ("templates", "regulator")
        for path in sorted((ROOT / folder).rglob("*.*"))
        if path.suffix in (".html", ".py")
        for family in re.findall(r'\bword\("([A-Za-z]+)",', path.read_text(encoding="utf-8"))
    }
    assert {(family, name) for family, name in asked if family not in known} == set()
    assert word("Outcome", "new", "zh_Hans_CN") == "新增"


def _catalogue() -> str:
    return (ROOT / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "codes.po").read_text(encoding="utf-8")
