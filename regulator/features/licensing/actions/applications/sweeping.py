"""What comes about by itself: silence accepts, silence renews, a cancelled company ends it, who is late is told.

Each may run twice, and twice at once: what was done is not done again, and what somebody else does meanwhile is left.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, or_, select

from regulator.features.audit.terms import Actor
from regulator.features.licensing.actions.applications.steps import take_step
from regulator.features.licensing.application_terms import (
    OPEN,
    UNDECIDED,
    ApplicationAct,
    ApplicationState,
    ApplicationTold,
    Desk,
    Given,
)
from regulator.features.licensing.models import Application
from regulator.features.licensing.terms import ApplicationKind, Nature
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

A, S = ApplicationAct, ApplicationState
AT_ONCE = 200
log = structlog.get_logger(__name__)


def look_after_applications(now: datetime) -> None:
    """The sweeper: everything that is due today."""
    count_accepted(now)
    count_renewed(now)
    close_cancelled(now)
    tell_overdue(now)


def count_accepted(now: datetime) -> int:
    """Nothing was said in time: accepted from the day the papers were received (行政许可法 32). Gives how many."""
    silent = (Application.state.in_((S.RECEIVED, S.SUPPLIED)), Application.due_on < day_of(now))
    return _take(A.COUNT_ACCEPTED, now, *silent)


def count_renewed(now: datetime) -> int:
    """Asked in time and not decided when it ended: renewed, where the rule set says so (行政许可法 50)."""
    undecided = Application.state.in_([one for one in UNDECIDED if one is not S.SUPPLEMENT_ASKED])
    over = (Application.kind == ApplicationKind.RENEWAL, Application.held_until < day_of(now))
    return _take(A.COUNT_RENEWED, now, undecided, Application.nature == Nature.LICENCE, *over)


def close_cancelled(now: datetime) -> int:
    """The company was cancelled in the middle, or its record taken out: there is nobody left to decide about."""
    gone = select(Company.id).where(or_(Company.status == CompanyStatus.CANCELLED, Company.retired_on.is_not(None)))
    return _take(A.CLOSE_BECAUSE_CANCELLED, now, Application.state.in_(UNDECIDED), Application.company_id.in_(gone))


def tell_overdue(now: datetime) -> int:
    """Remind who is late, once for each term; gives how many were told."""
    today = day_of(now)
    untold = or_(Application.overdue_told_on.is_(None), Application.overdue_told_on <= Application.due_on)
    told = 0
    for found in _list(Application.state.in_(OPEN), Application.due_on < today, untold):
        found.overdue_told_on = today
        matter = find_open_matter(MatterKind.APPLICATION, found.number or "")
        by = caretaker(now)
        if matter is None or matter.owner_id == by:
            continue
        text = i18n.label(ApplicationTold.OVERDUE, i18n.DEFAULT_LOCALE)
        remind_owner(matter, tone=Tone.URGE, text=text, by=by, actor=Actor.system(), now=now)
        told += 1
    session().flush()
    return told


def _take(act: ApplicationAct, now: datetime, *where: ColumnElement[bool]) -> int:
    """The step for each that it fits, each by itself; what was refused, or moved by somebody else, stays as it is."""
    done = 0
    for found in _list(*where):
        try:
            with session().begin_nested():
                take_step(found, act, Given(), Desk(), actor=Actor.system(), now=now)
        except (Refused, StaleVersion, BadInput, Conflict) as refusal:
            log.warning("application.left_as_it_is", number=found.number, act=act.value, reason=str(refusal))
            continue
        done += 1
    return done


def _list(*where: Any) -> Sequence[Application]:
    stmt = select(Application).where(*where).order_by(Application.id).limit(AT_ONCE)
    return session().scalars(stmt).all()
