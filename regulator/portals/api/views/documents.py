"""The interface's own description: the OpenAPI document, and the same as a page for people."""

from flask import render_template
from flask.typing import ResponseReturnValue

from regulator.portals.api import PREFIX, openapi
from regulator.portals.api import answering as say
from regulator.portals.api import blueprint as api
from regulator.web.access import open_to_public


@api.get("/openapi.json")
@open_to_public
def openapi_document() -> ResponseReturnValue:
    """The OpenAPI 3.1 document."""
    return say.answer(openapi.document())


@api.get("/docs")
@open_to_public
def docs() -> ResponseReturnValue:
    """The document as a page: paths, parameters, shapes; nothing is loaded from elsewhere."""
    return render_template("api/docs.html", document=openapi.document(), prefix=PREFIX)
