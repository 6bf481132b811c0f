"""A certificate as signed PDF/A-2b: its facts in, bytes out; the same in, the same out. Asks the database nothing."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from regulator.features.licensing.certificate_terms import CertificateLanguage
from regulator.features.licensing.rules.certificates import content_hash as hash_of
from regulator.features.papers.rules.checking import PRINTED_DIGITS
from regulator.features.papers.templating.printing import check_code
from regulator.foundation import signing
from regulator.foundation.documents import typst_pdf

TEMPLATE = "certificate.typ"
QR = "qr.svg"


def certificate_pdf(
    facts: Mapping[str, Any], content_hash: str, language: CertificateLanguage, *, made_at: datetime
) -> bytes:
    """The certificate. ``made_at`` (aware) is the hour in the file's properties and in its signature.

    ValueError when the hash is not that of the facts: such a certificate could never be verified.
    """
    if hash_of(facts) != content_hash:
        raise ValueError("the content hash is not that of these facts")
    data = dict(facts) | {"code": check_code(content_hash), "is_bilingual": language is CertificateLanguage.BILINGUAL}
    address = f"{facts['address']}?code={content_hash[:PRINTED_DIGITS]}"
    made = typst_pdf(TEMPLATE, data, {QR: _qr(address)}, made_at=made_at)
    return signing.office_signer().sign(made, at=made_at, reason=str(facts["number"]))


def _qr(address: str) -> bytes:
    """The address as a drawing without margin: the paper's own white is the quiet zone."""
    import segno  # noqa: PLC0415  # only where something is printed

    drawn = BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="svg", border=0, xmldecl=False, svgns=True, nl=False)
    return drawn.getvalue()
