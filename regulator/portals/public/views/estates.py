"""Estates for everyone: the list one searches, and the page of one estate."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.registry.queries import public as register
from regulator.features.registry.queries.public.estates import UNKNOWN
from regulator.features.registry.terms import Mode, NameKind
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.web import navigation
from regulator.web.access import open_to_public
from regulator.web.forms import choices, code_sentence
from regulator.web.navigation import MenuGroup
from regulator.web.remembered import remembered

navigation.add("public", MenuGroup.LOOK, "public.estates", _l("Estates"), active=("public.estate",))


@public.get("/estates")
@open_to_public
@remembered
def estates() -> ResponseReturnValue:
    """Estates by name, alias, road and number, code, place and mode of management."""
    q = given.words()
    today = clock.today()
    try:
        place, mode = given.place(), given.mode()
        cursor = request.args.get("cursor")
        page = register.public_estates(q=q, division=place, mode=mode, cursor=cursor, limit=given.PER_PAGE, on=today)
    except BadInput as error:
        sentence = code_sentence(error.code, error.params)
        empty = {"page": None, "place": None, "mode": None, "modes": _modes()}
        return render_template("public/estates.html", q=q[:100], problem=sentence, **empty), 400
    whole = page.next is None and not cursor
    return render_template(
        "public/estates.html",
        q=q,
        place=place,
        mode=mode,
        modes=_modes(),
        page=page,
        total=len(page.items)
        if whole
        else register.count_public_estates(q=q, division=place, mode=mode, on=today).number,
        names=register.public_estate_names(item.code for item in page.items) if q else {},
        places=register.public_divisions(place.code) if place else register.public_districts(),
        area=given.area_words(),
        mode_words=given.code_words(Mode),
        problem="",
        tail=given.tail(),
    )


@public.get("/estates/<code>")
@open_to_public
@remembered
def estate(code: str) -> ResponseReturnValue:
    """One estate: where it is, who serves it on a day and since when, who did before."""
    day, problem = given.day_or_problem()
    found = register.public_estate(code, on=day)
    page = render_template(
        "public/estate.html",
        estate=found,
        facts=found.facts,
        former=[item for item in found.names if item.kind is NameKind.FORMER],
        aliases=[item for item in found.names if item.kind is NameKind.ALIAS],
        day=day,
        is_today=day == clock.today(),
        problem=problem,
        tail=given.tail(),
    )
    return page, 400 if problem else 200


def _modes() -> list[tuple[str, str]]:
    return [*choices(Mode), (UNKNOWN, _("Not known"))]
