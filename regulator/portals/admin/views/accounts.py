"""Accounts: found, created, corrected, suspended, given a new first password."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts import actions, lists, queries, secrets
from regulator.features.accounts.terms import AccountState, Branch, Permission, Role
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, Conflict
from regulator.foundation.paging import parse_limit
from regulator.portals.admin import blueprint
from regulator.portals.admin.forms import AccountForm, AccountsQuery, ChangeForm, DeputyForm, ReasonForm, RoleForm
from regulator.web import forms
from regulator.web.access import allow, current_account, current_actor
from regulator.web.transaction import commits

PAGE = 50


@blueprint.get("/accounts")
@allow(Permission.ACCOUNTS_VIEW)
def accounts() -> ResponseReturnValue:
    """All accounts, narrowed by name, role, state, branch and authority."""
    query = forms.read(AccountsQuery, request.args).value or AccountsQuery()
    wanted = lists.WantedAccounts(query.q.strip(), query.role, query.state, query.branch, query.authority)
    page = lists.list_accounts(
        wanted,
        on=clock.today(),
        cursor=request.args.get("cursor"),
        limit=parse_limit(request.args.get("limit"), PAGE),
    )
    return render_template(
        "admin/accounts.html",
        page=page,
        query=query,
        role_kind=Role,
        state_kind=AccountState,
        total=lists.count_accounts(wanted, on=clock.today()),
        authorities=authority_choices(),
    )


def authority_choices() -> list[tuple[str, str]]:
    """Authorities for a select."""
    return [(str(item.id), item.name) for item in lists.list_authorities()]


@blueprint.get("/accounts/new")
@allow(Permission.ACCOUNTS_MANAGE)
def account_new() -> ResponseReturnValue:
    """The form of a new account."""
    return render_template("admin/account_new.html", form=forms.fill(AccountForm), **new_choices())


@blueprint.post("/accounts/new")
@allow(Permission.ACCOUNTS_MANAGE)
@commits
def account_create() -> ResponseReturnValue:
    """Create it and show the first password, once."""
    filled = forms.read(AccountForm)
    if (form := filled.value) is not None:
        first = secrets.new_password()
        try:
            account = actions.create_account(
                username=form.username,
                name=form.name,
                branch=form.branch,
                authority=lists.get_authority(form.authority) if form.authority else None,
                password=first,
                must_change=True,
                actor=current_actor(),
                now=clock.now(),
            )
            return render_template("admin/first_password.html", username=account.username, password=first)
        except (BadInput, Conflict) as error:
            forms.add_bad_input(filled, error)
    return render_template("admin/account_new.html", form=filled, **new_choices()), 400


def new_choices() -> dict[str, object]:
    """What the form of a new account offers."""
    return {"authorities": authority_choices(), "branch_kind": Branch}


@blueprint.get("/accounts/<username>")
@allow(Permission.ACCOUNTS_VIEW)
def account(username: str) -> ResponseReturnValue:
    """One account: what it is, what it holds, who stands in, where it is signed in."""
    return account_page(username)


def account_page(
    username: str,
    role_form: forms.Filled[RoleForm] | None = None,
    deputy_form: forms.Filled[DeputyForm] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page of an account, with forms as they stand."""
    card = queries.get_card(username)
    page = render_template(
        "admin/account.html",
        card=card,
        own=card.id == current_account().account_id,
        assignments=lists.list_assignments(card.id),
        deputed=lists.list_deputed(card.id),
        sessions=queries.list_sessions(card.id, now=clock.now()),
        day=clock.today(),
        role_form=role_form or forms.fill(RoleForm, {"began_on": clock.today()}),
        deputy_form=deputy_form or forms.fill(DeputyForm, {"began_on": clock.today()}),
        roles=roles_of_branch(card),
    )
    return page, status


def roles_of_branch(card: queries.Card) -> list[tuple[str, str]]:
    """The roles an account of this branch may hold (三员分立)."""
    return forms.choices(Role, queries.roles_of(card.branch))


@blueprint.get("/accounts/<username>/change")
@allow(Permission.ACCOUNTS_MANAGE)
def account_change(username: str) -> ResponseReturnValue:
    """The form of correcting an account."""
    card = queries.get_card(username)
    start = {"name": card.name, "authority": card.authority_id, "version": card.version}
    return _change_page(card, forms.fill(ChangeForm, start))


