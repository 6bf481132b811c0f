"""What an approved application leads to: a certificate issued, one that takes another's place, or one that ends.

A receiver of `application_approved`: in the transaction that approves, so that neither stands without the other.
"""

from datetime import date, datetime, timedelta

from regulator.features.accounts.models import Authority
from regulator.features.audit.terms import Actor
from regulator.features.licensing.actions.certificates import end_certificate, issue_certificate
from regulator.features.licensing.application_terms import Approved
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.features.licensing.models import Certificate
from regulator.features.licensing.queries.certificates import find_standing
from regulator.features.licensing.queries.rulesets import get_rule_set
from regulator.features.licensing.rules.certificates import last_day
from regulator.features.licensing.rules.drafts import SAME_CONTENT
from regulator.features.licensing.terms import ApplicationKind, RuleSet
from regulator.features.registry.models import Company
from regulator.features.registry.queries.choosing import get_registered
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput

K = ApplicationKind
ONE_DAY = timedelta(days=1)
LOOKED_AT = frozenset({K.ANNUAL_INSPECTION, K.ANNUAL_REVIEW})
"""The certificate stands; what was found is in the application."""


def follow_approved(_sender: object, *, approved: Approved, actor: Actor, now: datetime) -> None:
    """Issue or end what was applied for. Raises BadInput when there is nothing to renew, change or end."""
    if approved.kind in LOOKED_AT:
        return
    company = get_registered(approved.credit_code)
    rule_set = get_rule_set(approved.rule_set).rule_set
    former = find_standing(company.id, rule_set.nature)
    if approved.kind is K.CANCELLATION:
        _cancel(former, approved, actor, now)
    else:
        _issue(company, rule_set, former, approved, actor, now)


def _cancel(former: Certificate | None, approved: Approved, actor: Actor, now: datetime) -> None:
    if former is None:
        raise BadInput("certificate_nothing_held")
    end_certificate(
        former, CertificateState.CANCELLED, on=approved.decided_on, reason=approved.number, paper=approved.number,
        version=former.version, actor=actor, now=now,
    )  # fmt: skip


def _issue(
    company: Company, rule_set: RuleSet, former: Certificate | None, approved: Approved, actor: Actor, now: datetime
) -> None:
    if former is None and approved.kind in SAME_CONTENT:
        raise BadInput("certificate_nothing_held")
    granted_by = approved.authority_id or (former.authority_id if former else None)
    authority = session().get(Authority, granted_by) if granted_by else None
    if authority is None:
        raise BadInput("certificate_without_authority")
    keeps = former if approved.kind in SAME_CONTENT else None
    until = last_day(rule_set, _begins(approved, former), provisional=approved.provisional)
    issue_certificate(
        company, rule_set, keeps.grade if keeps else approved.grade or "",
        provisional=keeps.is_provisional if keeps else approved.provisional, issued_on=approved.decided_on,
        valid_until=keeps.valid_until if keeps else until, authority=authority, actor=actor, now=now,
        supersedes=None if approved.kind is K.NEW else former,
    )  # fmt: skip


def _begins(approved: Approved, former: Certificate | None) -> date:
    """From when a term counts: of a renewal asked for in time, from the day after the former one's last."""
    if approved.kind is K.RENEWAL and former is not None and former.valid_until is not None:
        return max(approved.decided_on, former.valid_until + ONE_DAY)
    return approved.decided_on
