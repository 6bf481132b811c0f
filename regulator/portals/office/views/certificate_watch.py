"""The nightly lists about valid certificates: no longer met, beyond the grade, ending, provisional year ending."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.certificate_terms import WatchKind
from regulator.features.licensing.queries import watching as queries
from regulator.foundation import clock
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.web import navigation
from regulator.web.access import allow, current_scope
from regulator.web.navigation import MenuGroup

navigation.add(
    "office", MenuGroup.OVERSIGHT, "office.certificate_watch", _l("Certificates to look at"), Permission.LICENSING_VIEW
)


@office.get("/licensing/watch")
@allow(Permission.LICENSING_VIEW)
def certificate_watch() -> ResponseReturnValue:
    """One of the four lists, with what was found and how many stand on each."""
    scope, day = current_scope(), clock.today()
    kind = listing.asked_code(WatchKind, "list") or WatchKind.FAILING
    return render_template(
        "office/certificates/watch.html",
        kind=kind,
        counts={one: queries.count_watched(scope, one, day) for one in WatchKind},
        page=queries.list_watched(
            scope, kind, day, cursor=request.args.get("cursor"), limit=parse_limit(request.args.get("limit"))
        ),
        names=queries.condition_names(),
        ending=queries.ENDING,
        scope=scope,
        day=day,
    )
