"""The office's front page and its search over every kind of record."""

from datetime import date, timedelta
from typing import Any

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from regulator.config import Settings
from regulator.features.accounts.terms import Permission
from regulator.features.calendar.queries import working_days
from regulator.features.coverage.queries.surveys import count_survey_estates, list_open_surveys
from regulator.features.divisions.terms import Scope
from regulator.features.papers.queries.desk import DeskCounts, count_desk
from regulator.features.papers.rules.pressing import end_of_soon
from regulator.features.registry.queries import companies, desk, estates, people, verification, worklists
from regulator.features.registry.queries.companies import CompanyFilter
from regulator.features.registry.queries.estates import EstateFilter
from regulator.features.registry.queries.people import PersonFilter
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.paging import Count, Page
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.matters import current_hands
from regulator.web import navigation
from regulator.web.access import allow, current_account, current_permissions, current_scope
from regulator.web.navigation import MenuGroup

FOUND_EACH = 8
SURVEYS_SHOWN = 2
"""Rounds of the survey named on the front page; more of them are a list of their own."""
navigation.add("office", MenuGroup.DESK, "office.home", _l("Desk"), Permission.OFFICE_DESK, active=("office.search",))


@office.get("/")
@allow(Permission.OFFICE_DESK)
def home() -> ResponseReturnValue:
    """Territory, day, figures and what waits."""
    scope, day = current_scope(), clock.today()
    tallies = desk.tally_modes(scope, day=day)
    settings: Settings = current_app.config["SETTINGS"]
    stale = clock.now() - timedelta(days=settings.stale_after_days)
    return render_template(
        "office/desk/home.html",
        scope=scope,
        day=day,
        companies=companies.count_companies(scope, CompanyFilter(), day=day),
        people=people.count_people(scope, PersonFilter()) if _may(Permission.PEOPLE_VIEW) else None,
        tallies=tallies,
        total=sum(row.estates for row in tallies),
        managed=sum(row.estates for row in tallies if row.mode and row.mode.is_managed),
        professional=sum(row.estates for row in tallies if row.mode is Mode.PROFESSIONAL),
        area=sum(row.floor_area or 0 for row in tallies),
        area_unknown=sum(row.area_unknown for row in tallies),
        waiting=worklists.count_waiting(scope, day=day, stale_before=stale, reader=current_account().username)
        if _may(Permission.WORKLISTS_VIEW)
        else None,
        stale_days=settings.stale_after_days,
        my=_my_desk() if _may(Permission.MATTERS_VIEW) else None,
        round=verification.find_open_round() if _may(Permission.VERIFICATION_VIEW) else None,
        **_surveys(day),
    )


def _surveys(day: date) -> dict[str, Any]:
    """Rounds of the survey that ask about estates of the territory, with how many of them are open."""
    if not _may(Permission.CUSTODIANS_VIEW):
        return {"surveys": [], "more_surveys": False}
    scope = current_scope(Permission.CUSTODIANS_VIEW)
    found = list_open_surveys(scope, limit=SURVEYS_SHOWN + 1)
    shown = [
        (row, count_survey_estates(scope, row.round, None, day=day, only_open=True)) for row in found[:SURVEYS_SHOWN]
    ]
    return {"surveys": shown, "more_surveys": len(found) > SURVEYS_SHOWN}


def _my_desk() -> DeskCounts:
    """What lies on the asker's own desk."""
    hands, today = current_hands(), clock.today()
    return count_desk(
        hands.me, list(hands.principals), today=today, not_soon=end_of_soon(today, working_days())
    )  # fmt: skip


def _may(permission: Permission) -> bool:
    return permission in current_permissions()


@office.get("/search")
@allow(Permission.OFFICE_DESK)
def search() -> ResponseReturnValue:
    """Companies, estates and people by one text, a few of each with the way to all of them."""
    text = listing.asked_text()
    day = clock.today()
    found: dict[str, tuple[Page[Any], Count]] = {}
    if text and _may(Permission.COMPANIES_VIEW):
        found["companies"] = _companies(current_scope(Permission.COMPANIES_VIEW), text)
    if text and _may(Permission.ESTATES_VIEW):
        scope, wanted = current_scope(Permission.ESTATES_VIEW), EstateFilter(q=text)
        page = estates.list_estates(scope, wanted, day=day, limit=FOUND_EACH)
        found["estates"] = (page, estates.count_estates(scope, wanted, day=day))
    if text and _may(Permission.PEOPLE_VIEW):
        scope = current_scope(Permission.PEOPLE_VIEW)
        sought = PersonFilter(q=text)
        found["people"] = (people.list_people(scope, sought, limit=FOUND_EACH), people.count_people(scope, sought))
    return render_template("office/desk/search.html", text=text, found=found, scope=current_scope())


def _companies(scope: Scope, text: str) -> tuple[Page[Any], Count]:
    wanted, day = CompanyFilter(q=text), clock.today()
    page = companies.list_companies(scope, wanted, day=day, limit=FOUND_EACH)
    return page, companies.count_companies(scope, wanted, day=day)
