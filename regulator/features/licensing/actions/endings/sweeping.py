"""What comes about by itself: a certificate that ended otherwise closes its case, who is late is told.

Each may run twice, and twice at once: what was done is not done again, and what somebody else does meanwhile is left.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import and_, or_, select

from regulator.features.audit.terms import Actor
from regulator.features.licensing.actions.endings.steps import take_ending_step
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.endings_terms import OPEN_ENDINGS, EndingAct, EndingGiven, EndingTold
from regulator.features.licensing.models import Certificate, CertificateEnding
from regulator.features.licensing.terms import EndingKind
from regulator.features.papers.actions.matters import remind_owner
from regulator.features.papers.actions.owners import caretaker
from regulator.features.papers.queries.matters import find_open_matter
from regulator.features.papers.terms import MatterKind, Tone
from regulator.features.registry.models import Company
from regulator.features.registry.terms import CompanyStatus
from regulator.foundation import i18n
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, Conflict, StaleVersion
from regulator.law.findings import Refused

Ending = CertificateEnding
AT_ONCE = 200
log = structlog.get_logger(__name__)


def look_after_endings(now: datetime) -> None:
    """The sweeper: everything that is due today."""
    close_ended(now)
    tell_overdue_endings(now)


def close_ended(now: datetime) -> int:
    """Cases whose certificate ended otherwise, or whose company is no more; gives how many were closed."""
    ended = select(Certificate.id).where(Certificate.ended_as.is_not(None))
    gone = select(Company.id).where(Company.status == CompanyStatus.CANCELLED)
    cancelled = and_(Ending.company_id.in_(gone), Ending.kind != EndingKind.CANCELLATION)
    done = 0
    for found in _list(or_(Ending.certificate_id.in_(ended), cancelled)):
        try:
            with session().begin_nested():
                act, given = EndingAct.CLOSE_BECAUSE_ENDED, EndingGiven()
                take_ending_step(found, act, given, Desk(), actor=Actor.system(), now=now)
        except (Refused, StaleVersion, BadInput, Conflict) as refusal:
            log.warning("ending.left_as_it_is", number=found.number, reason=str(refusal))
            continue
        done += 1
    return done


def tell_overdue_endings(now: datetime) -> int:
    """Remind who is late, once for each term; gives how many were told. Late, a case can still be decided."""
    today = day_of(now)
    untold = or_(Ending.overdue_told_on.is_(None), Ending.overdue_told_on <= Ending.due_on)
    told = 0
    for found in _list(Ending.due_on < today, untold):
        found.overdue_told_on = today
        matter = find_open_matter(MatterKind.ENDING, found.number)
        by = caretaker(now)
        if matter is None or matter.owner_id == by:
            continue
        text = i18n.label(EndingTold.OVERDUE, i18n.DEFAULT_LOCALE)
        remind_owner(matter, tone=Tone.URGE, text=text, by=by, actor=Actor.system(), now=now)
        told += 1
    session().flush()
    return told


def _list(*where: Any) -> Sequence[CertificateEnding]:
    stmt = select(Ending).where(Ending.state.in_(OPEN_ENDINGS), *where).order_by(Ending.id).limit(AT_ONCE)
    return session().scalars(stmt).all()
