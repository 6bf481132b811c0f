"""The nightly look at every valid certificate: whether its holder still meets it and stays within it. Decides nothing.

A job, so that it may take its time; the sweep asks for it when a day has begun or a certificate was issued.
"""

from collections.abc import Generator, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from regulator.features.licensing.models import CertificateWatch
from regulator.features.licensing.queries.watching import Found, is_due, look
from regulator.foundation import clock, jobs
from regulator.foundation.clock import day_of
from regulator.foundation.database import session, thinking
from regulator.foundation.jobs import Step

WATCH_JOB = "licensing.watch"
AT_ONCE = 500


def keep_watch(now: datetime) -> None:
    """A sweeper: asks for the look of the day while a valid certificate has not been looked at today."""
    if is_due(day_of(now)):
        jobs.enqueue(WATCH_JOB, {}, subject="all", now=now)


def watch(_payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """The job: look at all of them while others write, then write down what was found, 500 at a time."""
    day = clock.today()
    with thinking():
        found = list(look(day))
    for start in range(0, len(found), AT_ONCE):
        _write(found[start : start + AT_ONCE], day)
        yield Step(min(start + AT_ONCE, len(found)), len(found), "watched")
    session().execute(delete(CertificateWatch).where(CertificateWatch.counted_on < day))


def _write(found: Iterable[Found], day: date) -> None:
    rows = {one.certificate_id: one for one in found}
    stmt = select(CertificateWatch).where(CertificateWatch.certificate_id.in_(rows))
    known: dict[UUID, CertificateWatch] = {row.certificate_id: row for row in session().scalars(stmt)}
    for key, one in rows.items():
        row = known.get(key)
        if row is None:
            row = CertificateWatch(certificate_id=key, failing_since=None, beyond_since=None)
            session().add(row)
        row.failing_since = (row.failing_since or day) if one.failing else None
        row.beyond_since = (row.beyond_since or day) if one.beyond else None
        row.failing, row.beyond, row.counted_on = list(one.failing), list(one.beyond), day
    session().flush()
