"""What each act changes in an application's row, and the pauses of its clock; judged before, kept together after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select, update

from regulator.features.accounts.queries.holders import people_of
from regulator.features.audit.terms import Actor
from regulator.features.licensing.actions.applications.drafting import fields_of, judge_asking
from regulator.features.licensing.application_terms import (
    ApplicationAct,
    ApplicationOutcome,
    Desk,
    Given,
    Transition,
)
from regulator.features.licensing.models import Application, ApplicationCounter, ApplicationPause
from regulator.features.licensing.queries.applications.standing import company_of
from regulator.features.licensing.terms import GrantLevel, Procedure, RuleSet
from regulator.foundation.counters import count_up
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, Conflict

A, Ended = ApplicationAct, ApplicationOutcome
Columns = dict[str, Any]


@dataclass(slots=True)
class Step:
    """A step being taken: the application, what is said with it, by whom and when, under which rules.

    ``waived`` are conditions not met that a provisional grade does without; ``line`` is set once it was judged.
    """

    application: Application
    act: ApplicationAct
    given: Given
    desk: Desk
    rule_set: RuleSet
    procedure: Procedure
    actor: Actor
    now: datetime
    today: date
    waived: tuple[str, ...] = ()
    line: Transition = field(init=False)


def changes_of(step: Step) -> Columns:
    """The columns an act changes, its term left out. Raises BadInput when something needed was not said."""
    own = _CHANGES.get(step.act)
    return {"state": step.line.to} | (own(step) if own else {})


def _receive(step: Step) -> Columns:
    """A number of the office, taken last, and the rule set in force on this very day."""
    application = step.application
    rule_set = judge_asking(company_of(application), fields_of(application), step.today)
    if rule_set.code != application.rule_set:
        raise Conflict("rule_set_changed_since_drafted")
    number = next_number(application.division_code, step.procedure, step.today)
    at_window = step.act is A.RECEIVE
    return {"number": number, "received_on": step.today, "papers_on": step.today, "is_at_window": at_window}


def next_number(division_code: str, procedure: Procedure, day: date) -> str:
    """The next number of the office that answers for a place, such as 210103-2026-00012; none is left out."""
    city = procedure.examined_by is not GrantLevel.DISTRICT
    office = f"{division_code[:4]}00" if city else division_code[:6]
    last = count_up(ApplicationCounter, {"office": office, "year": day.year})
    return f"{office}-{day.year}-{last:05d}"


def _examine(step: Step) -> Columns:
    if step.given.recommendation is None:
        raise BadInput("recommendation_missing", about="recommendation")
    return {
        "examined_on": step.today,
        "examiner_id": step.desk.account_id,
        "recommendation": step.given.recommendation,
    }


def _decide(outcome: ApplicationOutcome) -> Callable[[Step], Columns]:
    def decided(step: Step) -> Columns:
        provisional = outcome is Ended.APPROVED and bool(step.waived)
        who = {"decided_on": step.today, "decider_id": step.desk.account_id}
        return who | {"outcome": outcome, "is_provisional": provisional} | _office(step)

    return decided


def _office(step: Step) -> Columns:
    """The office of who decides, where nobody could be found for it when the application was examined."""
    me = step.desk.account_id
    if step.application.deciding_authority_id is not None or me is None:
        return {}
    person = people_of([me]).get(me)
    return {"deciding_authority_id": person.authority_id if person else None}


def _end(outcome: ApplicationOutcome) -> Callable[[Step], Columns]:
    return lambda _step: {"outcome": outcome}


_CHANGES: Mapping[ApplicationAct, Callable[[Step], Columns]] = MappingProxyType(
    {
        A.SUBMIT: _receive,
        A.RECEIVE: _receive,
        A.SUPPLY: lambda step: {"papers_on": step.today},
        A.ACCEPT: lambda step: {"accepted_on": step.today},
        A.COUNT_ACCEPTED: lambda step: {
            "accepted_on": step.application.papers_on,
            "is_accepted_by_silence": True,
        },
        A.REFUSE_ACCEPTANCE: _end(Ended.NOT_ACCEPTED),
        A.EXAMINE: _examine,
        A.EXTEND: lambda step: {"extended_on": step.today},
        A.PUBLISH_OBJECTION: lambda step: {"published_on": step.today} | _office(step),
        A.APPROVE: _decide(Ended.APPROVED),
        A.REJECT: _decide(Ended.REJECTED),
        A.COUNT_RENEWED: lambda step: {
            "decided_on": step.application.held_until,
            "outcome": Ended.RENEWED_BY_SILENCE,
        },
        A.DELIVER: lambda step: {"delivered_on": step.today},
        A.RETRACT: _end(Ended.RETRACTED),
        A.CLOSE_BECAUSE_CANCELLED: _end(Ended.CANCELLED_COMPANY),
    }
)


# --- pauses -----------------------------------------------------------------------------------------------------------


def keep_pause(step: Step) -> None:
    """The clock stands still from today on, for a reason the guards found named; told as the words say."""
    pause = ApplicationPause(
        application_id=step.application.id, reason=step.given.stop, told=step.given.words, stopped_on=step.today
    )
    session().add(pause)


def forget_pause(step: Step) -> None:
    """The clock goes on, or its application is over."""
    still = select(ApplicationPause.id).where(
        ApplicationPause.application_id == step.application.id, ApplicationPause.resumed_on.is_(None)
    )
    session().execute(
        update(ApplicationPause).where(ApplicationPause.id.in_(still)).values(resumed_on=step.today)
    )  # fmt: skip
