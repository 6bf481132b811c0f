"""Early warnings on the desk: each kind with its count, and its list with filter and export."""

from collections.abc import Sequence
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.coverage.forecast import ENDING_DAYS
from regulator.features.coverage.queries import warnings as queries
from regulator.features.coverage.queries.warnings import WarningRow
from regulator.features.coverage.terms import WarningKind, WarningMeaning
from regulator.features.registry.rules.notices import SIXTY_DAYS
from regulator.foundation import i18n
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.views.coverage import asked_place
from regulator.web import navigation
from regulator.web.access import allow, current_scope
from regulator.web.navigation import MenuGroup

LISTS = tuple(WarningKind)
NOTICED = (WarningKind.COMPANY_LEAVES, WarningKind.DISMISSED)
navigation.add(
    "office",
    MenuGroup.OVERSIGHT,
    "office.coverage_warnings",
    _l("Early warnings"),
    Permission.COVERAGE_VIEW,
    active=("office.coverage_warning",),
)


def day_title(kind: WarningKind) -> str:
    """What the day that matters is on each list."""
    return {
        WarningKind.COMPANY_LEAVES: _("Gone by"),
        WarningKind.DISMISSED: _("Gone by"),
        WarningKind.CONTRACT_ENDING: _("Contract ends"),
        WarningKind.CONTINUED: _("Contract ended"),
        WarningKind.ABANDONED: _("Abandoned since"),
    }[kind]


def filled_by(kind: WarningKind) -> str:
    """What would fill an empty list."""
    return {
        WarningKind.COMPANY_LEAVES: _("An estate comes here when such a notice is recorded on its page."),
        WarningKind.DISMISSED: _("An estate comes here when such a notice is recorded on its page."),
        WarningKind.CONTRACT_ENDING: _("An estate comes here by itself when the end of its contract draws near."),
        WarningKind.CONTINUED: _("A service comes here on the day after its company's last contract ends."),
        WarningKind.ABANDONED: _("An estate comes here when its company has left and nobody has taken over."),
    }[kind]


def _columns(kind: WarningKind, day: date) -> Sequence[listing.Column[WarningRow]]:
    column = listing.Column[WarningRow]
    noticed = [column(_("Notice of"), lambda row: row.given_on)] if kind in NOTICED else []
    mark = [column(_("Provisional"), lambda row: _("provisional") if row.is_provisional else None)]
    return [
        column(_("Estate code"), lambda row: row.estate_code),
        column(_("Estate"), lambda row: row.estate_name),
        column(_("District"), lambda row: row.place.district),
        column(_("Street"), lambda row: row.place.street),
        column(_("Community"), lambda row: row.place.community),
        column(_("Company"), lambda row: row.company_name),
        column(_("Credit code"), lambda row: row.credit_code),
        *noticed,
        column(day_title(kind), lambda row: row.day),
        *(mark if kind in NOTICED else []),
        column(_("Days left"), lambda row: row.days_left(day)),
    ]


@office.get("/coverage/warnings")
@allow(Permission.COVERAGE_VIEW)
def coverage_warnings() -> ResponseReturnValue:
    """Every kind of warning with its count."""
    scope, day = current_scope(), listing.asked_day()
    division = asked_place(scope)
    counts = queries.count_warnings(scope, division, day=day)
    return render_template(
        "office/coverage/warnings.html",
        lines=[(kind, WarningMeaning(kind.value), count) for kind, count in counts.items()],
        division=division,
        divisions=listing.division_choices(scope),
        scope=scope,
        day=day,
    )


@office.get("/coverage/warnings/<kind>")
@allow(Permission.COVERAGE_VIEW)
def coverage_warning(kind: str) -> ResponseReturnValue:
    """The estates of one kind of warning, or the same list as a file."""
    if kind not in LISTS:
        raise NotFound(kind)
    shown, scope = WarningKind(kind), current_scope()
    division, day = asked_place(scope), listing.asked_day()
    if listing.asked_export():
        rows = listing.all_pages(
            lambda cursor, limit: queries.list_warnings(scope, division, shown, day=day, cursor=cursor, limit=limit)
        )
        return listing.export(i18n.label(shown), _columns(shown, day), rows, day=day, territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/coverage/warning.html",
        kind=shown,
        meaning=WarningMeaning(kind),
        page=queries.list_warnings(scope, division, shown, day=day, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_warning(scope, division, shown, day=day),
        is_noticed=shown in NOTICED,
        day_title=day_title(shown),
        filled_by=filled_by(shown),
        notice_days=SIXTY_DAYS.length,
        ending_days=ENDING_DAYS,
        division=division,
        divisions=listing.division_choices(scope),
        scope=scope,
        day=day,
    )
