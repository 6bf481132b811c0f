"""The auditor reads every act and subject of the trail in words."""

import re
from pathlib import Path

import pytest
from flask import Flask

from regulator.features.registry.terms import RecordAct, SubjectKind
from regulator.portals.admin.words import act_words, subject_words

FEATURES = Path(__file__).parents[3] / "regulator" / "features"
RECORDED = re.compile(r'audit\.record\(\s*\w+,\s*"([a-z_]+\.[a-z_]+)",\s*"([a-z_]+)"')

ABOUT = re.compile(r'audit\.record\(\s*\w+,\s*[^,]+,\s*"([a-z_]+)"')


def written() -> set[tuple[str, str]]:
    """Acts and subjects that stand as texts where they are recorded."""
    return {found for path in FEATURES.rglob("*.py") for found in RECORDED.findall(path.read_text(encoding="utf-8"))}


def test_the_pattern_finds_acts() -> None:
    assert ("import.undone", "import") in written()


@pytest.mark.parametrize("kind", SubjectKind)
def test_every_act_on_a_record_has_words(app: Flask, kind: SubjectKind) -> None:
    with app.test_request_context():
        for act in RecordAct:
            code = f"{kind.value}.{act.value}"
            assert act_words(code) != code


def test_every_other_act_and_its_subject_have_words(app: Flask) -> None:
    acts = {act for act, _ in written()} | {f"verification.{act}" for act in ("opened", "district_done", "closed")}
    acts |= {f"import.applied_{kind}" for kind in ("companies", "contracts", "estates", "people")}
    subjects = {kind for path in FEATURES.rglob("*.py") for kind in ABOUT.findall(path.read_text(encoding="utf-8"))}
    subjects |= {"verification_round"}
    assert "coverage_month" in subjects
    with app.test_request_context():
        assert {act for act in acts if act_words(act) == act} == set()
        assert {kind for kind in subjects if subject_words(kind) == kind} == set()
