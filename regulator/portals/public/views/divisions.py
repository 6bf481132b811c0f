"""The territory for everyone: from the city down to the community, with the way to what lies there."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from regulator.features.registry.queries import public as register
from regulator.foundation.errors import BadInput, NotFound
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.web import navigation
from regulator.web.access import open_to_public
from regulator.web.navigation import MenuGroup

navigation.add("public", MenuGroup.LOOK, "public.divisions", _l("Districts"), active=("public.division",))


@public.get("/divisions")
@open_to_public
def divisions() -> ResponseReturnValue:
    """The top of the tree: the city's districts, or the cities where there are several."""
    cities = register.public_divisions(None)
    if len(cities) == 1:
        return _page(cities[0].code)
    return render_template(
        "public/divisions.html", division=None, path=[], children=cities, counts={}, tail=given.tail()
    )


@public.get("/divisions/<code>")
@open_to_public
def division(code: str) -> ResponseReturnValue:
    """One division: what lies directly below it and how many estates each part has."""
    return _page(code)


def _page(code: str) -> ResponseReturnValue:
    try:
        found = register.public_division(code)
    except BadInput as error:
        raise NotFound(code) from error
    if found is None:
        raise NotFound(code)
    return render_template(
        "public/divisions.html",
        division=found,
        path=register.public_path(found),
        children=register.public_divisions(code),
        counts=register.count_estates_below(found),
        tail=given.tail(),
    )
