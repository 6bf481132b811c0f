"""Tiles of the base map, handed out from this address whatever they come from."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from regulator.features.maps.basemap.chosen import base_map
from regulator.features.maps.basemap.tiles import GROUND, NAMES, NotNow, Place
from regulator.foundation.errors import NotFound
from regulator.portals.public import blueprint as public
from regulator.web.access import open_to_public

KEPT_SECONDS = 24 * 3600


@public.get("/map/base/<int:z>/<int:x>/<int:y>")
@open_to_public
def map_base(z: int, x: int, y: int) -> ResponseReturnValue:
    """A tile of the ground."""
    return _tile(Place(z, x, y), GROUND)


@public.get("/map/base/<int:z>/<int:x>/<int:y>/names")
@open_to_public
def map_base_names(z: int, x: int, y: int) -> ResponseReturnValue:
    """A tile of names, where they come as a sheet of their own."""
    return _tile(Place(z, x, y), NAMES)


def _tile(place: Place, sheet: str) -> Response:
    chosen = base_map()
    if chosen is None or not place.is_sound:
        raise NotFound("tile")
    try:
        tile = chosen.tile(place, sheet, request.remote_addr or "")
    except NotNow as error:
        status = 429 if error.asked_too_much else 503
        return Response(status=status, headers={"Retry-After": str(error.seconds), "Cache-Control": "no-store"})
    if tile is None:
        raise NotFound("tile")
    response = Response(tile.content, mimetype=tile.kind)
    response.cache_control.public = True
    response.cache_control.max_age = KEPT_SECONDS
    return response
