"""One's own account: roles held, sessions open, password, second factor."""

from __future__ import annotations

from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts import actions, queries
from regulator.features.accounts.terms import Permission
from regulator.foundation import clock
from regulator.portals.entrance import blueprint
from regulator.portals.entrance.forms import ChangePasswordForm, CodeForm
from regulator.portals.entrance.views.signing_in import confirm_factor, offered_secret, set_password
from regulator.web import forms, sessions
from regulator.web.access import allow, current_account, current_actor
from regulator.web.transaction import commits, commits_refusals


@blueprint.get("/account")
@allow(Permission.OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    """Who I am here, what I hold today, where I am signed in."""
    me = current_account()
    return render_template(
        "entrance/account.html",
        me=me,
        card=queries.get_card(me.username),
        sessions=queries.list_sessions(me.account_id, now=clock.now()),
    )


@blueprint.post("/account/sessions/<uuid:session_id>/end")
@allow(Permission.OWN_ACCOUNT)
@commits
def end_own_session(session_id: UUID) -> ResponseReturnValue:
    """End one of my sessions."""
    me = current_account()
    actions.end_session(session_id, owner_id=me.account_id, actor=current_actor(), now=clock.now())
    flash(_("The session was ended."), "ok")
    return redirect(url_for("entrance.account"), 303)


@blueprint.post("/account/sessions/end-others")
@allow(Permission.OWN_ACCOUNT)
@commits
def end_other_sessions() -> ResponseReturnValue:
    """End all my sessions but this one."""
    me = current_account()
    actions.end_sessions_of(me.account_id, actor=current_actor(), now=clock.now(), keep=me.session_id)
    flash(_("All other sessions were ended."), "ok")
    return redirect(url_for("entrance.account"), 303)


@blueprint.get("/account/password")
@allow(Permission.OWN_ACCOUNT)
def password() -> ResponseReturnValue:
    """The form of changing it."""
    return render_template("entrance/password.html", form=forms.fill(ChangePasswordForm))


@blueprint.post("/account/password")
@allow(Permission.OWN_ACCOUNT)
@commits_refusals
def password_submit() -> ResponseReturnValue:
    """Change it; this session goes on under a new token, all others end."""
    filled = forms.read(ChangePasswordForm)
    current = filled.value.current if filled.value else None
    reached = set_password(filled, current=current)
    if reached is None:
        return render_template("entrance/password.html", form=filled), 400
    flash(_("Your password was changed; all your other sessions were ended."), "ok")
    response = make_response(redirect(url_for("entrance.account"), 303))
    sessions.give_cookie(response, reached[1])
    return response


@blueprint.get("/account/second-factor")
@allow(Permission.OWN_ACCOUNT)
def own_factor() -> ResponseReturnValue:
    """Whether it is set up; if not, set it up."""
    card = queries.get_card(current_account().username)
    if card.has_second_factor:
        return render_template("entrance/own_factor.html", card=card)
    return render_template("entrance/own_factor_new.html", form=forms.fill(CodeForm), **offered_secret())


@blueprint.post("/account/second-factor")
@allow(Permission.OWN_ACCOUNT)
@commits_refusals
def own_factor_submit() -> ResponseReturnValue:
    """Put it into force and show the recovery codes, once."""
    return confirm_factor(forms.read(CodeForm), "entrance/own_factor_new.html", then=url_for("entrance.account"))
