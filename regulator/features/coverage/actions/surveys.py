"""Acts of the baseline survey: open a round for a street, answer for an estate, close; rows follow their estates."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from regulator.features.accounts.terms import Permission
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.coverage.actions.custody import NOBODY, name_custodian
from regulator.features.coverage.models import SurveyEstate, SurveyRound
from regulator.features.coverage.queries.matters import ROUNDS
from regulator.features.coverage.queries.surveys import find_open_survey, lacks_now, list_lacking, list_open_names
from regulator.features.coverage.rules.survey import is_done, judge_answer, judge_closing, judge_opening
from regulator.features.coverage.terms import CoverageAct, SurveyAnswer
from regulator.features.divisions.queries import DivisionRow
from regulator.features.papers.actions import open_matter
from regulator.features.papers.actions.following import catch_up, follow
from regulator.features.papers.actions.matters import NewMatter
from regulator.features.papers.terms import MatterKind
from regulator.features.registry.actions.estates import correct_estate
from regulator.features.registry.actions.services import change_service
from regulator.features.registry.models import Company, Estate
from regulator.foundation.asking import AnySelect, ask
from regulator.foundation.clock import day_of
from regulator.foundation.database import keep_still, session

SUBJECT = "survey_round"
AT_ONCE = 500
"""So many codes go into one statement."""


def open_survey(street: DivisionRow, *, title: str, due_on: date, actor: Actor, now: datetime) -> SurveyRound:
    """Open a round that asks about every estate of a street of which something lacks. Raises Refused."""
    keep_still(SurveyRound.__tablename__)
    lacking = list_lacking(street, day=day_of(now))
    judge_opening(
        open_already=find_open_survey(street) is not None, due_on=due_on, today=day_of(now), lacking=len(lacking)
    ).or_refuse()
    opened = SurveyRound(
        division_code=street.code, title=title, due_on=due_on, opened_at=now, opened_by=actor.name, version=1
    )
    session().add(opened)
    session().flush()
    session().add_all(
        SurveyEstate(
            round_id=opened.id,
            estate_code=one.code,
            division_code=one.division_code,
            lacked=[lack.value for lack in one.lacks],
            done=False,
            version=1,
        )
        for one in lacking
    )
    session().flush()
    facts: dict[str, JSON] = {"title": title, "due_on": due_on.isoformat(), "estates": len(lacking)}
    _record(CoverageAct.SURVEY_OPENED, opened, street.code, facts, actor, now)
    _open_matter(opened, actor, now)
    return opened


def _open_matter(opened: SurveyRound, actor: Actor, now: datetime) -> None:
    """Whoever opened the round sees it through; what a deputy opened is the business of those who hold the office."""
    owner = None if actor.deputy_for else actor.account_id
    new = NewMatter(
        MatterKind.SURVEY, opened.id.hex, opened.title, opened.division_code, Permission.SURVEYS_OPEN, opened.due_on,
        owner,
    )  # fmt: skip
    open_matter(new, actor=actor, now=now)


def answer_survey(
    current: SurveyRound,
    entry: SurveyEstate,
    estate: Estate,
    answer: SurveyAnswer,
    *,
    company: Company | None,
    version: int,
    estate_version: int,
    actor: Actor,
    now: datetime,
) -> bool:
    """Take what a community found out about an estate into the register; gives whether the estate is settled.

    ``version`` is the entry's; the register's own acts are used, so ``estate_version`` must still be the estate's.
    Raises StaleVersion, Refused for what does not lack any more and for what the acts themselves refuse.
    """
    session().refresh(current, with_for_update={"read": True})
    session().refresh(entry, with_for_update=True)
    entry.expect_version(version)
    judge_answer(
        closed=current.closed_at is not None,
        lacking=lacks_now(estate, day=day_of(now)),
        given=answer.given,
        says_anything=answer.says_anything,
    ).or_refuse()
    given: dict[str, Any] = {"reason": current.title, "actor": actor, "now": now}
    with session().begin_nested():  # what a later act refuses takes the earlier ones back, versions too
        version_now = _correct(estate, answer, estate_version, given)
        _state_mode(estate, answer, company, version_now, given)
        if answer.custodian is not None:
            name_custodian(estate, answer.custodian, version=NOBODY, actor=actor, now=now)
        _keep(entry, estate, answer, actor, now)
    facts: dict[str, JSON] = {
        "estate": estate.code, "answered": [lack.value for lack in answer.given], "done": entry.done,
    }  # fmt: skip
    _record(CoverageAct.SURVEY_ANSWERED, current, estate.division_code, facts, actor, now)
    return entry.done


def _correct(estate: Estate, answer: SurveyAnswer, version: int, given: dict[str, Any]) -> int:
    """Households and duty phone by the register's act; gives the version the next act is to find."""
    found = {"households": answer.households, "duty_phone": answer.duty_phone}
    changes = {name: value for name, value in found.items() if value is not None}
    if not changes:
        return version
    correct_estate(estate, changes, version=version, asks=False, **given)  # the round asked for it
    return estate.version


