"""Certificates on the office's desk: the list of the territory, one certificate with its file. No acts here."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.actions.filing import certificate_room
from regulator.features.licensing.certificate_terms import (
    CertificateLanguage,
    CertificateOrigin,
    CertificateState,
    shown_state,
    words_of,
)
from regulator.features.licensing.endings_terms import OPEN_ENDINGS, shown_ending
from regulator.features.licensing.queries import certificates as queries
from regulator.features.licensing.queries.certificates import CertificateFilter, CertificateRow
from regulator.features.licensing.queries.endings.listing import list_endings_of
from regulator.features.licensing.queries.reviews.published import latest_results
from regulator.features.licensing.rules.certificates import state_on
from regulator.features.licensing.terms import Nature
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.i18n import current_locale, label
from regulator.foundation.paging import parse_limit
from regulator.pieces import endings
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.forms.certificates import TakeBackForm
from regulator.web import filters, forms, navigation
from regulator.web.access import allow, current_permissions, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.sending import send_kept

ENDING = (30, 90, 180, 365)
"""Within how many days a list of ending certificates looks."""

navigation.add(
    "office", MenuGroup.OVERSIGHT, "office.certificates", _l("Company certificates"), Permission.LICENSING_VIEW,
    active=("office.certificate",),
)  # fmt: skip


@office.get("/licensing/certificates")
@allow(Permission.LICENSING_VIEW)
def certificates() -> ResponseReturnValue:
    """The certificates of companies of the territory in their state of today, the last recorded first."""
    scope, wanted, day = current_scope(), _wanted(), clock.today()
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_certificates(scope, wanted, day, cursor=c, limit=n))
        return listing.export(_("Company certificates"), _columns(), rows, day=day, territory=scope.label)
    page = queries.list_certificates(
        scope, wanted, day, cursor=request.args.get("cursor"), limit=parse_limit(request.args.get("limit"))
    )
    return render_template(
        "office/certificates/list.html",
        page=page,
        total=queries.count_certificates(scope, wanted, day),
        scope=scope,
        wanted=wanted,
        day=day,
        division=listing.asked_division(),
        divisions=listing.division_choices(scope),
        states=forms.choices(CertificateState),
        natures=forms.choices(Nature),
        grades=grade_choices(),
        ending=[(str(days), _("within %(days)s days", days=days)) for days in ENDING],
    )


def grade_choices() -> list[tuple[str, str]]:
    """(code, words) of every grade there is or was."""
    locale = current_locale()
    return [(code, filters.wording(words, locale)) for code, words in queries.grade_names().items()]


def _wanted() -> CertificateFilter:
    division = listing.asked_division()
    return CertificateFilter(
        state=listing.asked_code(CertificateState, "state"),
        nature=listing.asked_code(Nature, "nature"),
        grade=request.args.get("grade", "")[:20] or None,
        ending=_asked_ending(),
        number=request.args.get("number", "").strip()[:60] or None,
        credit_code=request.args.get("company", "").strip()[:18] or None,
        within=division.range if division else None,
    )


def _asked_ending() -> int | None:
    raw = request.args.get("ending", "")
    if not raw:
        return None
    if raw not in {str(days) for days in ENDING}:
        raise BadInput("filter_unknown", {"given": raw[:40]}, about="ending")
    return int(raw)


def _columns() -> list[listing.Column[CertificateRow]]:
    column, locale = listing.Column[CertificateRow], current_locale()
    return [
        column(_("Number"), lambda row: row.number),
        column(_("Company"), lambda row: row.company),
        column(_("Credit code"), lambda row: row.credit_code),
        column(_("Grade"), lambda row: filters.wording(row.grade_name, locale)),
        column(_("Provisional grade"), lambda row: _("yes") if row.is_provisional else _("no")),
        column(_("State"), lambda row: label(row.shown)),
        column(_("Nature"), lambda row: row.nature),
        column(_("Issued"), lambda row: row.issued_on),
        column(_("Valid until"), lambda row: row.valid_until),
        column(_("Issued by"), lambda row: row.authority),
        column(_("How it is known"), lambda row: row.origin),
        column(_("Place"), lambda row: str(row.place)),
    ]


# --- one certificate --------------------------------------------------------------------------------------------------


@office.get("/licensing/certificates/<uuid:certificate_id>")
@allow(Permission.LICENSING_VIEW)
def certificate(certificate_id: UUID) -> ResponseReturnValue:
    """What a certificate says, in which state it is, and what can be done with it."""
    return certificate_page(queries.get_certificate(current_scope(), certificate_id, clock.today()))


def certificate_page(found: Any, **typed: forms.Filled[Any]) -> str:
    """The page, with forms as they were typed."""
    day = clock.today()
    facts = queries.facts_of_certificate(found)
    state = state_on(facts, day)
    cases = list_endings_of(found.id)
    is_open = any(one.state in OPEN_ENDINGS for one in cases)
    may_begin = not is_open and _may(Permission.LICENSING_DECIDE, found)
    begins = endings.what_may_begin(found, facts) if may_begin else ()
    record = found.origin is not CertificateOrigin.ISSUED and found.taken_back_at is None
    may_take_back = record and _may(Permission.CERTIFICATES_RECORD, found)
    _say_what_no_form_says(typed, {"take_back": may_take_back})
    return render_template(
        "office/certificates/one.html",
        certificate=found,
        company=queries.company_of(found),
        grade_name=words_of(found.facts["grade_name"]),
        state=shown_state(state, found.nature) if state else None,
        superseded_by=queries.number_by_id(found.superseded_by_id),
        review=latest_results([found.id]).get(found.id),
        languages=CertificateLanguage if found.file_hash else (),
        begins=[(kind.value, label(shown_ending(kind, found.nature))) for kind in begins],
        cases=cases,
        may_take_back=may_take_back,
        day=day,
        forms={"take_back": forms.fill(TakeBackForm)} | typed,
    )


def _may(permission: Permission, found: Any) -> bool:
    """Whether the asker has a right where the holder is registered."""
    return permission in current_permissions() and queries.is_own_certificate(current_scope(permission), found)


def _say_what_no_form_says(typed: Mapping[str, forms.Filled[Any]], shown: Mapping[str, bool]) -> None:
    """A refusal of a form that is no longer on the page stands above it."""
    for name, filled in typed.items():
        if not shown[name]:
            for _at, _label, sentence in filled.summary():
                flash(sentence, "bad")


@office.get("/licensing/certificates/<uuid:certificate_id>/file")
@allow(Permission.LICENSING_VIEW)
def certificate_file(certificate_id: UUID) -> ResponseReturnValue:
    """The signed PDF as it was made, in Chinese unless asked for in both languages."""
    found = queries.get_certificate(current_scope(), certificate_id, clock.today())
    language = listing.asked_code(CertificateLanguage, "language") or CertificateLanguage.CHINESE
    stored = found.file_hash if language is CertificateLanguage.CHINESE else found.bilingual_hash
    if stored is None:
        raise NotFound(str(certificate_id))
    name = f"{found.number}{'' if language is CertificateLanguage.CHINESE else '-en'}.pdf"
    return send_kept(stored, file_name=name, media_type="application/pdf", room=certificate_room())
