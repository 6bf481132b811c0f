"""What a person or a program is told when something does not work: clear, with a reference, without secrets."""

import secrets
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from regulator.foundation.database import is_busy
from regulator.foundation.errors import BadInput, Conflict, Forbidden, NotFound, StaleVersion, Unavailable
from regulator.law.findings import Finding, Refused
from regulator.web.forms import code_sentence, finding_sentence

log = structlog.get_logger(__name__)
PROBLEM = "application/problem+json"
BUSY_SECONDS = "5"
DESKS = ("/office/", "/window/", "/company/", "/admin/")
AT_DESK = frozenset({400, 403, 404, 409})
PAGES = frozenset({400, 401, 403, 404, 405, 409, 413, 429, 500, 503, 507})
UNAVAILABLE = {"file_store_full": 507, "stored_file_damaged": 500}
"""Every other thing that cannot serve just now may serve soon: 503."""


def install(app: Flask) -> None:
    """Register the answers for the whole application."""
    handlers: dict[type[Exception], Callable[[Any], ResponseReturnValue]] = {
        NotFound: lambda _error: answer(404),
        Forbidden: lambda _error: answer(403),
        BadInput: _bad_input,
        Conflict: _conflict,
        StaleVersion: _stale,
        Refused: _refused,
        Unavailable: _unavailable,
        CSRFError: _expired,
        HTTPException: _http,
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        app.register_error_handler(kind, handler)


def wants_json() -> bool:
    """Whether the asker is a program: by the address, or by what it says it accepts."""
    if request.path.startswith("/api/") or request.path.endswith((".json", ".geojson")):
        return True
    accepted = request.accept_mimetypes
    if f"{request.path}/".startswith("/ogc/"):  # for programs first, and a page for whoever asks for one
        page = accepted["text/html"] > accepted["application/json"]
        return {"json": True, "html": False}.get(request.args.get("f", ""), not page)
    return accepted["application/json"] > accepted["text/html"]


def reference() -> str:
    """A short mark by which the person and the log mean the same event."""
    return secrets.token_hex(4).upper()


def answer(
    status: int,
    *,
    detail: str = "",
    code: str = "",
    findings: Sequence[Finding] = (),
    about: str | None = None,
    mark: str = "",
) -> Response:
    """The page, or the RFC 9457 object, for one status."""
    mark = mark or reference()
    if wants_json():
        return _problem(status, detail, code, findings, about, mark)
    template = f"errors/{status}.html" if status in PAGES else "errors/other.html"
    page = render_template(
        template,
        status=status,
        detail=detail,
        findings=findings,
        reference=mark,
        without=_address_without(about),
        at_desk=status in AT_DESK and request.path.startswith(DESKS),
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _address_without(parameter: str | None) -> str | None:
    """The page that was asked for, without the one filter that cannot be read; every other stays as typed."""
    if request.method != "GET" or parameter not in request.args:
        return None
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in {parameter, "back"}]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def _problem(
    status: int, detail: str, code: str, findings: Sequence[Finding], about: str | None, mark: str
) -> Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "instance": request.path,
        "reference": mark,
    }
    body |= {key: value for key, value in (("detail", detail), ("code", code), ("parameter", about)) if value}
    if findings:
        body["findings"] = [{"code": finding.code, "detail": finding_sentence(finding)} for finding in findings]
    response = jsonify(body)
    response.status_code = status
    response.mimetype = PROBLEM
    response.headers["Cache-Control"] = "no-store"
    return response


def _bad_input(error: BadInput) -> Response:
    return answer(400, detail=code_sentence(error.code, error.params), code=error.code, about=error.about)


def _conflict(error: Conflict) -> Response:
    return answer(409, detail=code_sentence(error.code), code=error.code, about=error.about)


def _refused(error: Refused) -> Response:
    return answer(409, code="refused", findings=error.findings)


def _stale(_error: StaleVersion) -> Response:
    detail = _("Somebody else has changed this record since you opened it. Nothing was overwritten.")
    return answer(409, detail=detail, code="stale_version")


def _unavailable(error: Unavailable) -> Response:
    status, mark = UNAVAILABLE.get(error.code, 503), reference()
    log.error("unavailable", code=error.code, reference=mark, path=request.path, exc_info=error)
    response = answer(status, detail=code_sentence(error.code, error.params), code=error.code, mark=mark)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = BUSY_SECONDS
    return response


def _expired(_error: CSRFError) -> Response:
    detail = _("The page had been open for too long or came from elsewhere. Go back, reload it and send it again.")
    return answer(400, detail=detail, code="form_expired")


def _http(error: HTTPException) -> ResponseReturnValue:
    """Keeps what the protocol needs (Allow, Retry-After, redirects), replaces the words."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    if error.response is not None and error.code == HTTPStatus.UNAUTHORIZED:
        return error.response
    response = answer(error.code)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _broken(error: Exception) -> Response:
    mark = reference()
    if is_busy(error):
        log.warning("database busy", reference=mark, path=request.path, method=request.method)
        busy = answer(503, mark=mark)
        busy.headers["Retry-After"] = BUSY_SECONDS
        return busy
    log.error("request failed", reference=mark, path=request.path, method=request.method, exc_info=error)
    return answer(500, mark=mark)