def _change_page(card: queries.Card, filled: forms.Filled[ChangeForm], status: int = 200) -> ResponseReturnValue:
    return (
        render_template("admin/account_change.html", card=card, form=filled, authorities=authority_choices()),
        status,
    )


@blueprint.post("/accounts/<username>/change")
@allow(Permission.ACCOUNTS_MANAGE)
@commits
def account_change_submit(username: str) -> ResponseReturnValue:
    """Correct it; the second of two administrators is told."""
    filled = forms.read(ChangeForm)
    if (form := filled.value) is None:
        return _change_page(queries.get_card(username), filled, 400)
    actions.change_account(
        queries.get_account(username),
        name=form.name,
        authority=lists.get_authority(form.authority) if form.authority else None,
        version=form.version,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(_("The account was changed."), "ok")
    return redirect(url_for("admin.account", username=username), 303)


@blueprint.get("/accounts/<username>/state")
@allow(Permission.ACCOUNTS_MANAGE)
def account_state(username: str) -> ResponseReturnValue:
    """Ask for the reason before suspending or resuming."""
    return render_template("admin/account_state.html", card=queries.get_card(username), form=forms.fill(ReasonForm))


@blueprint.post("/accounts/<username>/suspend")
@allow(Permission.ACCOUNTS_MANAGE)
@commits
def account_suspend(username: str) -> ResponseReturnValue:
    """Keep the account from signing in; its sessions end."""
    filled = forms.read(ReasonForm)
    if filled.value is None:
        return render_template("admin/account_state.html", card=queries.get_card(username), form=filled), 400
    found = queries.get_account(username)
    actions.suspend_account(found, reason=filled.value.reason, actor=current_actor(), now=clock.now())
    flash(_("The account was suspended and its sessions were ended."), "ok")
    return redirect(url_for("admin.account", username=username), 303)


@blueprint.post("/accounts/<username>/resume")
@allow(Permission.ACCOUNTS_MANAGE)
@commits
def account_resume(username: str) -> ResponseReturnValue:
    """Let it sign in again."""
    filled = forms.read(ReasonForm)
    if filled.value is None:
        return render_template("admin/account_state.html", card=queries.get_card(username), form=filled), 400
    found = queries.get_account(username)
    actions.resume_account(found, reason=filled.value.reason, actor=current_actor(), now=clock.now())
    flash(_("The account may sign in again."), "ok")
    return redirect(url_for("admin.account", username=username), 303)


@blueprint.post("/accounts/<username>/password")
@allow(Permission.ACCOUNTS_MANAGE)
@commits
def account_password(username: str) -> ResponseReturnValue:
    """Give a new first password, shown once."""
    found = queries.get_account(username)
    first = actions.reset_password(found, actor=current_actor(), now=clock.now())
    return render_template("admin/first_password.html", username=found.username, password=first)


@blueprint.post("/accounts/<username>/second-factor")
@allow(Permission.SESSIONS_END)
@commits
def account_second_factor(username: str) -> ResponseReturnValue:
    """Take a lost second factor away."""
    found = queries.get_account(username)
    actions.reset_second_factor(found, reason=_("Lost device"), actor=current_actor(), now=clock.now())
    flash(_("The second factor was reset; it is set up anew at the next sign-in where it is required."), "ok")
    return redirect(url_for("admin.account", username=username), 303)


@blueprint.post("/accounts/<username>/sessions/end")
@allow(Permission.SESSIONS_END)
@commits
def account_sessions_end(username: str) -> ResponseReturnValue:
    """End every session of an account."""
    found = queries.get_account(username)
    actions.end_sessions_of(found.id, actor=current_actor(), now=clock.now())
    flash(_("All sessions of the account were ended."), "ok")
    return redirect(url_for("admin.account", username=username), 303)


@blueprint.post("/accounts/<username>/sessions/<uuid:session_id>/end")
@allow(Permission.SESSIONS_END)
@commits
def account_session_end(username: str, session_id: UUID) -> ResponseReturnValue:
    """End one session of an account."""
    found = queries.get_account(username)
    actions.end_session(session_id, owner_id=found.id, actor=current_actor(), now=clock.now())
    flash(_("The session was ended."), "ok")
    return redirect(url_for("admin.account", username=username), 303)
