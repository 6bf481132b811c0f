"""Estates for programs."""

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue

from regulator.features.registry.queries import public as register
from regulator.features.registry.queries.public.estate_page import EstatePage, PublicContract, Served
from regulator.features.registry.queries.public.estates import UNKNOWN, ModeWanted, PublicEstate
from regulator.features.registry.queries.public.places import Place
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.foundation.paging import parse_limit
from regulator.portals.api import answering as say
from regulator.portals.api import blueprint as api
from regulator.portals.api import schemas
from regulator.web.access import open_to_public
from regulator.web.remembered import remembered


@api.get("/estates")
@open_to_public
@remembered
def estates() -> ResponseReturnValue:
    """Estates by words, place and mode of today."""
    given = request.args
    page = register.public_estates(
        q=given.get("q", ""),
        division=register.public_division(given.get("division")),
        mode=_mode(given.get("mode", "")),
        cursor=given.get("cursor"),
        limit=parse_limit(given.get("limit")),
        on=clock.today(),
    )
    body: schemas.EstateList = {"items": [_line(item) for item in page.items], "next": page.next}
    return say.answer(body)


@api.get("/estates/<code>")
@open_to_public
@remembered
def estate(code: str) -> ResponseReturnValue:
    """One estate, and who serves it on a day."""
    on = say.as_of()
    return say.answer(_whole(register.public_estate(code, on=on), on))


def _mode(given: str) -> ModeWanted:
    if not given:
        return None
    if given == UNKNOWN:
        return UNKNOWN
    try:
        return Mode(given)
    except ValueError as error:
        raise BadInput("mode_not_offered", {"given": given[:30]}, about="mode") from error


def _line(item: PublicEstate) -> schemas.Estate:
    return {
        "code": item.code,
        "name": item.name,
        "kind": item.kind,
        "condition": item.condition,
        "division": _place(item.place),
        "mode": item.mode,
        "company": say.company(item.credit_code, item.company_name),
        "households": item.households,
        "floor_area_m2": say.square_metres(item.floor_area),
        "lon": item.lon,
        "lat": item.lat,
        "url": f"/estates/{item.code}",
    }


def _place(place: Place | None) -> schemas.DivisionRef:
    return say.division(place) or {"code": "", "name": ""}  # every estate has one: a foreign key says so


def _whole(found: EstatePage, on: date) -> schemas.EstateDetail:
    facts, service = found.facts, found.service
    return {
        "code": facts.code,
        "name": facts.name,
        "kind": facts.kind,
        "condition": facts.condition,
        "division": _place(found.place),
        "mode": service.mode if service else None,
        "company": say.company(service.credit_code, service.company_name) if service else None,
        "households": facts.households,
        "floor_area_m2": say.square_metres(facts.floor_area),
        "lon": facts.lon,
        "lat": facts.lat,
        "url": f"/estates/{facts.code}",
        "as_of": on.isoformat(),
        "former_names": say.former(found.names),
        "aliases": say.aliases(found.names),
        "address": facts.address,
        "condition_since": say.day(facts.condition_since),
        "areas": {
            "multi_storey_m2": say.square_metres(facts.area_multi_storey),
            "high_rise_m2": say.square_metres(facts.area_high_rise),
            "villa_m2": say.square_metres(facts.area_villa),
            "other_m2": say.square_metres(facts.area_other),
        },
        "site_area_m2": say.square_metres(facts.site_area),
        "buildings": facts.buildings,
        "completion_year": facts.completion_year,
        "ownership": facts.ownership,
        "facilities": facts.facilities,
        "duty_phone": facts.duty_phone,
        "project_manager": found.manager,
        "committee": _committee(found),
        "service": _service(service) if service else None,
        "history": [_service(item) for item in found.history],
        "contracts": [_contract(item) for item in found.contracts],
        "confirmed_on": say.day(facts.confirmed_at),
        "retired_on": say.day(facts.retired_on),
    }


def _committee(found: EstatePage) -> schemas.Committee | None:
    if found.committee is None:
        return None
    name, began_on, ended_on = found.committee
    return {"name": name, "term_began_on": began_on.isoformat(), "term_ended_on": say.day(ended_on)}


def _service(item: Served) -> schemas.Service:
    return {
        "mode": item.mode,
        "company": say.company(item.credit_code, item.company_name),
        "began_on": say.day(item.began_on),
        "stated_for": say.day(item.stated_for),
        "ended_on": say.day(item.ended_on),
        "basis": item.basis,
        "fee": say.yuan(item.fee),
    }


def _contract(item: PublicContract) -> schemas.Contract:
    return {
        "kind": item.kind,
        "company": {"credit_code": item.credit_code, "name": item.company_name},
        "began_on": item.began_on.isoformat(),
        "ended_on": say.day(item.ended_on),
        "fee": say.yuan(item.fee),
        "service_level": item.service_level,
    }
