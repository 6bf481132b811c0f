"""What the pages of the duty roster share: which authority and days are asked for, times in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import current_app, request
from flask_babel import gettext as _

from regulator.features.accounts.queries import people
from regulator.features.accounts.queries.holders import Person
from regulator.features.accounts.queries.people import AuthorityRow
from regulator.features.accounts.terms import Permission
from regulator.features.calendar.queries import working_days
from regulator.features.papers.rules.duty import CHINA, ONE_DAY, Hours, Span, day_of, monday_of
from regulator.foundation import clock
from regulator.foundation.errors import NotFound
from regulator.foundation.i18n import current_locale
from regulator.portals.office import listing
from regulator.portals.office.words import Period
from regulator.web import filters
from regulator.web.access import current_account, current_permissions, current_scope


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose roster is looked at, and which days of it; no authority: there is none in the reader's territory."""

    authority: AuthorityRow | None
    choices: Sequence[AuthorityRow]
    by: Period
    first: date
    last: date

    @property
    def before(self) -> date:
        """A day of the period before."""
        return self.first - ONE_DAY

    @property
    def after(self) -> date:
        """A day of the period after."""
        return self.last + ONE_DAY


def asked_roster() -> Asked:
    """The roster a page is asked for: one's own authority's and this week's unless said otherwise."""
    own = current_account().authority_id
    choices = people.list_authorities(current_scope(Permission.DUTY_VIEW), own=own, on=clock.today())
    authority = _named(choices) if request.args.get("authority") else next(iter(choices), None)
    by, day = listing.asked_code(Period, "by") or Period.WEEK, listing.asked_day("day")
    return Asked(authority, choices, by, *_days_of(by, day))


def _named(choices: Sequence[AuthorityRow]) -> AuthorityRow:
    wanted = _key(request.args["authority"])
    found = next((one for one in choices if one.id == wanted), None)
    if found is None:
        raise NotFound(str(wanted))
    return found


def _key(raw: str) -> UUID:
    try:
        return UUID(raw)
    except ValueError as error:
        raise NotFound(raw[:40]) from error


def _days_of(by: Period, day: date) -> tuple[date, date]:
    if by is Period.WEEK:
        return monday_of(day), monday_of(day) + timedelta(days=6)
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - ONE_DAY


def authority_to_set() -> AuthorityRow:
    """The authority whose roster is being changed: inside the territory where the reader may. Raises NotFound."""
    scope, raw = current_scope(Permission.DUTY_SET), request.args.get("authority", "")
    return people.get_authority(scope, _key(raw), own=None)


def may_set(authority: AuthorityRow) -> bool:
    """Whether the reader may change this roster."""
    if Permission.DUTY_SET not in current_permissions():
        return False
    return current_scope(Permission.DUTY_SET).covers(authority.division_code)


def office_hours() -> Hours:
    """When the offices are open on working days."""
    return Hours(*current_app.config["SETTINGS"].opens_and_closes)


# --- in words -------------------------------------------------------------------------------------------------------


def hours_said(span: Span, day: date) -> str:
    """The times of a span as a roster's line of a day says them: 17:00–08:30 next day."""
    begin, end = span.begin.astimezone(CHINA), span.end.astimezone(CHINA)
    until = f"{end:%H:%M}"
    if day_of(span.end) == day + ONE_DAY:
        until = "24:00" if until == "00:00" else _("%(time)s next day", time=until)
    elif day_of(span.end) != day:
        until = f"{filters.day(end.date(), current_locale())} {end:%H:%M}"
    since = f"{begin:%H:%M}"
    if begin.date() < day:
        since = f"{filters.day(begin.date(), current_locale())} {begin:%H:%M}"
    return f"{since}–{until}"


def person_said(person: Person, among: str = "") -> str:
    """A person among those of an authority: the name, and another authority when it is of another."""
    return " · ".join(part for part in (person.name, person.authority) if part and part != among)


def day_said(day: date) -> str:
    """The day without its year, which the page's head says."""
    said = filters.day(day, current_locale())
    return said.partition("年")[2] or said.rpartition(" ")[0]


def weekday_said(day: date) -> str:
    """The day of the week."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return names[day.weekday()]


def awaited_years(first: date, last: date) -> list[int]:
    """Years from one day to another whose holidays are not announced: which of their days are worked may change."""
    days = working_days()
    return [year for year in range(first.year, last.year + 1) if year not in days.settled]
