"""The portal for programs: the public facts as JSON, read-only, without a key. No sentences but those of errors."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Blueprint, Response, request

from regulator.portals.api import views

PREFIX = "/api/v1"

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)


@blueprint.after_app_request
def let_others_read(response: Response) -> Response:
    """Pages of other sites may read the answers, errors included: they are public and carry nobody's rights."""
    if request.path.startswith("/api/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


for name in sorted(room.name for room in iter_modules(views.__path__)):
    import_module(f"{views.__name__}.{name}")
