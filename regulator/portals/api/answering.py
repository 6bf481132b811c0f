"""How the interface answers: compact JSON with an entity tag, units as the contract has them, days from addresses."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from regulator.features.registry.queries.public.company_page import OtherName
from regulator.features.registry.queries.public.places import Place
from regulator.features.registry.terms import NameKind
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.portals.api import schemas

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
FIRST_DAY = date(1980, 1, 1)


def answer(body: Any) -> ResponseReturnValue:
    """The body as JSON, or 304 when the asker has it already."""
    response = Response(_encode(body), mimetype="application/json")
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    return response.make_conditional(request)


def as_of(name: str = "as_of") -> date:
    """The day asked for, today unless given. Raises BadInput."""
    given = request.args.get(name, "")
    if not given:
        return clock.today()
    try:
        day = date.fromisoformat(given[:20])
    except ValueError as error:
        raise BadInput("as_of_unreadable", {"given": given[:20]}, about=name) from error
    if not FIRST_DAY <= day <= clock.today():
        raise BadInput("as_of_out_of_range", {"given": given[:20]}, about=name)
    return day


def square_metres(centi: int | None) -> float | None:
    """0.01 ㎡ to ㎡; the nearest number with two decimals."""
    return None if centi is None else centi / 100


def yuan(fen: int | None) -> float | None:
    """Fen to yuan."""
    return None if fen is None else fen / 100


def day(value: date | datetime | None) -> str | None:
    """2026-11-23; a moment's day in China."""
    if value is None:
        return None
    return (clock.day_of(value) if isinstance(value, datetime) else value).isoformat()


def division(place: Place | None) -> schemas.DivisionRef | None:
    """A place by its code and own name."""
    return {"code": place.code, "name": place.name} if place else None


def company(credit_code: str | None, name: str | None) -> schemas.CompanyRef | None:
    """A company, when there is one."""
    return {"credit_code": credit_code, "name": name or ""} if credit_code else None


def former(names: Iterable[OtherName]) -> list[schemas.OtherName]:
    """The former names."""
    return [{"name": item.name, "until": day(item.ended_on)} for item in names if item.kind is NameKind.FORMER]


def aliases(names: Iterable[OtherName]) -> list[str]:
    """The aliases."""
    return [item.name for item in names if item.kind is NameKind.ALIAS]
