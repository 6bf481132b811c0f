"""How this portal answers: one body as JSON or as a page, with its links in the header as well. Asks for nothing."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NotRequired, TypedDict
from urllib.parse import quote, urlencode

from flask import Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.http import generate_etag

from regulator.foundation.errors import BadInput
from regulator.web.language import html_lang

JSON = "application/json"
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
HTML = "text/html"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_CHANGES_ALWAYS = frozenset({"timeStamp"})
_SHOWN = 20


class Link(TypedDict):
    """A link as the standard has it; absolute."""

    href: str
    rel: str
    type: str
    title: NotRequired[str]


def wants_page(media: str = JSON) -> bool:
    """Whether a page is asked for rather than `media`: by `f`, else by Accept. Raises BadInput; 406 for neither."""
    asked = request.args.get("f")
    if asked is not None:
        if asked not in ("json", "html"):
            raise BadInput("format_not_offered", {"given": asked[:_SHOWN]}, about="f")
        return asked == "html"
    if not request.accept_mimetypes:
        return False
    best = request.accept_mimetypes.best_match([media, media.partition(";")[0], JSON, HTML])
    if best is None:
        abort(406)
    return best == HTML


def answer(
    body: Mapping[str, Any], page: str, context: Callable[[], Mapping[str, Any]] = dict, *, media: str = JSON
) -> ResponseReturnValue:
    """The body as `media`, or the page of this template, which is given it as `body` and what the context makes."""
    if wants_page(media):
        response = make_response(render_template(page, body=body, **context()))
    else:
        response = Response(_encode(body), content_type=media)
        lasting = {name: value for name, value in body.items() if name not in _CHANGES_ALWAYS}
        response.set_etag(generate_etag(_encode(lasting).encode()), weak=True)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Content-Language"] = html_lang()
    for link in body.get("links", ()):
        response.headers.add("Link", f'<{link["href"]}>; rel="{link["rel"]}"; type="{link["type"]}"')
    return response.make_conditional(request)


def here(media: str = JSON) -> list[Link]:
    """This address in the format asked for, and in the other one."""
    formats: tuple[tuple[str, str, str], ...] = (("json", media, "JSON"), ("html", HTML, "HTML"))
    page = wants_page(media)
    return [
        {
            "href": _again(f=name),
            "rel": "self" if page == (name == "html") else "alternate",
            "type": kind,
            "title": _("This page as %(format)s", format=words),
        }
        for name, kind, words in sorted(formats, key=lambda one: page != (one[0] == "html"))
    ]


def further(cursor: str, media: str = GEOJSON) -> Link:
    """The page that follows, in the format of this one."""
    page = wants_page(media)
    href = _again(f="html" if page else "json", cursor=cursor)
    return {"href": href, "rel": "next", "type": HTML if page else media, "title": _("Next page")}


def to(endpoint: str, rel: str, media: str, title: str, **parts: str) -> Link:
    """A link to another address of this portal."""
    return {"href": url_for(endpoint, _external=True, **parts), "rel": rel, "type": media, "title": title}


def _again(**changes: str) -> str:
    """This very address, absolute, with these parameters changed."""
    args = {**request.args.to_dict(), **changes}
    path = quote(request.path)
    return f"{request.host_url.rstrip('/')}{path}" + (f"?{urlencode(args)}" if args else "")
