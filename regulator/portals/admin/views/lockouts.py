"""Names and addresses locked out of signing in, and lifting it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts import actions, lists
from regulator.features.accounts.terms import LockKind, Permission
from regulator.foundation import clock
from regulator.foundation.errors import NotFound
from regulator.portals.admin import blueprint
from regulator.web.access import allow, current_actor
from regulator.web.transaction import commits


@blueprint.get("/lockouts")
@allow(Permission.LOCKOUTS_MANAGE)
def lockouts() -> ResponseReturnValue:
    """Who is locked out now, and until when."""
    return render_template("admin/lockouts.html", rows=lists.list_lockouts(now=clock.now()))


@blueprint.post("/lockouts/clear")
@allow(Permission.LOCKOUTS_MANAGE)
@commits
def lockout_clear() -> ResponseReturnValue:
    """Let a name or an address sign in again before its time."""
    kind, subject = request.form.get("kind", ""), request.form.get("subject", "")
    if kind not in set(LockKind):
        raise NotFound(kind)
    actions.clear_lockout(LockKind(kind), subject, actor=current_actor(), now=clock.now())
    flash(_("The lockout was lifted."), "ok")
    return redirect(url_for("admin.lockouts"), 303)
