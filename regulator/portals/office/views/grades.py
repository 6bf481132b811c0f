"""A company held against the grades of a day, facts from elsewhere, and the rules for grades. Decides nothing."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.actions import outside_facts as acts
from regulator.features.licensing.queries import rulesets as rules
from regulator.features.licensing.queries.outside_facts import get_outside_fact, list_outside_facts
from regulator.features.licensing.queries.prospects import prospects
from regulator.features.licensing.rules.outside_facts import CREDIT_GRADES
from regulator.features.licensing.terms import HouseKind, OutsideFactKind
from regulator.features.registry.queries import companies
from regulator.foundation import clock, i18n
from regulator.foundation.errors import BadInput
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.companies import ReasonForm
from regulator.portals.office.forms.grades import VALUE_FIELD, OutsideFactForm
from regulator.web import filters, forms, navigation
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.transaction import commits

navigation.add(
    "office",
    MenuGroup.OVERSIGHT,
    "office.rule_sets",
    _l("Rules for grades"),
    Permission.LICENSING_VIEW,
    active=("office.rule_set",),
)


@office.get("/licensing/rule-sets")
@allow(Permission.LICENSING_VIEW)
def rule_sets() -> ResponseReturnValue:
    """Every rule set, the last to begin first."""
    return render_template("office/grades/rule_sets.html", rows=rules.list_rule_sets())


@office.get("/licensing/rule-sets/<rule_set_code>")
@allow(Permission.LICENSING_VIEW)
def rule_set(rule_set_code: str) -> ResponseReturnValue:
    """What each grade asks for, and how it is granted."""
    return render_template("office/grades/rule_set.html", row=rules.get_rule_set(rule_set_code))


# --- a company -------------------------------------------------------------------------------------------------------


@office.get("/companies/<credit_code>/grades")
@allow(Permission.LICENSING_VIEW)
def company_grades(credit_code: str) -> ResponseReturnValue:
    """What a company met and lacked for each grade of a day."""
    return _page(_company(credit_code), forms.fill(OutsideFactForm, {"happened_on": clock.today()}))


@office.post("/licensing/companies/<credit_code>/outside-facts")
@allow(Permission.OUTSIDE_FACTS_RECORD)
@commits
def outside_fact_record(credit_code: str) -> ResponseReturnValue:
    """Record a barring act, an assessment's result or a credit grade of a company registered here."""
    company = companies.get_own_company(current_scope(), credit_code)
    filled = forms.read(OutsideFactForm)
    value = filled.value
    if value is None:
        return _page(company, filled), 400
    if not attempt(
        filled,
        lambda: acts.record_outside_fact(
            company, value.kind, value.value, happened_on=value.happened_on, document=value.document, note=value.note,
            actor=current_actor(), now=clock.now(),
        ),
        at=VALUE_FIELD,
    ):  # fmt: skip
        return _page(company, filled), 409
    flash(_("The fact is recorded and counts from its day on."), "ok")
    return _to_grades(credit_code)


@office.get("/licensing/companies/<credit_code>/outside-facts/<uuid:fact_id>")
@allow(Permission.OUTSIDE_FACTS_RECORD)
def outside_fact(credit_code: str, fact_id: UUID) -> ResponseReturnValue:
    """A fact, and the form that takes it back."""
    company = companies.get_own_company(current_scope(), credit_code)
    return _fact_page(company, fact_id, forms.fill(ReasonForm))


@office.post("/licensing/companies/<credit_code>/outside-facts/<uuid:fact_id>/take-back")
@allow(Permission.OUTSIDE_FACTS_RECORD)
@commits
def outside_fact_take_back(credit_code: str, fact_id: UUID) -> ResponseReturnValue:
    """Take back a fact recorded by mistake."""
    company = companies.get_own_company(current_scope(), credit_code)
    fact = get_outside_fact(company, fact_id)
    filled, version = forms.read(ReasonForm), sent_version()
    value = filled.value
    if value is None:
        return _fact_page(company, fact_id, filled), 400
    if not attempt(
        filled,
        lambda: acts.take_back_outside_fact(
            fact, company, reason=value.reason, version=version, actor=current_actor(), now=clock.now()
        ),
    ):
        return _fact_page(company, fact_id, filled), 409
    flash(_("The fact is taken back and counts no more."), "ok")
    return _to_grades(credit_code)


# --- what the views share --------------------------------------------------------------------------------------------


def _company(credit_code: str) -> Any:
    day = listing.asked_day() if request.args.get("as_of") else clock.today()
    return companies.get_company(current_scope(), credit_code, day=day)


def _to_grades(credit_code: str) -> ResponseReturnValue:
    return redirect(url_for("office.company_grades", credit_code=credit_code), 303)


def _page(company: Any, filled: forms.Filled[OutsideFactForm]) -> str:
    day, refusal, found = listing.asked_day(), None, None
    try:
        found = prospects(company, day)
    except BadInput as error:
        refusal = forms.code_sentence(error.code, error.params)
    known = acts_known()
    return render_template(
        "office/grades/company.html",
        company=company,
        day=day,
        found=found,
        refusal=refusal,
        chosen=found.shown(request.args.get("grade", "")) if found else None,
        own=companies.is_registered_in(current_scope(Permission.LICENSING_VIEW), company),
        outside=list_outside_facts(company),
        acts=known,
        act_choices=[(code, filters.wording(words, i18n.current_locale())) for code, words in known.items()],
        grade_choices=[(one, one) for one in CREDIT_GRADES],
        kinds=forms.choices(OutsideFactKind),
        houses=list(HouseKind),
        form=filled,
    )


def _fact_page(company: Any, fact_id: UUID, filled: forms.Filled[ReasonForm]) -> str:
    fact = get_outside_fact(company, fact_id)
    return render_template(
        "office/grades/outside_fact.html", company=company, fact=fact, acts=acts_known(), form=filled
    )


def acts_known() -> dict[str, Any]:
    """Every barring act any rule set names, the words of the latest one."""
    return {code: words for one in rules.all_rule_sets() for code, words in one.acts.items()}
