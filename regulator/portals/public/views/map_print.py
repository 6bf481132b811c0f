"""The map as a sheet of paper: the same map and the same address, with scale, legends, sources and the day."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.foundation.i18n import DEFAULT_LOCALE, current_locale, label
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.portals.public.views.maps import page_context
from regulator.web.access import open_to_public
from regulator.web.pages import current_site

SIZES = {"a4": "A4", "a3": "A3"}
ORIENTATIONS = ("landscape", "portrait")


@public.get("/map/print")
@open_to_public
def map_print() -> ResponseReturnValue:
    """One page of A4 or A3 across or upright; what else stands in the address is as on the map."""
    size, orientation = _one_of("size", tuple(SIZES)), _one_of("orientation", ORIENTATIONS)
    context = page_context()
    division = given.place()
    metric = context["layers"].metric
    place = division.name if division else _city()
    return render_template(
        "public/map_print.html",
        **context,
        size=size,
        sizes=SIZES,
        orientation=orientation,
        orientations={"landscape": _("Landscape"), "portrait": _("Portrait")},
        heading=_sheet_title(place, label(metric.name) if metric else ""),
        place=place,
        back=_address_of_map(),
        day=clock.today(),
    )


def _city() -> str:
    here = current_site()
    return here.city if current_locale() == DEFAULT_LOCALE else here.city_en or here.city


def _sheet_title(place: str, figure: str) -> str:
    if figure:
        return _("%(place)s: %(figure)s", place=place, figure=figure)
    return _("Map of estates: %(place)s", place=place)


def _address_of_map() -> str:
    asked: dict[str, Any] = request.args.to_dict(flat=False)
    return url_for("public.map_page", **{name: asked[name] for name in asked if name not in {"size", "orientation"}})


def _one_of(name: str, offered: tuple[str, ...]) -> str:
    asked = request.args.get(name, "") or offered[0]
    if asked not in offered:
        raise BadInput("print_form_not_offered", {"given": asked[:20], "offered": ", ".join(offered)}, about=name)
    return asked
