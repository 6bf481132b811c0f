"""Every page that lists something sends as many SQL statements for many rows as for few, at every desk and outside."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from regulator.features.accounts.models import Account, Authority, Lockout
from regulator.features.accounts.terms import LockKind, Role
from regulator.features.audit.actions import record
from regulator.features.coverage.models import Custodian
from regulator.features.divisions.actions import set_management_area
from regulator.features.papers.actions.matters import note_matter
from regulator.features.papers.models import Attachment, Matter
from regulator.features.registry.models import Company, Estate
from regulator.foundation import clock
from regulator.foundation.database import new_key
from tests.factories import registry as make
from tests.factories.accounts import make_account
from tests.factories.certificates import issue
from tests.factories.matters import make_paper
from tests.factories.paper_rows import make_consent, serve_one
from tests.factories.paper_settings import make_settings, template_key, trial_key
from tests.house.test_scope import addresses, filled_in
from tests.house.world import (
    FIRST_REVIEW,
    MARK,
    Made,
    add_to_application,
    make_one_of_each,
    open_round,
    review_too,
    survey_too,
)
from tests.portals.conftest import Desk, sign_in, statements

__all__ = ["sign_in", "statements"]

FEW, MANY = 2, 9
SLACK = 3
"""Far below the seven rows between few and many. A list that fits on its page need not be counted, and whose register
it is is asked anew every few seconds."""
MOST = 40
"""No page needs more; most send about ten."""
WHO = {
    "office": (Role.CITY_OFFICER, make.CITY),
    "window": (Role.HALL_CLERK, make.CITY),
    "company": (Role.COMPANY_USER, ""),
    "entrance": (Role.CITY_OFFICER, make.CITY),
}
ADMINS = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR)
FILES = {"office.import_rejected", "office.import_batch", "office.import_progress", "office.import_undo_page"}
"""Pages of a batch's own rows; errand a walks them."""


def grow(session: Session, number: int, company: Made | None = None) -> Made:
    """One more of everything that any list shows."""
    made = make_one_of_each(session, number)
    make_settings(number)
    if company is not None:  # the first company and estate collect what hangs on them
        hang_more_on(session, company, number)
    session.add(Authority(id=new_key(), name=f"机构{number}", division_code=make.HEPING))
    now = clock.now()
    session.add(
        Lockout(kind=LockKind.ADDRESS, subject=f"10.0.0.{number}", locked_at=now, locked_until=now + timedelta(hours=1))
    )
    record(make.actor(), "company.corrected", "company", made.credit_code, now=now, division_code=make.HEPING)
    set_management_area(f"ZONE{number}", f"功能区{number}", [make.HEPING], actor=make.actor(), now=now)
    session.commit()
    make_account(f"clerk{number}", (Role.HALL_CLERK, make.HEPING))
    return made


def hang_more_on(session: Session, first: Made, number: int) -> None:
    """More estates and people of one company, more periods, names and managers of one estate."""
    company = session.query(Company).filter_by(credit_code=first.credit_code).one()
    estate = session.query(Estate).filter_by(code=first.code).one()
    served = make.make_estate(f"又一花园{number}", make.HEPING_COMMUNITY)
    make.make_service(served, company)
    make.make_contract(served, company)
    survey_too(session, first.parts["survey_id"], served.code, make.HEPING_COMMUNITY)
    serve_one(first.credit_code, make.HEPING_COMMUNITY, f"又一文书{number}")
    make_consent(first.credit_code, withdrawn_on=date(2026, 11, 2))
    matter = session.query(Matter).filter_by(number=first.parts["matter"]).one()
    hang_on_matter(session, matter, number)
    add_to_application(session, first.parts["application_id"], number)
    for name in ("review_id", "published_id"):
        other = make.make_company(f"又一公司{number}{name}", make.HEPING)
        issue(other)
        review_too(session, first.parts[name], other.credit_code, first.reviewers)
    ended = date(2000 + number, 1, 1)
    had = {"name": f"又一管护{number}", "phone": "13904010023", "recorded_at": clock.now(), "recorded_by": "x"}
    session.add(Custodian(estate_code=first.code, began_on=ended, ended_on=ended, version=1, **had))
    person = make.make_person(f"又一人{number}", company)
    make.make_manager(person, estate)


def hang_on_matter(session: Session, matter: Matter, number: int) -> None:
    """More history, reminders, papers and attachments of one matter."""
    given = {"matter_id": matter.id, "name": f"又一附件{number}.pdf", "size": 4, "media_type": "application/pdf"}
    session.add(Attachment(role="other", content_hash="0" * 64, added_at=clock.now(), added_by="x", **given))
    note_matter(matter, f"又一条{number}", actor=make.actor(), now=clock.now())
    owner = session.get_one(Account, matter.owner_id)
    make_paper(matter, owner, title=f"又一文书{number}")


