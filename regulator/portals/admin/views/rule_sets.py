"""Rules for grades: those there are, and a city's own added as a file that is looked at first. No company's facts."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.licensing import rulesets
from regulator.features.licensing.actions.rulesets import add_rule_set, judge_source
from regulator.features.licensing.queries import rulesets as queries
from regulator.features.licensing.queries.rulesets import RuleSetRow
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, Conflict, NotFound
from regulator.law.findings import Refused
from regulator.portals.admin import blueprint
from regulator.portals.admin.forms import RuleSetFileForm, RuleSetForm
from regulator.web import forms
from regulator.web.access import allow, current_actor
from regulator.web.sending import send_made
from regulator.web.transaction import commits

FINDINGS_SHOWN = 40
LARGEST = 4 * rulesets.LARGEST


@blueprint.get("/rule-sets")
@allow(Permission.RULE_SETS_MANAGE)
def rule_sets() -> ResponseReturnValue:
    """Every rule set, and the form that takes a file."""
    return _page(forms.fill(RuleSetFileForm))


@blueprint.get("/rule-sets/<rule_set_code>")
@allow(Permission.RULE_SETS_MANAGE)
def rule_set(rule_set_code: str) -> ResponseReturnValue:
    """One rule set as a readable table."""
    return render_template("admin/rule_sets/page.html", row=queries.get_rule_set(rule_set_code))


@blueprint.get("/rule-sets/<rule_set_code>.toml")
@allow(Permission.RULE_SETS_MANAGE)
def rule_set_source(rule_set_code: str) -> ResponseReturnValue:
    """The file of a rule set: to keep, or to begin another from. The demo city's is always there as an example."""
    source = (
        rulesets.shipped_source(rule_set_code)
        if rule_set_code in (*rulesets.SHIPPED, rulesets.DEMO)
        else queries.own_source(rule_set_code)
    )
    if source is None:
        raise NotFound(rule_set_code[:40])
    return send_made(source.encode(), file_name=f"{rule_set_code}.toml", media_type="text/plain")


@blueprint.post("/rule-sets/preview")
@allow(Permission.RULE_SETS_MANAGE)
def rule_set_preview() -> ResponseReturnValue:
    """Judge the file sent and show it as the table it would become; nothing is kept yet."""
    filled = forms.read(RuleSetFileForm)
    try:
        source = _sent_source()
        found = judge_source(source)
    except BadInput as error:
        filled.fail("file", forms.code_sentence(error.code, error.params))
    except Refused as refused:
        _say(filled, refused)
    else:
        return render_template(
            "admin/rule_sets/preview.html", row=RuleSetRow(found, found.effective_to), source=source, form=None
        )
    return _page(filled), 400


@blueprint.post("/rule-sets")
@allow(Permission.RULE_SETS_MANAGE)
@commits
def rule_set_add() -> ResponseReturnValue:
    """Add the rule set that was looked at; it is judged again."""
    filled = forms.read(RuleSetForm)
    if filled.value is None:
        raise BadInput("file_missing")
    refusing = forms.fill(RuleSetFileForm)
    try:
        source = filled.value.source.replace("\r\n", "\n")  # as browsers send lines
        added = add_rule_set(source, actor=current_actor(), now=clock.now())
    except Conflict as error:
        refusing.fail("file", forms.code_sentence(error.code))
    except Refused as refused:
        _say(refusing, refused)
    else:
        flash(_("The rules are added. They hold from the day they name."), "ok")
        return redirect(url_for("admin.rule_set", rule_set_code=added.code), 303)
    return _page(refusing), 409


def _page(filled: forms.Filled[RuleSetFileForm]) -> str:
    return render_template(
        "admin/rule_sets/list.html", rows=queries.list_rule_sets(), form=filled, example=rulesets.DEMO
    )


def _say(filled: forms.Filled[RuleSetFileForm], refused: Refused) -> None:
    for finding in refused.findings[:FINDINGS_SHOWN]:
        filled.fail("file", forms.finding_sentence(finding))


def _sent_source() -> str:
    """The file beside the form, no more of it than is looked at. Raises BadInput without one, or when it is no text."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise BadInput("file_missing")
    with sent.stream as content:
        raw = content.read(LARGEST + 1)
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise BadInput("rule_set_no_text") from None
