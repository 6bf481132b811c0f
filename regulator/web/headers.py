"""Headers every answer carries: what a page may load, who may frame it, what leaks to others."""

from __future__ import annotations

from flask import Flask, Response, request

from regulator.config import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_DESKS = ("/office", "/window", "/company", "/admin", "/account", "/sign-in")
HSTS = "max-age=31536000"


def headers_of_all(settings: Settings) -> dict[str, str]:
    """What every answer carries, a file as well as a page."""
    return _ALWAYS | ({"Strict-Transport-Security": HSTS} if settings.is_production else {})


def install(app: Flask) -> None:
    """Set the headers after each request; a view's own value stands."""
    always = headers_of_all(app.config["SETTINGS"])

    def set_headers(response: Response) -> Response:
        for name, value in always.items():
            response.headers.setdefault(name, value)
        if is_desk(request.path):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(set_headers)


def is_desk(path: str) -> bool:
    """Whether an address belongs to signed-in people: its pages are kept in no cache."""
    return any(path == desk or path.startswith((f"{desk}/", f"{desk}?")) for desk in _DESKS)
