"""Certificates for programs: one by its number, as it stands today. Guesses are counted."""

from datetime import timedelta

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from regulator.features.licensing.queries.verifying import PublicCertificate, verify_number
from regulator.foundation import clock
from regulator.portals.api import answering as say
from regulator.portals.api import blueprint as api
from regulator.portals.api import schemas
from regulator.web import limits
from regulator.web.access import open_to_public
from regulator.web.errors import PROBLEM
from regulator.web.forms import code_sentence

UNKNOWN = 60
WINDOW = timedelta(minutes=15)


@api.get("/certificates/<number>")
@open_to_public
def certificate(number: str) -> ResponseReturnValue:
    """What anyone may know of a certificate; its state is asked anew each time."""
    guesses = limits.guesses("certificates_api", allowed=UNKNOWN, window=WINDOW)
    if seconds := guesses.wait(request.remote_addr):
        raise TooManyRequests(retry_after=seconds)
    found = verify_number(number, None, clock.today()).certificate
    if found is None:
        guesses.note_wrong(request.remote_addr)
        return _unknown()
    return say.answer(_certificate(found))


def _certificate(found: PublicCertificate) -> schemas.Certificate:
    return {
        "number": found.number,
        "state": found.state,
        "credit_code": found.credit_code,
        "company": found.company,
        "grade": found.grade,
        "provisional": found.is_provisional,
        "issued_on": say.day(found.issued_on),
        "valid_until": say.day(found.valid_until),
    }


def _unknown() -> Response:
    body: schemas.UnknownCertificate = {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": code_sentence("certificate_unknown"),
        "instance": request.path,
        "code": "certificate_unknown",
        "state": "unknown",
    }
    answer = jsonify(body)
    answer.status_code, answer.mimetype = 404, PROBLEM
    answer.headers["Cache-Control"] = "no-store"
    return answer
