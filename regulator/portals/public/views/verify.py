"""Checking a certificate by number, by the QR on it, or by its file. Only what anyone may know; nothing is kept."""

from datetime import timedelta

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import TooManyRequests

from regulator.features.licensing.certificate_terms import CertificateAnswer
from regulator.features.licensing.queries.verifying import LARGEST_FILE, Verified, verify_file, verify_number
from regulator.foundation import clock
from regulator.foundation.extensions import csrf
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.web import limits, navigation
from regulator.web.access import open_to_public
from regulator.web.navigation import MenuGroup

WRONG = 30
WINDOW = timedelta(minutes=15)
LONGEST_TYPED = 120
ROOM_FOR_THE_FORM = 16 * 1024

navigation.add(
    "public", MenuGroup.LOOK, "public.verify", _l("Verify a certificate"), active=("public.certificate",)
)  # fmt: skip


@public.get("/verify")
@open_to_public
def verify() -> ResponseReturnValue:
    """The forms for whoever has no camera at hand, and the answer to a typed number."""
    number = request.args.get("number", "")
    return _page(_of_number(number) if number.strip() else None, number)


@public.get("/verify/<number>")
@open_to_public
def certificate(number: str) -> ResponseReturnValue:
    """What the register says of a number; with the code printed beside it, whether the paper at hand is that one."""
    return _page(_of_number(number), number)


@csrf.exempt  # type: ignore[untyped-decorator]  # it changes nothing and carries nobody's rights; public pages set no cookie
@public.post("/verify")
@open_to_public
def certificate_file() -> ResponseReturnValue:
    """Whether a PDF is the certificate that was issued. It is read, compared and let go."""
    request.max_content_length = LARGEST_FILE + ROOM_FOR_THE_FORM
    guesses = _may_guess()
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    if not content:
        return _page(None, "", nothing_sent=True)
    found = verify_file(content, clock.today())
    if found.is_wrong:
        guesses.note_wrong(request.remote_addr)
    return _page(found, found.certificate.number if found.certificate else "")


def _of_number(number: str) -> Verified:
    guesses = _may_guess()
    code = request.args.get("code", "").strip()[:LONGEST_TYPED]
    found = verify_number(number.strip()[:LONGEST_TYPED], code, clock.today())
    if found.is_wrong:
        guesses.note_wrong(request.remote_addr)
    return found


def _may_guess() -> limits.Guesses:
    guesses = limits.guesses("certificates", allowed=WRONG, window=WINDOW)
    if seconds := guesses.wait(request.remote_addr):
        raise TooManyRequests(retry_after=seconds)
    return guesses


def _page(found: Verified | None, number: str, *, nothing_sent: bool = False) -> ResponseReturnValue:
    """Never remembered anywhere: one that is withdrawn now is shown as withdrawn now."""
    page = render_template(
        "public/verify.html",
        found=found,
        number=number.strip()[:LONGEST_TYPED],
        code=request.args.get("code", "").strip()[:LONGEST_TYPED],
        nothing_sent=nothing_sent,
        tail=given.tail(),
        day=clock.today(),
    )
    unknown = found is not None and found.answer is CertificateAnswer.UNKNOWN
    answer = make_response(page, 404 if unknown else 400 if nothing_sent else 200)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
