"""From a matter to its record and back: every address answers, and who may settle it is led to where that is done."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.papers.models import Matter
from regulator.features.papers.terms import MatterKind
from regulator.features.registry.actions.matters import keep_matters
from regulator.features.registry.models import CompanyLink, Estate
from regulator.features.registry.terms import SettlementState
from regulator.foundation.database import new_key, transaction
from regulator.portals.office.matter_links import act_of, link_of
from tests.factories import registry as make

OWN = UUID("01a21d00-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("kind", "key", "expected"),
    [
        (MatterKind.LINK, f"2101030010010001/{OWN.hex}", ("office.estate", {"code": "2101030010010001"})),
        (MatterKind.DISPUTE, f"2101030010010001/{OWN.hex}", ("office.dispute", {"dispute_id": OWN})),
        (MatterKind.CORRECTION, "estate/2101030010010001", ("office.estate", {"code": "2101030010010001"})),
        (
            MatterKind.CORRECTION,
            "company/91210103MA0000001X",
            ("office.company", {"credit_code": "91210103MA0000001X"}),
        ),
        (MatterKind.SURVEY, OWN.hex, ("office.survey", {"survey_id": OWN})),
        (MatterKind.REVIEW, OWN.hex, ("office.review_round", {"review_id": OWN})),
        (MatterKind.APPLICATION, "210103-2026-00001", ("office.application", {"number": "210103-2026-00001"})),
        (MatterKind.ENDING, "ZA210100-2026-00001", ("office.ending", {"number": "ZA210100-2026-00001"})),
        (MatterKind.OFFICIAL, "anything/at/all", None),
        ("unheard_of", "x", None),
    ],
)
def test_where_the_record_is(app: Flask, kind: str, key: str, expected: Any) -> None:
    assert link_of(kind, key) == expected
    if expected:
        with app.test_request_context():
            assert url_for(expected[0], **expected[1]).startswith("/office/")


def test_only_a_link_is_settled_elsewhere_than_at_its_record() -> None:
    assert act_of(MatterKind.LINK, f"2101030010010001/{OWN.hex}") == ("office.link", {"link_id": OWN})
    others = [kind for kind in MatterKind if kind is not MatterKind.LINK]
    assert [act_of(kind, f"2101030010010001/{OWN.hex}") for kind in others] == [None] * len(others)


@pytest.fixture
def link(session: Session) -> CompanyLink:
    """A name that waits, with its matter."""
    with transaction():
        make.make_tree()
        estate = make.make_estate("翰林花园")
        service = make.make_service(estate, company_spelling="和智物业公司")
        waiting = CompanyLink(
            id=new_key(), estate_id=estate.id, service_id=service.id, spelling="和智物业公司", candidates=[],
            state=SettlementState.OPEN, recorded_at=make.NOW, version=1,
        )  # fmt: skip
        session.add(waiting)
    with transaction():
        keep_matters(make.NOW)
    return waiting


def test_lists_and_pages_lead_to_the_matter_and_the_matter_to_where_it_is_settled(
    sign_in: Callable[..., Any], session: Session, link: CompanyLink
) -> None:
    matter = session.scalars(select(Matter)).one()
    number, link_id = matter.number, link.id
    page = sign_in(Role.DISTRICT_OFFICER, make.SHENHE).get("/office/worklists/links")
    assert f'href="/office/matters/{number}"' in page
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    body = desk.get(f"/office/matters/{number}")
    code = session.scalars(select(Estate.code)).one()
    assert f'href="/office/links/{link_id}"' in body
    assert f'href="/office/estates/{code}"' in body
    looker = sign_in(Role.POLICY_EDITOR, make.CITY).get(f"/office/matters/{number}")
    assert f"/office/links/{link_id}" not in looker, "who may not settle it is led to the record only"


def test_a_corrected_record_says_that_it_waits_until_it_is_confirmed(
    sign_in: Callable[..., Any], session: Session, link: CompanyLink
) -> None:
    code = session.scalars(select(Estate.code)).one()
    assert link.spelling
    desk, path = sign_in(Role.DISTRICT_OFFICER, make.SHENHE), f"/office/estates/{code}"
    assert "/office/matters/2026-" in desk.get("/office/worklists/links")
    assert "/office/matters/2026-" not in desk.get(path)
    desk.get(f"{path}/correct")
    desk.post(
        f"{path}/correct", name="翰林花园", households="900", kind="residential", condition="occupied", reason="复核"
    )
    session.rollback()
    number = session.scalars(select(Matter.number).where(Matter.kind == MatterKind.CORRECTION)).one()
    assert f'href="/office/matters/{number}"' in desk.get(path)
    desk.post(f"{path}/confirm")
    assert f'href="/office/matters/{number}"' not in desk.get(path)
    assert "翰林花园" in desk.get(f"/office/matters/{number}")
