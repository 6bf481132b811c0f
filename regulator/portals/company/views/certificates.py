"""The company's own certificates, each in its state of today, and their files. Never another company's."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.actions.filing import certificate_room
from regulator.features.licensing.certificate_terms import CertificateLanguage
from regulator.features.licensing.queries import certificates as queries
from regulator.features.licensing.queries.endings.listing import list_told
from regulator.features.licensing.queries.reviews.published import latest_results
from regulator.features.registry.queries import companies
from regulator.foundation import clock
from regulator.foundation.errors import NotFound
from regulator.portals.company import blueprint
from regulator.portals.company.own import own_credit_code
from regulator.web import navigation
from regulator.web.access import allow, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.sending import send_kept

navigation.add(
    "company", MenuGroup.REGISTER, "company.certificates", _l("Our certificates"), Permission.OWN_COMPANY_VIEW,
    active=("company.ending",),
)  # fmt: skip


@blueprint.get("/certificates")
@allow(Permission.OWN_COMPANY_VIEW)
def certificates() -> ResponseReturnValue:
    """What we hold and held, the one that counts first."""
    company = companies.get_company(current_scope(), own_credit_code(), day=clock.today())
    rows = queries.list_certificates_of(company.id, clock.today())
    return render_template(
        "company/certificates.html",
        company=company,
        rows=rows,
        reviews=latest_results([row.id for row in rows]),
        told=list_told(current_scope()),
        languages=list(CertificateLanguage),
    )


@blueprint.get("/certificates/<uuid:certificate_id>/file")
@allow(Permission.OWN_COMPANY_VIEW)
def certificate_file(certificate_id: UUID) -> ResponseReturnValue:
    """The signed PDF as it was made, in Chinese unless asked for in both languages."""
    found = queries.get_certificate(current_scope(), certificate_id, clock.today())
    is_chinese = request.args.get("language", CertificateLanguage.CHINESE.value) == CertificateLanguage.CHINESE.value
    stored = found.file_hash if is_chinese else found.bilingual_hash
    if stored is None:
        raise NotFound(str(certificate_id))
    name = f"{found.number}{'' if is_chinese else '-en'}.pdf"
    return send_kept(stored, file_name=name, media_type="application/pdf", room=certificate_room())