def _state_mode(
    estate: Estate, answer: SurveyAnswer, company: Company | None, version: int, given: dict[str, Any]
) -> None:
    if answer.mode is not None:
        began_on = answer.began_on or day_of(given["now"])
        change_service(estate, mode=answer.mode, company=company, began_on=began_on, version=version, **given)


def _keep(entry: SurveyEstate, estate: Estate, answer: SurveyAnswer, actor: Actor, now: datetime) -> None:
    session().flush()
    entry.problems, entry.unknown_reason = answer.problems, answer.unknown_reason
    entry.answered_at, entry.answered_by = now, actor.name
    entry.done = is_done(lacks_now(estate, day=day_of(now)), answer.unknown_reason)
    entry.version += 1
    session().flush()


def close_survey(current: SurveyRound, *, reason: str | None, version: int, actor: Actor, now: datetime) -> None:
    """Close a round for good. Raises StaleVersion, Refused while estates are open unless a reason is given."""
    session().refresh(current, with_for_update=True)
    current.expect_version(version)
    waiting = list_open_names(current, day=day_of(now))
    judge_closing(closed=current.closed_at is not None, waiting=waiting, reason=reason).or_refuse()
    current.closed_at, current.closed_by, current.closed_reason = now, actor.name, reason
    current.version += 1
    session().flush()
    facts: dict[str, JSON] = {"open": len(waiting), "reason": reason}
    _record(CoverageAct.SURVEY_CLOSED, current, current.division_code, facts, actor, now)
    follow(ROUNDS, SurveyRound.id == current.id, actor=actor, now=now, reason=reason)


def keep_matters(now: datetime) -> None:
    """A sweeper: a round without a matter gets one, as after an upgrade; one that papers held open is closed."""
    catch_up([ROUNDS], actor=Actor.system(), now=now)


def follow_places(_sender: object, codes: Collection[str]) -> None:
    """Put the rows of open rounds where their estates stand now: a receiver of ``estates_touched``."""
    under_way = [round_id for (round_id,) in ask(_UNDER_WAY)]
    if not under_way:
        return
    place = select(Estate.division_code).where(Estate.code == SurveyEstate.estate_code).scalar_subquery()
    wanted = sorted(codes)
    for start in range(0, len(wanted), AT_ONCE):
        some = SurveyEstate.estate_code.in_(wanted[start : start + AT_ONCE])
        moved = update(SurveyEstate).where(
            some, SurveyEstate.round_id.in_(under_way), SurveyEstate.division_code != place
        )
        session().execute(moved.values(division_code=place), execution_options={"synchronize_session": False})


_UNDER_WAY: AnySelect = select(SurveyRound.id).where(SurveyRound.closed_at.is_(None))


def _record(
    act: CoverageAct, current: SurveyRound, division_code: str, facts: dict[str, JSON], actor: Actor, now: datetime
) -> None:
    audit.record(actor, act, SUBJECT, str(current.id), now=now, division_code=division_code, facts=facts)
