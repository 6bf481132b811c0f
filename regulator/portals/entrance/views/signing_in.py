"""Signing in step by step: password, second factor, a password of one's own; and signing out."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.config import Settings
from regulator.features.accounts import actions, queries, secrets
from regulator.features.accounts.actions.signing_in import Attempt, From
from regulator.features.accounts.terms import Stage
from regulator.foundation import clock, i18n
from regulator.foundation.errors import BadInput
from regulator.foundation.extensions import csrf
from regulator.law.findings import Refused
from regulator.portals.entrance import blueprint
from regulator.portals.entrance.forms import CodeForm, NewPasswordForm, SignInForm
from regulator.web import access, filters, forms, sessions
from regulator.web.access import signing_in
from regulator.web.codes import picture_of
from regulator.web.transaction import commits_refusals


def second_factor_required() -> bool:
    """Whether roles that approve or administer need a second factor here."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.two_factor_required


@blueprint.get("/sign-in")
@signing_in()
def sign_in() -> ResponseReturnValue:
    """The form, or straight on for those who are in already."""
    found = sessions.visitor()
    if found is not None:
        return redirect(access.step_address(found))
    start = forms.fill(SignInForm, {"next": access.safe_next(request.args.get("next")) or ""})
    return render_template("entrance/sign_in.html", form=start)


@blueprint.post("/sign-in")
@csrf.exempt  # type: ignore[untyped-decorator]  # judged below: by the browser's own word, else by the token
@signing_in()
def sign_in_submit() -> ResponseReturnValue:
    """Compare the password before the write transaction, then open a session or count the failure."""
    if not access.comes_from_here():
        csrf.protect()
    filled = forms.read(SignInForm)
    if filled.value is None:
        return render_template("entrance/sign_in.html", form=filled), 400
    fits = queries.password_fits(filled.value.username, filled.value.password)
    return _enter(filled, password_fits=fits)


@commits_refusals
def _enter(filled: forms.Filled[SignInForm], *, password_fits: bool) -> ResponseReturnValue:
    token, form = sessions.new_token(), filled.value
    if form is None:
        raise AssertionError("only a read form is entered")
    attempt = actions.sign_in(
        form.username,
        password_fits=password_fits,
        token_hash=sessions.token_hash(token),
        origin=From(request.remote_addr, request.user_agent.string),
        now=clock.now(),
        today=clock.today(),
        second_factor_required=second_factor_required(),
    )
    if attempt.stage is None:
        name = "" if attempt.locked_until else "password"
        return _refuse("entrance/sign_in.html", filled, attempt, name, _("The name or the password is wrong."))
    return _go_on(attempt, token, form.next)


def _refuse(
    template: str, filled: forms.Filled[Any], attempt: Attempt, name: str, sentence: str, **others: object
) -> ResponseReturnValue:
    """The form again: wrong, or locked until a moment (with the header that tells programs so)."""
    if attempt.locked_until is None:
        filled.fail(name, sentence)
        return render_template(template, form=filled, **others), 401
    filled.fail("", _locked_sentence(attempt.locked_until))
    seconds = max(1, int((attempt.locked_until - clock.now()).total_seconds()))
    return render_template(template, form=filled, **others), 429, {"Retry-After": str(seconds)}


def _locked_sentence(until: datetime) -> str:
    moment = filters.moment(until, i18n.current_locale())
    return _(
        "Signing in failed too often. Try again after %(moment)s, or ask the security administrator.", moment=moment
    )


def _go_on(attempt: Attempt, token: str, wanted: str) -> Response:
    """Give the new token and lead to the next step, or to the page first asked for."""
    destination, stage = access.safe_next(wanted), attempt.stage
    if stage is Stage.OPEN or stage is None:
        address = destination or landing(attempt.account_id)
    else:
        step = {
            Stage.SECOND_FACTOR: "entrance.second_factor",
            Stage.ENROL_SECOND_FACTOR: "entrance.enrol_second_factor",
            Stage.NEW_PASSWORD: "entrance.new_password",
        }[stage]
        address = url_for(step, next=destination)
    response = make_response(redirect(address, 303))
    sessions.give_cookie(response, token)
    return response


def landing(account_id: UUID | None) -> str:
    """The desk of the main role; without any role today, one's own account."""
    portal = queries.find_portal(account_id, on=clock.today()) if account_id else None
    return portal.path if portal else url_for("entrance.account")


@blueprint.get("/sign-in/second-factor")
@signing_in(Stage.SECOND_FACTOR)
def second_factor() -> ResponseReturnValue:
    """Ask for a number of the authenticator."""
    return render_template("entrance/second_factor.html", form=forms.fill(CodeForm, {"next": request.args.get("next")}))