def pages(app: Flask, blueprint: str, made: Made, beginning: str = "") -> Iterator[str]:
    """The addresses of a desk's pages (or of those whose endpoints begin so), things filled in."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if (
            rule.endpoint.partition(".")[0] == blueprint
            and "GET" in (rule.methods or ())
            and rule.endpoint not in FILES
            and rule.endpoint.startswith(beginning)
        ):
            yield from filled(rule, made)


def filled(rule: Rule, made: Made) -> Iterator[str]:
    if rule.endpoint.startswith("admin."):
        keys = {
            "template_id": template_key(1),
            "trial_id": trial_key(1),
            "kind": "reply",
            "rule_set_code": "licence-2007",
        }
        yield filled_in(rule, {"username": "clerk1", "seq": 1, **keys})
    elif rule.endpoint.startswith("ogc."):
        for name, feature in (("estates", made.code), ("divisions", make.HEPING)):
            yield filled_in(rule, {"collection": name, "feature": feature})
    elif rule.endpoint.startswith(("public.", "api.")):
        code = make.HEPING if "division" in rule.endpoint else made.code
        others = {"version": "x", "name": "x", "z": 1, "x": 0, "y": 0, "number": f"{MARK}文书1〔2026〕号"}
        others["year"] = FIRST_REVIEW + 1
        yield filled_in(rule, {"credit_code": made.credit_code, "code": code, **others})
    else:
        yield from addresses(rule, made)


def pages_by_limit(path: str) -> bool:
    """Whether an address takes a `limit`; those for GIS desktops refuse what they do not know."""
    return not path.startswith("/ogc/") or path.endswith("/items")


QUERIES = {
    "/office/search": "?q=独见",
    "/window/": "?q=独见",
    "/map/estates.json": "?bbox=123,41,124,42&zoom=9",
    "/api/v1/divisions": f"?parent={make.HEPING_STREET}",
}


@pytest.mark.parametrize("blueprint", ["office", "window", "company", "entrance", "admin", "public", "api", "ogc"])
def test_statements_do_not_grow_with_the_rows(
    app: Flask,
    session: Session,
    sign_in: Callable[..., Desk],
    statements: Callable[[], AbstractContextManager[list[str]]],
    blueprint: str,
) -> None:
    first = grow(session, 1)
    open_round(session, first)
    session.commit()
    for number in range(2, FEW + 1):
        grow(session, number, first)
    seen: dict[str, list[int]] = {}
    for size in (FEW, MANY):
        for number in range(FEW + 1, size + 1):
            grow(session, number, first)
        for role, scope in whose(blueprint, first):
            desk = sign_in(role, scope) if role else Desk(app.test_client())
            for path in pages(app, blueprint, first, "office.handover" if role is Role.SECTION_HEAD else ""):
                address = path + QUERIES.get(path, "?limit=200" if "?" not in path and pages_by_limit(path) else "")
                session.rollback()  # nothing of ours stays open
                desk.fetch(address)  # what is kept for seconds is asked for here
                with statements() as sent:
                    answer = desk.fetch(address)
                assert answer.status_code < 500, address
                if answer.status_code == 200:
                    seen.setdefault(f"{role or ''} {address}", []).append(len(sent))
    assert (
        len(seen)
        >= {"office": 60, "window": 1, "company": 4, "entrance": 3, "admin": 14, "public": 10, "api": 6, "ogc": 9}[
            blueprint
        ]
    )
    grown = {page: found for page, found in seen.items() if max(found) - min(found) > SLACK}
    assert grown == {}, "statements grow with the rows"
    assert {page: found for page, found in seen.items() if max(found) > MOST} == {}


def whose(blueprint: str, first: Made) -> list[tuple[Role | None, str]]:
    """Who looks at a portal's pages."""
    if blueprint == "admin":
        return [(role, make.CITY) for role in ADMINS]
    if blueprint in {"public", "api", "ogc"}:
        return [(None, "")]
    role, scope = WHO[blueprint]
    leaders: list[tuple[Role | None, str]] = [(Role.SECTION_HEAD, make.CITY)] if blueprint == "office" else []
    return [(role, scope or first.credit_code), *leaders]  # hand-overs of a territory are its leaders' to see


def test_every_portal_is_measured(app: Flask) -> None:
    portals = {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules() if "." in rule.endpoint}
    assert portals == {*WHO, "admin", "public", "api", "ogc"}
