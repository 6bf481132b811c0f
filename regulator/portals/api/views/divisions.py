"""Divisions for programs."""

from flask import request
from flask.typing import ResponseReturnValue

from regulator.features.registry.queries import public as register
from regulator.features.registry.queries.public.places import PublicDivision
from regulator.foundation.errors import BadInput
from regulator.foundation.paging import cursor_after, parse_limit, read_cursor
from regulator.portals.api import answering as say
from regulator.portals.api import blueprint as api
from regulator.portals.api import schemas
from regulator.web.access import open_to_public
from regulator.web.remembered import remembered

LIST = "api.divisions"


@api.get("/divisions")
@open_to_public
@remembered
def divisions() -> ResponseReturnValue:
    """The divisions in use directly below one, by code; the cities when none is named."""
    parent = _parent(request.args.get("parent"))
    limit = parse_limit(request.args.get("limit"))
    cursor = request.args.get("cursor")
    after = str(read_cursor(cursor, LIST, "code", 1)[0]) if cursor else ""
    below = register.public_divisions(parent.code if parent else None)
    rest = [item for item in below if item.code > after and not item.closed]
    shown = rest[:limit]
    body: schemas.DivisionList = {
        "items": [{"code": item.code, "name": item.name, "level": item.level} for item in shown],
        "next": cursor_after(LIST, "code", (shown[-1].code,)) if len(rest) > limit else None,
    }
    return say.answer(body)


def _parent(code: str | None) -> PublicDivision | None:
    """The division named by `parent`; what is wrong with it is said of that parameter."""
    try:
        return register.public_division(code)
    except BadInput as error:
        raise BadInput(error.code, error.params, about="parent") from error