@blueprint.post("/sign-in/second-factor")
@signing_in(Stage.SECOND_FACTOR)
@commits_refusals
def second_factor_submit() -> ResponseReturnValue:
    """Check the number or recovery code."""
    filled, found = forms.read(CodeForm), sessions.visitor()
    if filled.value is None or found is None:
        return render_template("entrance/second_factor.html", form=filled), 400
    token = sessions.new_token()
    attempt = actions.pass_second_factor(
        found.session_id, filled.value.code, token_hash=sessions.token_hash(token), now=clock.now()
    )
    if attempt.stage is None:
        sentence = _("This number is wrong or was used already. Wait for the next one.")
        return _refuse("entrance/second_factor.html", filled, attempt, "code", sentence)
    return _go_on(attempt, token, filled.value.next)


@blueprint.get("/sign-in/second-factor/new")
@signing_in(Stage.ENROL_SECOND_FACTOR)
def enrol_second_factor() -> ResponseReturnValue:
    """Show the secret of a second factor to be set up, as a code to scan and in letters."""
    start = forms.fill(CodeForm, {"next": request.args.get("next")})
    return render_template("entrance/new_factor.html", form=start, **offered_secret())


@blueprint.post("/sign-in/second-factor/new")
@signing_in(Stage.ENROL_SECOND_FACTOR)
@commits_refusals
def enrol_second_factor_submit() -> ResponseReturnValue:
    """Put the second factor into force and show the recovery codes, once."""
    filled = forms.read(CodeForm)
    return confirm_factor(filled, "entrance/new_factor.html", then=access.safe_next(request.form.get("next")))


def offered_secret() -> dict[str, str]:
    """What the page of setting up shows; the QR code is drawn here, nothing leaves the house."""
    found = sessions.visitor()
    if found is None:
        raise AssertionError("only signed-in sessions set up a second factor")
    secret = actions.proposed_secret(found.session_id)
    address = secrets.totp_address(secret, found.username, "Regulator")
    picture = picture_of(address, scale=5)
    return {"secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)), "picture": picture}


def confirm_factor(filled: forms.Filled[CodeForm], template: str, then: str | None) -> ResponseReturnValue:
    """Check the first number of a new second factor; on success the page of recovery codes with a new token."""
    found = sessions.visitor()
    if filled.value is None or found is None:
        return render_template(template, form=filled, **offered_secret()), 400
    token = sessions.new_token()
    opening = found.stage is not Stage.OPEN
    try:
        codes = actions.confirm_second_factor(
            found.session_id, filled.value.code, token_hash=sessions.token_hash(token), now=clock.now()
        )
    except BadInput as error:
        forms.add_bad_input(filled, error)
        return render_template(template, form=filled, **offered_secret()), 400
    page = render_template("entrance/recovery_codes.html", codes=codes, then=then or url_for("entrance.desk"))
    response = make_response(page)
    if opening:
        sessions.give_cookie(response, token)
    return response


@blueprint.get("/sign-in/password")
@signing_in(Stage.NEW_PASSWORD)
def new_password() -> ResponseReturnValue:
    """Ask for a password of one's own in place of the first one."""
    start = forms.fill(NewPasswordForm, {"next": request.args.get("next")})
    return render_template("entrance/new_password.html", form=start)


@blueprint.post("/sign-in/password")
@signing_in(Stage.NEW_PASSWORD)
@commits_refusals
def new_password_submit() -> ResponseReturnValue:
    """Set it and go on."""
    filled = forms.read(NewPasswordForm)
    reached = set_password(filled, current=None)
    if reached is None or filled.value is None:
        return render_template("entrance/new_password.html", form=filled), 400
    return _go_on(*reached, filled.value.next)


def set_password(filled: forms.Filled[Any], *, current: str | None) -> tuple[Attempt, str] | None:
    """Set the account's own password: the stage reached and a new token, or None with sentences at the fields."""
    found, form = sessions.visitor(), filled.value
    if form is None or found is None:
        return None
    if form.password != form.again:
        filled.fail("again", _("The two passwords differ."))
        return None
    token = sessions.new_token()
    try:
        stage = actions.change_password(
            found.session_id,
            current=current,
            new=form.password,
            token_hash=sessions.token_hash(token),
            now=clock.now(),
            today=clock.today(),
            second_factor_required=second_factor_required(),
        )
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings)
        return None
    return Attempt(stage, found.account_id), token


@blueprint.post("/sign-out")
@signing_in()
@commits_refusals
def sign_out() -> ResponseReturnValue:
    """End this session, wherever it stands."""
    found = sessions.visitor()
    if found is not None:
        actions.sign_out(found.session_id, now=clock.now())
    sessions.forget_visitor()
    response = make_response(redirect(url_for("entrance.sign_in"), 303))
    sessions.take_cookie(response)
    return response


@blueprint.get("/sign-in/desk")
@signing_in(Stage.OPEN)
def desk() -> ResponseReturnValue:
    """Lead to the desk of the main role; without any role today, to one's own account."""
    return redirect(landing(access.current_account().account_id))
