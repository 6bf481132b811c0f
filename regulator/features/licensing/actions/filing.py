"""The files of certificates, made by a job from the record alone: the same bytes however often. Record before paper."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.licensing.certificate_terms import (
    CertificateAct,
    CertificateLanguage,
    CertificateOrigin,
    CertificateSubject,
)
from regulator.features.licensing.models import Certificate
from regulator.features.licensing.printing import certificate_pdf
from regulator.foundation import clock, files, jobs
from regulator.foundation.database import session, thinking
from regulator.foundation.files import FileRoom
from regulator.foundation.jobs import Step

FILE_JOB = "licensing.file"
CORNER = "certificates"
PATIENCE = timedelta(minutes=1)
AT_ONCE = 100
MAXIMUM = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Place:
    """How the public reaches this system: what stands in the QR of every certificate."""

    address: str = "http://127.0.0.1:8000"


_place = _Place()


def configure(public_address: str) -> None:
    """Say where certificates can be checked (the composition root does)."""
    global _place  # noqa: PLW0603  # one address per process
    _place = _Place(public_address.rstrip("/"))


def check_address(number: str) -> str:
    """Where a certificate of this number is checked; its code is added to it on paper."""
    return f"{_place.address}/verify/{quote(number)}"


def certificate_room() -> FileRoom:
    """Where the files of certificates lie."""
    return files.file_room(CORNER)


def ask_for_files(certificate: Certificate, now: datetime) -> None:
    """Ask for the files of a certificate; while they are being made, nothing more."""
    jobs.enqueue(FILE_JOB, {"certificate": str(certificate.id)}, subject=str(certificate.id), now=now)


def file_certificate(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The handler of ``licensing.file``: makes, signs and keeps both files; done already, nothing."""
    certificate_id = UUID(payload["certificate"])
    with thinking():
        found = session().get_one(Certificate, certificate_id, populate_existing=True)
        if found.file_hash is not None:
            return
        names = keep_files(found)
    found = session().get_one(Certificate, certificate_id, with_for_update=True, populate_existing=True)
    if found.file_hash is None:
        note_filed(found, names, now=clock.now())
    yield Step(1, 1)


def keep_files(certificate: Certificate) -> dict[CertificateLanguage, str]:
    """Make the files of a certificate and keep them; gives their hashes. Changes nothing in the register."""
    room = certificate_room()
    return {language: room.keep([file_of(certificate, language)], maximum=MAXIMUM) for language in CertificateLanguage}


def file_of(certificate: Certificate, language: CertificateLanguage) -> bytes:
    """The signed PDF of a certificate issued here, from its record alone: the same bytes every time."""
    if certificate.origin is not CertificateOrigin.ISSUED or certificate.content_hash is None:
        raise ValueError("only a certificate issued here has a file")
    return certificate_pdf(certificate.facts, certificate.content_hash, language, made_at=certificate.recorded_at)


def note_filed(certificate: Certificate, names: Mapping[CertificateLanguage, str], *, now: datetime) -> None:
    """Record that the files of a certificate lie in the file room."""
    certificate.file_hash = names[CertificateLanguage.CHINESE]
    certificate.bilingual_hash = names[CertificateLanguage.BILINGUAL]
    session().flush()
    facts: dict[str, JSON] = {"number": certificate.number, "files": list(names.values())}
    audit.record(
        Actor.system(), CertificateAct.CERTIFICATE_FILED, CertificateSubject.CERTIFICATE, certificate.credit_code,
        now=now, facts=facts,
    )  # fmt: skip


def file_left(now: datetime) -> None:
    """A sweeper: asks again for the files of certificates issued a while ago that have none and no job under way."""
    waiting = select(Certificate).where(
        Certificate.origin == CertificateOrigin.ISSUED,
        Certificate.file_hash.is_(None),
        Certificate.recorded_at < now - PATIENCE,
    )
    for certificate in session().scalars(waiting.order_by(Certificate.recorded_at).limit(AT_ONCE)).all():
        ask_for_files(certificate, now)
