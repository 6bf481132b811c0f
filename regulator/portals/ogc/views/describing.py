"""What the interface is: landing page, conformance, collections, and its OpenAPI document."""

from flask.typing import ResponseReturnValue

from regulator.portals.ogc import answering as say
from regulator.portals.ogc import blueprint as ogc
from regulator.portals.ogc import describing, given, openapi
from regulator.portals.ogc.collections import get_collection
from regulator.web.access import open_to_public


@ogc.get("/", strict_slashes=False)
@open_to_public
def landing() -> ResponseReturnValue:
    """Where everything else is found from."""
    given.only()
    return say.answer(describing.landing(), "ogc/landing.html")


@ogc.get("/conformance")
@open_to_public
def conformance() -> ResponseReturnValue:
    """The conformance classes of the standard."""
    given.only()
    return say.answer(describing.conformance(), "ogc/conformance.html")


@ogc.get("/collections")
@open_to_public
def collections() -> ResponseReturnValue:
    """What can be asked for."""
    given.only()
    return say.answer(describing.collections(), "ogc/collections.html")


@ogc.get("/collections/<collection>")
@open_to_public
def collection(collection: str) -> ResponseReturnValue:
    """One collection: what it holds, how far it reaches, what it may be asked by."""
    found = get_collection(collection)
    given.only()
    return say.answer(describing.collection(found, say.here()), "ogc/collection.html", lambda: {"collection": found})


@ogc.get("/api")
@open_to_public
def api() -> ResponseReturnValue:
    """The OpenAPI 3.0 document, or the same as a page."""
    given.only()
    return say.answer(openapi.document(), "ogc/api.html", media=say.OPENAPI)
