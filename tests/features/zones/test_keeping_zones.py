"""Adopted zones while they are kept: another name, and what `regulator verify` recomputes; on both databases."""

import json
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.registry.models import Estate
from regulator.features.zones.actions import deciding
from regulator.features.zones.models import Zone, ZoneEstate
from regulator.features.zones.queries import integrity
from regulator.features.zones.terms import ZoneState
from regulator.foundation.database import transaction
from regulator.foundation.errors import StaleVersion
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.features.zones.test_zones import GIVEN, adopt, company, propose, row, today

__all__ = ["company", "row", "today"]


def test_an_adopted_zone_is_renamed_and_keeps_its_number(row: list[Estate], session: Session) -> None:
    first, second = propose()
    adopt(first)
    adopt(second, "远片区")
    for name, version, expected in (("远片区", first.version, Refused), ("新片区", first.version - 1, StaleVersion)):
        with pytest.raises(expected), transaction():
            deciding.rename_zone(first, name=name, version=version, **GIVEN)
    with transaction():
        deciding.rename_zone(first, name="新片区", version=first.version, **GIVEN)
    assert (first.code, first.name) == ("210103001-001", "新片区")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "zone.renamed")).one()
    facts = json.loads(entry.facts)
    assert (facts["before"], facts["name"]) == ("惠工片区", "新片区")


def test_verifying_finds_what_no_longer_agrees(row: list[Estate], session: Session) -> None:
    first, second = propose()
    adopt(first)
    found = {name: check() for name, check in integrity.CHECKS.items()}
    assert found == {name: [] for name in found}, "an untouched street agrees with itself"
    stranger = session.scalars(select(Estate.code).where(Estate.name == "和平楼")).one()
    code = first.code
    harms: dict[str, tuple[list[Any], list[str]]] = {
        "zone_members_astray": (
            [insert(ZoneEstate).values(zone_id=first.id, estate_code=stranger, living=True)], [stranger],
        ),
        "zone_estates_twice": (
            [insert(ZoneEstate).values(zone_id=second.id, estate_code=row[0].code, living=False)], [row[0].code],
        ),
        "zone_marks_wrong": (
            [update(ZoneEstate).where(ZoneEstate.estate_code == row[0].code).values(living=False)], [code or ""],
        ),
        "zone_figures_wrong": (
            [update(Zone).where(Zone.id == second.id).values(west=second.west + 0.001)],
            [f"{make.SHENHE_STREET} 2"],
        ),
    }  # fmt: skip
    for name, (statements, named) in harms.items():
        for statement in statements:
            session.execute(statement)
        assert integrity.CHECKS[name]() == named, name
        session.rollback()
    session.execute(update(Zone).where(Zone.id == first.id).values(state=ZoneState.MANAGED, managed_at=make.NOW))
    assert integrity.CHECKS["zone_figures_wrong"]() == [code], "no member is managed"
