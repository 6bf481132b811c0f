"""Roles granted and ended, deputies named: the security administrator's acts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts import actions, lists, queries
from regulator.features.accounts.rules import fold_username
from regulator.features.accounts.terms import Permission, Role
from regulator.features.registry.queries.companies import find_company_name
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, Conflict, NotFound
from regulator.portals.admin import blueprint
from regulator.portals.admin.forms import DeputyForm, RoleForm
from regulator.portals.admin.views.accounts import account_page
from regulator.web import forms
from regulator.web.access import allow, current_actor
from regulator.web.transaction import commits


@blueprint.post("/accounts/<username>/roles")
@allow(Permission.ROLES_GRANT)
@commits
def role_grant(username: str) -> ResponseReturnValue:
    """Give a role in a scope, from a first to a last day."""
    filled = forms.read(RoleForm)
    if (form := filled.value) is not None:
        code = form.scope_code.upper() if form.role is Role.COMPANY_USER else form.scope_code
        try:
            actions.grant_role(
                queries.get_account(username),
                form.role,
                code,
                began_on=form.began_on,
                ended_on=form.ended_on,
                is_company=lambda code: find_company_name(code) is not None,
                actor=current_actor(),
                now=clock.now(),
            )
        except (BadInput, Conflict) as error:
            forms.add_bad_input(filled, error)
        else:
            flash(_("The role was granted."), "ok")
            return redirect(url_for("admin.account", username=username), 303)
    return account_page(username, role_form=filled, status=400)


@blueprint.post("/accounts/<username>/roles/<uuid:assignment_id>/end")
@allow(Permission.ROLES_GRANT)
@commits
def role_end(username: str, assignment_id: UUID) -> ResponseReturnValue:
    """Let a role end with yesterday: it holds no longer from now on."""
    found = queries.get_account(username)
    assignment = lists.get_assignment(found.id, assignment_id)
    yesterday = clock.today() - timedelta(days=1)
    actions.end_role(assignment, found, last_day=yesterday, actor=current_actor(), now=clock.now())
    flash(_("The role was ended."), "ok")
    return redirect(url_for("admin.account", username=username), 303)


@blueprint.post("/accounts/<username>/deputies")
@allow(Permission.DEPUTIES_NAME)
@commits
def deputy_name(username: str) -> ResponseReturnValue:
    """Name who stands in for this account, from a first to a last day."""
    filled = forms.read(DeputyForm)
    if (form := filled.value) is not None:
        try:
            actions.name_deputy(
                queries.get_account(username),
                queries.get_account(fold_username(form.deputy)),
                began_on=form.began_on,
                ended_on=form.ended_on,
                reason=form.reason,
                actor=current_actor(),
                now=clock.now(),
            )
        except NotFound:
            filled.fail("deputy", _("There is no account of this name."))
        except (BadInput, Conflict) as error:
            forms.add_bad_input(filled, error)
        else:
            flash(_("The deputy was named."), "ok")
            return redirect(url_for("admin.account", username=username), 303)
    return account_page(username, deputy_form=filled, status=400)


@blueprint.post("/accounts/<username>/deputies/<uuid:deputy_id>/end")
@allow(Permission.DEPUTIES_NAME)
@commits
def deputy_end(username: str, deputy_id: UUID) -> ResponseReturnValue:
    """Let a deputy's time end now."""
    principal = queries.get_account(username)
    row = lists.get_deputy(principal.id, deputy_id)
    yesterday = clock.today() - timedelta(days=1)
    actions.end_deputy(row, principal, last_day=yesterday, actor=current_actor(), now=clock.now())
    flash(_("The deputy's time was ended."), "ok")
    return redirect(url_for("admin.account", username=username), 303)
