"""What a company reads and says in a case of ending its certificate, from the day it was told on. Never another's."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.endings_terms import EndingAct, EndingGiven, shown_ending
from regulator.features.licensing.queries.endings import listing as queries
from regulator.features.licensing.queries.endings.standing import certificate_of, rule_set_of_certificate
from regulator.features.papers.queries.moves import last_moves_of
from regulator.features.papers.terms import MatterKind
from regulator.foundation import clock, i18n
from regulator.pieces import endings as pieces
from regulator.pieces.applications import attempt, sent_version
from regulator.portals.company import blueprint
from regulator.portals.company.forms import WordsForm
from regulator.web import forms
from regulator.web.access import allow, current_scope
from regulator.web.transaction import commits

OWN = Permission.OWN_APPLICATIONS
OWN_ACTS = (EndingAct.STATE, EndingAct.ASK_HEARING)


def _found(number: str) -> Any:
    return queries.get_told(current_scope(OWN), number)


@blueprint.get("/certificates/endings/<number>")
@allow(OWN)
def ending(number: str) -> ResponseReturnValue:
    """What the office intends, why, until when we may answer, and what has happened."""
    return _page(_found(number), forms.fill(WordsForm))


def _page(found: Any, filled: forms.Filled[WordsForm]) -> str:
    certificate = certificate_of(found)
    rule_set, day = rule_set_of_certificate(certificate), clock.today()
    acts = {line.act for line in pieces.ending_acts(found)} & set(OWN_ACTS)
    if found.answer_until is None or found.answer_until < day:
        acts.discard(EndingAct.ASK_HEARING)
    return render_template(
        "company/ending.html",
        ending=found,
        row=queries.get_ending_row(found),
        certificate=certificate,
        shown=shown_ending(found.kind, found.nature),
        ground=pieces.ground_said(found.ground, rule_set),
        article=pieces.article_said(found.kind, found.ground, rule_set, found.opened_on),
        events=queries.list_own_words(found),
        moves=last_moves_of(MatterKind.ENDING, found.number),
        acts={act.value for act in acts},
        form=filled,
        tones=pieces.TONES,
        day=day,
    )


@blueprint.post("/certificates/endings/<number>/<act>")
@allow(OWN)
@commits
def ending_act(number: str, act: str) -> ResponseReturnValue:
    """State our view, or ask for a hearing. Asked for twice it is asked for once: the second click finds it done."""
    found = _found(number)
    if act == EndingAct.ASK_HEARING and found.hearing_asked_on is not None:
        return redirect(url_for("company.ending", number=number), 303)
    filled, version = forms.read(WordsForm), sent_version()
    found.expect_version(version)
    line = pieces.ending_line(found, act)
    value = filled.value
    if value is None:
        return _page(found, filled), 400
    if not attempt(
        filled, lambda: pieces.take_in_case(found, line, EndingGiven(value.words or ""), version=version)
    ):  # fmt: skip
        return _page(found, filled), 409
    flash(_("Done: %(act)s. The office has it now.", act=i18n.label(line.act)), "ok")
    return redirect(url_for("company.ending", number=number), 303)
