"""What rules look at of one application: its rule set, times, guards' facts, conditions on a day, who may have it."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from regulator.features.accounts.queries.holders import Holder, list_holders
from regulator.features.accounts.terms import Permission
from regulator.features.calendar.queries import working_days
from regulator.features.divisions.terms import CITY_PREFIX, Scope
from regulator.features.licensing.application_terms import ApplicationAct, Seat, Standing, Times
from regulator.features.licensing.models import Application, ApplicationEvent, ApplicationFile, ApplicationPause
from regulator.features.licensing.queries.certificates import facts_of_certificate, find_standing
from regulator.features.licensing.queries.facts import evaluate
from regulator.features.licensing.queries.rulesets import get_rule_set
from regulator.features.licensing.rules.clocks import asked_in_time, objections_until
from regulator.features.licensing.rules.drafts import GRADED
from regulator.features.licensing.rules.facts import Evaluation
from regulator.features.licensing.rules.transitions import seat_level
from regulator.features.licensing.terms import GrantLevel, Procedure, RuleSet
from regulator.features.registry.models import Company
from regulator.features.registry.terms import CompanyStatus
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput

CITY_REACH, DISTRICT_REACH = CITY_PREFIX, 6
"""How long the code of a scope is that reaches over a city, or over a district."""


def rule_set_of(application: Application) -> RuleSet:
    """The rule set an application was made under; it stays so although another one begins."""
    return get_rule_set(application.rule_set).rule_set


def procedure_of(rule_set: RuleSet) -> Procedure:
    """How grades are asked for. Raises BadInput under a rule set that grants none."""
    if rule_set.procedure is None:
        raise BadInput("nothing_to_apply_for", {"rule_set": rule_set.instrument})
    return rule_set.procedure


def company_of(application: Application) -> Company:
    """Whose application it is."""
    return session().get_one(Company, application.company_id)


def is_gone(company: Company) -> bool:
    """Whether a company was struck off, or its record taken out of the register."""
    return company.status is CompanyStatus.CANCELLED or company.retired_on is not None


def list_pauses(application: Application) -> list[ApplicationPause]:
    """The times in which the clock stood still, in order."""
    stmt = select(ApplicationPause).where(ApplicationPause.application_id == application.id)
    return list(session().scalars(stmt.order_by(ApplicationPause.stopped_on, ApplicationPause.id)))


def times_of(application: Application, pauses: Iterable[ApplicationPause]) -> Times:
    """The days its terms run from."""
    return Times(
        received_on=application.received_on,
        papers_on=application.papers_on,
        accepted_on=application.accepted_on,
        examined_on=application.examined_on,
        published_on=application.published_on,
        decided_on=application.decided_on,
        is_extended=application.extended_on is not None,
        pauses=tuple((pause.stopped_on, pause.resumed_on) for pause in pauses),
    )


def standing_of(application: Application, procedure: Procedure) -> Standing:
    """What the guards look at; six statements."""
    pauses = list_pauses(application)
    objections = objections_until(times_of(application, pauses), procedure, working_days())
    held = find_standing(application.company_id, application.nature)
    return Standing(
        state=application.state,
        nature=application.nature,
        kind=application.kind,
        is_cancelled=is_gone(company_of(application)),
        examiner_id=application.examiner_id,
        is_extended=application.extended_on is not None,
        is_stopped=any(pause.resumed_on is None for pause in pauses),
        due_on=application.due_on,
        objections_until=objections.day if objections else None,
        is_objections_provisional=bool(objections and objections.is_provisional),
        objections=count_objections(application),
        held_until=application.held_until,
        asked_in_time=asked_in_time(application.received_on, application.held_until, procedure),
        files=count_files(application),
        certificate=facts_of_certificate(held) if held else None,
    )


def count_objections(application: Application) -> int:
    """How many objections were recorded."""
    stmt = select(func.count()).where(
        ApplicationEvent.application_id == application.id, ApplicationEvent.act == ApplicationAct.OBJECT
    )
    return session().scalar(stmt) or 0


def count_files(application: Application) -> int:
    """How many papers lie with it."""
    stmt = select(func.count()).where(ApplicationFile.application_id == application.id)
    return session().scalar(stmt) or 0


def evaluation_of(application: Application, rule_set: RuleSet, day: date) -> Evaluation | None:
    """The applicant held against the grade it asks for; None where no grade is asked for."""
    grade = rule_set.grade(application.grade or "")
    if application.kind not in GRADED or grade is None:
        return None
    return evaluate(company_of(application), rule_set, grade, day)


# --- who --------------------------------------------------------------------------------------------------------------


def levels_of(scope: Scope, division_code: str) -> frozenset[GrantLevel]:
    """At which levels of office somebody with this scope stands towards a place."""
    return frozenset(
        GrantLevel.CITY if len(part.low) <= CITY_REACH else GrantLevel.DISTRICT
        for part in scope.ranges
        if part.covers(division_code)
    )


def find_holder(
    seat: Seat, procedure: Procedure, division_code: str, *, on: date, other_than: UUID | None = None
) -> Holder | None:
    """The official an application goes to: who may sit there at the level the procedure names."""
    permission = Permission.APPLICATIONS_EXAMINE if seat is Seat.EXAMINING else Permission.APPLICATIONS_DECIDE
    city = seat_level(seat, procedure) is not GrantLevel.DISTRICT
    for one in list_holders(permission, division_code, on=on):
        if (one.reach <= CITY_REACH) is city and one.account_id != other_than:
            return one
    return None
