"""Companies for programs."""

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue

from regulator.features.licensing.queries.certificates import CertificateRow, find_qualification
from regulator.features.registry.queries import public as register
from regulator.features.registry.queries.public.companies import PublicCompany
from regulator.features.registry.queries.public.company_page import CompanyPage, ServedEstate
from regulator.foundation import clock
from regulator.foundation.paging import MAX_LIMIT, parse_limit
from regulator.portals.api import answering as say
from regulator.portals.api import blueprint as api
from regulator.portals.api import schemas
from regulator.web.access import open_to_public
from regulator.web.remembered import remembered


@api.get("/companies")
@open_to_public
@remembered
def companies() -> ResponseReturnValue:
    """Companies by words and place."""
    given = request.args
    page = register.public_companies(
        q=given.get("q", ""),
        division=register.public_division(given.get("division")),
        cursor=given.get("cursor"),
        limit=parse_limit(given.get("limit")),
        on=clock.today(),
    )
    body: schemas.CompanyList = {"items": [_line(item) for item in page.items], "next": page.next}
    return say.answer(body)


@api.get("/companies/<credit_code>")
@open_to_public
@remembered
def company(credit_code: str) -> ResponseReturnValue:
    """One company, and whom it serves on a day."""
    on = say.as_of()
    found = register.public_company(credit_code, on=on)
    served = register.public_company_estates(found, limit=MAX_LIMIT, on=on)
    return say.answer(_whole(found, served.items, on))


def _line(item: PublicCompany) -> schemas.Company:
    return {
        "credit_code": item.credit_code,
        "name": item.name,
        "status": item.status,
        "division": say.division(item.division),
        "estate_count": item.estate_count,
        "floor_area_m2": say.square_metres(item.floor_area),
        "url": f"/companies/{item.credit_code}",
    }


def _whole(found: CompanyPage, served: tuple[ServedEstate, ...], on: date) -> schemas.CompanyDetail:
    return {
        "credit_code": found.credit_code,
        "name": found.name,
        "status": found.status,
        "division": say.division(found.division),
        "estate_count": found.tally.estates,
        "floor_area_m2": say.square_metres(found.tally.floor_area),
        "url": f"/companies/{found.credit_code}",
        "as_of": on.isoformat(),
        "former_names": say.former(found.names),
        "aliases": say.aliases(found.names),
        "registration_kind": found.registration_kind,
        "legal_representative": found.legal_representative,
        "phone": found.phone,
        "registered_capital": say.yuan(found.registered_capital),
        "founded_on": say.day(found.founded_on),
        "registered_address": found.registered_address,
        "office_address": found.office_address,
        "business_scope": found.business_scope,
        "introduction": found.introduction,
        "declared_grade": found.declared_grade,
        "declared_grade_text": found.declared_grade_text,
        "declared_certificate": found.declared_certificate,
        "qualification": _qualification(find_qualification(found.key, on)),
        "households": found.tally.households,
        "confirmed_on": say.day(found.confirmed_at),
        "retired_on": say.day(found.retired_on),
        "estates": [_served(item) for item in served],
    }


def _qualification(found: CertificateRow | None) -> schemas.Qualification | None:
    if found is None:
        return None
    return {
        "grade": found.grade,
        "provisional": found.is_provisional,
        "nature": found.nature,
        "state": found.state,
        "certificate_number": found.number,
        "valid_until": say.day(found.valid_until),
    }


def _served(item: ServedEstate) -> schemas.ServedEstate:
    return {
        "code": item.code,
        "name": item.name,
        "division": say.division(item.place),
        "mode": item.mode,
        "began_on": say.day(item.began_on),
        "stated_for": say.day(item.stated_for),
        "basis": item.basis,
        "fee": say.yuan(item.fee),
        "households": item.households,
        "floor_area_m2": say.square_metres(item.floor_area),
        "url": f"/estates/{item.code}",
    }
