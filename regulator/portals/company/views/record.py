"""The company's own record and its people, read-only; never another company's."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import path_of
from regulator.features.papers.queries.deliveries import count_unopened
from regulator.features.registry.queries import companies, people
from regulator.features.registry.queries.history import as_of, name_on
from regulator.features.registry.queries.people import PersonFilter
from regulator.features.registry.terms import SubjectKind
from regulator.foundation import clock
from regulator.foundation.paging import parse_limit
from regulator.portals.company import blueprint
from regulator.portals.company.own import asked_day, own_credit_code
from regulator.web import navigation
from regulator.web.access import allow, current_scope
from regulator.web.navigation import MenuGroup

navigation.add("company", MenuGroup.REGISTER, "company.people_list", _l("Our people"), Permission.OWN_COMPANY_VIEW)


@blueprint.get("/")
@allow(Permission.OWN_COMPANY_VIEW)
def home() -> ResponseReturnValue:
    """What the register says of us, today or as of a day; corrections are asked of the bureau."""
    scope, day = current_scope(), asked_day()
    company = companies.get_company(scope, own_credit_code(), day=clock.today())
    names = companies.list_names(company.id)
    return render_template(
        "company/home.html",
        company=company,
        then=as_of(SubjectKind.COMPANY, company, day),
        name=name_on(company.name, names, day),
        names=names,
        place=path_of(company.division_code),
        served=companies.list_served_estates(scope, company, day=day),
        staff=people.count_staff(company.id, day=day),
        waiting=count_unopened(scope),
        day=day,
    )


@blueprint.get("/people")
@allow(Permission.OWN_COMPANY_VIEW)
def people_list() -> ResponseReturnValue:
    """Those whose present or last employment is with us; resident ID numbers stay masked."""
    wanted = PersonFilter(q=request.args.get("q", "").strip() or None)
    limit = parse_limit(request.args.get("limit"))
    page = people.list_people(current_scope(), wanted, cursor=request.args.get("cursor"), limit=limit)
    return render_template(
        "company/people.html", page=page, total=people.count_people(current_scope(), wanted), wanted=wanted
    )
