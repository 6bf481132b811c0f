"""Are certificates numbered without gap, as they were issued, one at a time, and filed? Nothing is repaired."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Select, and_, func, or_, select

from regulator.features.accounts.models import Authority
from regulator.features.licensing.actions.filing import certificate_room
from regulator.features.licensing.certificate_terms import CertificateOrigin, CertificateState
from regulator.features.licensing.models import Certificate, CertificateCounter
from regulator.features.licensing.queries.certificates import state_column
from regulator.features.licensing.rules.certificates import content_hash
from regulator.foundation import clock
from regulator.foundation.database import session

AT_ONCE = 500
LONGEST_UNFILED = timedelta(days=1)
"""The job makes the files within a minute; after a day somebody should look."""
_ISSUED = Certificate.origin == CertificateOrigin.ISSUED


def _numbers_with_gaps() -> list[str]:
    """Authorities and years whose numbers do not run from one to what was counted last."""
    given = (
        select(
            Certificate.authority_id,
            Certificate.year,
            func.count().label("count"),
            func.min(Certificate.sequence).label("first"),
            func.max(Certificate.sequence).label("last"),
        )
        .where(_ISSUED)
        .group_by(Certificate.authority_id, Certificate.year)
        .subquery()
    )
    same = and_(given.c.authority_id == CertificateCounter.authority_id, given.c.year == CertificateCounter.year)
    counted: Select[str, int] = select(Authority.name, CertificateCounter.year).join(
        CertificateCounter, CertificateCounter.authority_id == Authority.id
    )
    behind = counted.outerjoin(given, same).where(
        CertificateCounter.last > 0, or_(given.c.last.is_(None), given.c.last != CertificateCounter.last)
    )
    broken = (
        select(Authority.name, given.c.year)
        .join(given, given.c.authority_id == Authority.id)
        .outerjoin(CertificateCounter, same)
        .where(or_(CertificateCounter.last.is_(None), given.c.first != 1, given.c.count != given.c.last))
    )
    found = {(name, year) for stmt in (behind, broken) for name, year in session().execute(stmt)}
    return [f"{name} {year}" for name, year in sorted(found)]


def _altered() -> list[str]:
    """Certificates whose hash is not that of their content, or whose content is not what their columns say."""
    stmt = select(Certificate).where(_ISSUED).order_by(Certificate.number)
    rows = session().scalars(stmt.execution_options(yield_per=AT_ONCE))
    return [str(row.number) for row in rows if content_hash(row.facts) != row.content_hash or not _tells(row)]


def _tells(row: Certificate) -> bool:
    """Whether the columns that are searched say what the content says."""
    told = row.facts
    days = (row.issued_on and row.issued_on.isoformat(), row.valid_until and row.valid_until.isoformat())
    return (row.number, row.credit_code, row.grade, row.nature.value, row.is_provisional, *days) == (
        *(told["number"], told["credit_code"], told["grade"], told["nature"], told["is_provisional"]),
        *(told["issued_on"], told["valid_until"]),
    )


def _two_at_once() -> list[str]:
    """Companies with two valid certificates of one nature."""
    valid = state_column(clock.today()) == CertificateState.VALID.value
    stmt = (
        select(Certificate.credit_code)
        .where(valid, Certificate.taken_back_at.is_(None))
        .group_by(Certificate.credit_code, Certificate.nature)
        .having(func.count() > 1)
    )
    return sorted(session().scalars(stmt))


def _files_missing() -> list[str]:
    """Certificates whose files are not there or not what was made, or were not made within a day."""
    room = certificate_room()
    stmt = select(Certificate.number, Certificate.file_hash, Certificate.bilingual_hash, Certificate.recorded_at)
    late = clock.now() - LONGEST_UNFILED
    found = []
    for number, *names, at in session().execute(stmt.where(_ISSUED).order_by(Certificate.number)):
        kept = [name for name in names if name is not None]
        if (len(kept) < len(names) and at < late) or not all(room.check(name) for name in kept):
            found.append(str(number))
    return found


CHECKS: dict[str, Callable[[], list[str]]] = {
    "certificates_altered": _altered,
    "certificates_files_missing": _files_missing,
    "certificates_numbers_gap": _numbers_with_gaps,
    "certificates_two_at_once": _two_at_once,
}
"""Every check by the name it is reported under."""
