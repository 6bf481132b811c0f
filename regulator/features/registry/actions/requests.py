"""A company asks for a change of its record; the district confirms it or returns it with its reason."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.registry.actions import matters
from regulator.features.registry.actions.companies import correct_company
from regulator.features.registry.models import Company, CompanyRequest
from regulator.features.registry.queries.requests import find_open_request
from regulator.features.registry.rules.requests import FIELDS, judge_confirming, judge_request
from regulator.features.registry.terms import RequestAct, RequestState, SubjectKind
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, Conflict


def ask_change(
    company: Company, values: Mapping[str, Any], *, reason: str, actor: Actor, now: datetime
) -> CompanyRequest:  # fmt: skip
    """Ask for what differs from the record; opens its matter in the district. Raises Refused, Conflict."""
    after = {field: values[field] for field in FIELDS if field in values and values[field] != getattr(company, field)}
    before = {field: getattr(company, field) for field in after}
    judge_request(
        after, has_open=find_open_request(company.id) is not None, status=company.status,
        is_local=company.division_code is not None,
    ).or_refuse()  # fmt: skip
    request = CompanyRequest(
        company_id=company.id, before=before, after=after, reason=reason, asked_at=now, asked_by=actor.name
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(request)
            session().flush()
    except IntegrityError as error:
        raise Conflict("request_open_already") from error
    matters.follow_request(request, actor=actor, now=now, reason=reason)
    _record(RequestAct.REQUEST_ASKED, company, {"before": before, "after": after, "reason": reason}, actor, now)
    return request


def confirm_request(
    request: CompanyRequest, company: Company, *, version: int, actor: Actor, now: datetime
) -> None:  # fmt: skip
    """Change the record as asked. Raises StaleVersion, BadInput when decided, Refused when the record has changed."""
    _claim(request, version)
    present = {field: getattr(company, field) for field in request.before}
    judge_confirming(request.before, present).or_refuse()
    correct_company(
        company, request.after, version=company.version, reason=request.reason, actor=actor, now=now, asks=False
    )
    _decide(request, company, RequestState.CONFIRMED, None, actor, now)


def return_request(
    request: CompanyRequest, company: Company, *, answer: str, version: int, actor: Actor, now: datetime
) -> None:  # fmt: skip
    """Return it with the reason; the record stays. Raises StaleVersion, BadInput."""
    _claim(request, version)
    _decide(request, company, RequestState.RETURNED, answer, actor, now)


def withdraw_request(
    request: CompanyRequest, company: Company, *, version: int, actor: Actor, now: datetime
) -> None:  # fmt: skip
    """The company takes its request back. Raises StaleVersion, BadInput when it was decided meanwhile."""
    _claim(request, version)
    _decide(request, company, RequestState.WITHDRAWN, None, actor, now)


def _claim(request: CompanyRequest, version: int) -> None:
    session().refresh(request, with_for_update=True)
    if request.state is not RequestState.OPEN:
        raise BadInput("request_decided_already")
    request.expect_version(version)


def _decide(
    request: CompanyRequest, company: Company, state: RequestState, answer: str | None, actor: Actor, now: datetime
) -> None:
    request.state, request.answer = state, answer
    request.decided_at, request.decided_by = now, actor.name
    request.version += 1
    session().flush()
    matters.follow_request(request, actor=actor, now=now, reason=answer)
    acts = {
        RequestState.CONFIRMED: RequestAct.REQUEST_CONFIRMED,
        RequestState.RETURNED: RequestAct.REQUEST_RETURNED,
        RequestState.WITHDRAWN: RequestAct.REQUEST_WITHDRAWN,
    }
    _record(acts[state], company, {"answer": answer} if answer else {}, actor, now)


def _record(act: RequestAct, company: Company, facts: dict[str, JSON], actor: Actor, now: datetime) -> None:
    audit.record(
        actor, act, SubjectKind.COMPANY, company.credit_code, now=now, division_code=company.division_code, facts=facts
    )
