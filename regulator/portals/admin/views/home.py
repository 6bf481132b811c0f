"""The first page of the administrators: a few figures, each leading to its list."""

from flask import render_template
from flask.typing import ResponseReturnValue

from regulator.features.accounts import lists
from regulator.features.accounts.terms import Permission
from regulator.features.audit.queries import count_trail
from regulator.foundation import clock
from regulator.portals.admin import blueprint
from regulator.web.access import allow, current_permissions


@blueprint.get("/")
@allow(Permission.ACCOUNTS_VIEW, Permission.AUDIT_SEARCH)
def home() -> ResponseReturnValue:
    """What each administrator looks after."""
    permissions = current_permissions()
    return render_template(
        "admin/home.html",
        tally=lists.tally(now=clock.now()) if Permission.ACCOUNTS_VIEW in permissions else None,
        trail=count_trail() if Permission.AUDIT_SEARCH in permissions else None,
    )
