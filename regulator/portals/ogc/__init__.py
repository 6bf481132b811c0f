"""The portal for GIS desktops: OGC API – Features over the public facts, read-only, without a key or a cookie."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Blueprint, Response, request

from regulator.portals.ogc import views

PREFIX = "/ogc"

blueprint = Blueprint("ogc", __name__, url_prefix=PREFIX)


@blueprint.after_app_request
def let_others_read(response: Response) -> Response:
    """Pages of other sites may read the answers, errors included: they are public and carry nobody's rights."""
    if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.vary.add("Accept")
    return response


for name in sorted(room.name for room in iter_modules(views.__path__)):
    import_module(f"{views.__name__}.{name}")
