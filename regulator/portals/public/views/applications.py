"""Following an application by its receipt: number and follow code together tell where it stands, nothing else."""

from datetime import timedelta

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from regulator.features.licensing.queries.applications.listing import find_followed, get_row
from regulator.features.licensing.queries.applications.standing import list_pauses
from regulator.features.licensing.rules.clocks import waiting_for
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.web import limits
from regulator.web.access import open_to_public

WRONG_CODES = 20
WINDOW = timedelta(minutes=15)
LONGEST = 40


@public.get("/applications")
@open_to_public
def applications() -> ResponseReturnValue:
    """The form for whoever has no camera at hand, and its answer."""
    return _answer(request.args.get("number", ""))


@public.get("/applications/<number>")
@open_to_public
def application(number: str) -> ResponseReturnValue:
    """Where the receipt's QR leads."""
    return _answer(number)


def _answer(number: str) -> ResponseReturnValue:
    """A wrong code and a number nobody has are answered alike, and both count as guesses."""
    number = number.strip()[:LONGEST]
    code = request.args.get("code", "").strip().upper()[:LONGEST]
    guesses = limits.guesses("follow_codes", allowed=WRONG_CODES, window=WINDOW)
    if code and (seconds := guesses.wait(request.remote_addr)):
        raise TooManyRequests(retry_after=seconds)
    found = find_followed(number, code) if number and code else None
    if number and code and found is None:
        guesses.note_wrong(request.remote_addr)
    page = render_template(
        "public/applications.html",
        number=number,
        code=code,
        found=found,
        waiting=waiting_for(found.state) if found else None,
        authority=get_row(found).authority if found else None,
        stopped=found is not None and any(pause.resumed_on is None for pause in list_pauses(found)),
        tail=given.tail(),
    )
    answer = make_response(page, 404 if number and code and found is None else 200)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
