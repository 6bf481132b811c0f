"""Companies for everyone: the list one searches, and the page of one company."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from regulator.features.licensing.queries.certificates import list_certificates_of
from regulator.features.registry.queries import public as register
from regulator.features.registry.terms import CompanyStatus, NameKind
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.web import navigation
from regulator.web.access import open_to_public
from regulator.web.forms import code_sentence
from regulator.web.navigation import MenuGroup
from regulator.web.remembered import remembered

SERVED_PER_PAGE = 20

navigation.add("public", MenuGroup.LOOK, "public.companies", _l("Companies"), active=("public.company",))


@public.get("/companies")
@open_to_public
@remembered
def companies() -> ResponseReturnValue:
    """Companies by name, former name, credit code and place."""
    q = given.words()
    try:
        place = given.place()
        cursor = request.args.get("cursor")
        page = register.public_companies(
            q=q, division=place, cursor=cursor, limit=given.PER_PAGE, on=clock.today(), with_names=bool(q)
        )
    except BadInput as error:
        sentence = code_sentence(error.code, error.params)
        return render_template("public/companies.html", q=q[:100], problem=sentence, page=None, place=None), 400
    whole = page.next is None and not cursor
    return render_template(
        "public/companies.html",
        q=q,
        place=place,
        page=page,
        total=len(page.items) if whole else register.count_public_companies(q=q, division=place).number,
        area=given.area_words(),
        statuses=given.code_words(CompanyStatus),
        places=register.public_divisions(place.code) if place else register.public_districts(),
        problem="",
        tail=given.tail(),
    )


@public.get("/companies/<credit_code>")
@open_to_public
@remembered
def company(credit_code: str) -> ResponseReturnValue:
    """One company: its entry, whom it serves on a day, and why the page shows what it shows."""
    day, problem = given.day_or_problem()
    found = register.public_company(credit_code, on=day)
    estates = register.public_company_estates(found, cursor=request.args.get("cursor"), limit=SERVED_PER_PAGE, on=day)
    page = render_template(
        "public/company.html",
        company=found,
        former=[item for item in found.names if item.kind is NameKind.FORMER],
        aliases=[item for item in found.names if item.kind is NameKind.ALIAS],
        estates=estates,
        past=register.public_company_past(found, on=day),
        certificates=list_certificates_of(found.key, day),
        day=day,
        is_today=day == clock.today(),
        problem=problem,
        tail=given.tail(),
    )
    return page, 400 if problem else 200
