"""Could we? The company held against each grade, with what is missing as a number. Applies for nothing."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.queries.prospects import prospects
from regulator.features.licensing.terms import HouseKind
from regulator.features.registry.queries import companies
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.portals.company import blueprint
from regulator.portals.company.own import asked_day, own_credit_code
from regulator.web import forms, navigation
from regulator.web.access import allow, current_scope
from regulator.web.navigation import MenuGroup

navigation.add("company", MenuGroup.REGISTER, "company.grades", _l("Could we?"), Permission.OWN_COMPANY_VIEW)


@blueprint.get("/grades")
@allow(Permission.OWN_COMPANY_VIEW)
def grades() -> ResponseReturnValue:
    """Every grade of a day: what is met, what is missing."""
    day, refusal, found = asked_day(), None, None
    company = companies.get_company(current_scope(), own_credit_code(), day=clock.today())
    try:
        found = prospects(company, day)
    except BadInput as error:
        refusal = forms.code_sentence(error.code, error.params)
    chosen = found.shown(request.args.get("grade", "")) if found else None
    return render_template(
        "company/grades/page.html", company=company, day=day, found=found, chosen=chosen, refusal=refusal,
        houses=list(HouseKind),
    )  # fmt: skip
