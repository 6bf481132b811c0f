"""Looking up companies and estates at the counter, within the clerk's scope."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from regulator.features.accounts.terms import Permission
from regulator.features.registry.queries.companies import CompanyFilter, list_companies
from regulator.features.registry.queries.estates import EstateFilter, list_estates
from regulator.foundation import clock
from regulator.portals.window import blueprint
from regulator.web.access import allow, current_scope

SHOWN = 20
MAX_QUERY = 200


@blueprint.get("/")
@allow(Permission.WINDOW_DESK)
def home() -> ResponseReturnValue:
    """One search for both; each answer leads to the page everybody may see."""
    q = request.args.get("q", "").strip()[:MAX_QUERY]
    if not q:
        return render_template("window/home.html", q="", companies=None, estates=None)
    day, scope = clock.today(), current_scope()
    companies = list_companies(scope, CompanyFilter(q=q), day=day, limit=SHOWN)
    estates = list_estates(scope, EstateFilter(q=q), day=day, limit=SHOWN)
    return render_template("window/home.html", q=q, companies=companies, estates=estates, day=day)
