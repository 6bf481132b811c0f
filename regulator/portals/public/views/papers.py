"""Checking a paper by its number and check code, as the QR on it leads here. Nothing of what it says is told."""

from datetime import timedelta

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import TooManyRequests

from regulator.features.papers.queries.checking import Checked, public_check
from regulator.features.papers.rules.checking import LONGEST_TYPED
from regulator.features.papers.terms import CodeCheck, PaperStanding
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.web import limits, navigation
from regulator.web.access import open_to_public
from regulator.web.navigation import MenuGroup

WRONG_CODES = 20
WINDOW = timedelta(minutes=15)

navigation.add("public", MenuGroup.LOOK, "public.papers", _l("Check a paper"), active=("public.paper",))


@public.get("/papers")
@open_to_public
def papers() -> ResponseReturnValue:
    """The form for whoever has no camera at hand, and its answer."""
    return _answer(request.args.get("number", ""))


@public.get("/papers/<number>")
@open_to_public
def paper(number: str) -> ResponseReturnValue:
    """What the register says of a number; with the code printed beside it, whether the paper at hand is that one."""
    return _answer(number)


def _answer(number: str) -> ResponseReturnValue:
    """Never remembered anywhere: a paper that is withdrawn now is shown as withdrawn now."""
    number, code = number.strip()[:LONGEST_TYPED], request.args.get("code", "").strip()[:LONGEST_TYPED]
    checked = _check(number, code) if number else None
    page = render_template("public/papers.html", number=number, code=code, checked=checked, tail=given.tail())
    answer = make_response(page, _status(checked))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _check(number: str, code: str) -> Checked:
    guesses = limits.guesses("check_codes", allowed=WRONG_CODES, window=WINDOW)
    if code and (seconds := guesses.wait(request.remote_addr)):
        raise TooManyRequests(retry_after=seconds)
    checked = public_check(number, code)
    if checked.code is CodeCheck.DIFFERS:
        guesses.note_wrong(request.remote_addr)
    return checked


def _status(checked: Checked | None) -> int:
    if checked is None:
        return 200
    if checked.standing is PaperStanding.UNKNOWN:
        return 404
    return 400 if checked.code is CodeCheck.UNREADABLE else 200
