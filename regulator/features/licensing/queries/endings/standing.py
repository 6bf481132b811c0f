"""What the rules look at of one case: its certificate, rule set, level, papers issued in it and their deliveries."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from regulator.features.calendar.queries import working_days
from regulator.features.divisions.terms import CITY_PREFIX
from regulator.features.licensing.endings_terms import DECIDED_BY, EndingStanding, PaperSeen
from regulator.features.licensing.models import Certificate, CertificateEnding
from regulator.features.licensing.queries.applications.standing import procedure_of
from regulator.features.licensing.queries.certificates import facts_of_certificate
from regulator.features.licensing.queries.rulesets import get_rule_set
from regulator.features.licensing.rules.ending_law import hearing_from
from regulator.features.licensing.rules.endings import grounds_of
from regulator.features.licensing.terms import EndingKind, GrantLevel, RuleSet
from regulator.features.papers.models import Matter, Paper
from regulator.features.papers.terms import MatterKind, PaperKind, PaperState
from regulator.features.registry.models import Company
from regulator.features.registry.terms import CompanyStatus
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput
from regulator.law.calendar import Due, WorkingDays


def rule_set_of_certificate(certificate: Certificate) -> RuleSet:
    """The rule set a certificate was issued under. Raises BadInput for what an old list declares."""
    if certificate.rule_set is None:
        raise BadInput("ending_not_issued_here")
    return get_rule_set(certificate.rule_set).rule_set


def certificate_of(ending: CertificateEnding) -> Certificate:
    """The certificate a case is about."""
    return session().get_one(Certificate, ending.certificate_id)


def level_of(rule_set: RuleSet) -> GrantLevel:
    """At which level a grade is ended: where it is granted (行政许可法 8, 69: who decided)."""
    return procedure_of(rule_set).decided_by


def office_of(rule_set: RuleSet, division_code: str) -> str:
    """The division whose office ends the certificates of a place."""
    district = level_of(rule_set) is GrantLevel.DISTRICT
    return division_code[:6] if district else f"{division_code[:CITY_PREFIX]}00"


def standing_before(certificate: Certificate, kind: EndingKind, ground: str, rule_set: RuleSet) -> EndingStanding:
    """What the guards look at when a case is to be opened."""
    return EndingStanding(
        kind, certificate.nature, ground, facts_of_certificate(certificate),
        company_cancelled=is_company_cancelled(certificate), known_grounds=grounds_of(kind, rule_set),
    )  # fmt: skip


def standing_of_ending(ending: CertificateEnding, rule_set: RuleSet) -> EndingStanding:
    """What the guards look at of a case; four statements."""
    certificate = certificate_of(ending)
    seen = papers_of_ending(ending, (PaperKind.ADVANCE_NOTICE, PaperKind.HEARING_CALL, DECIDED_BY[ending.kind]))
    notices = seen.get(PaperKind.ADVANCE_NOTICE, [])
    notice = _first([one for one in notices if one.served_on is not None])
    call = _served_call(seen)
    first = _hearing_from(ending.kind, rule_set, call, working_days())
    return EndingStanding(
        kind=ending.kind,
        nature=ending.nature,
        ground=ending.ground,
        certificate=facts_of_certificate(certificate),
        state=ending.state,
        company_cancelled=is_company_cancelled(certificate),
        opened_by=ending.opened_by_id,
        answer_until=ending.answer_until,
        notice=notice,
        notice_issued=bool(notices),
        notice_stands=any(one.number == ending.notice_paper for one in notices),
        call=call,
        call_issued=bool(seen.get(PaperKind.HEARING_CALL)),
        hearing_from=first.day if first else None,
        is_hearing_provisional=bool(first and first.is_provisional),
        heard_on=ending.heard_on,
        decision=_first(seen.get(DECIDED_BY[ending.kind], [])),
        known_grounds=grounds_of(ending.kind, rule_set),
    )


def _first(found: list[PaperSeen]) -> PaperSeen | None:
    return found[0] if found else None


def _served_call(seen: Mapping[PaperKind, list[PaperSeen]]) -> PaperSeen | None:
    return _first([one for one in seen.get(PaperKind.HEARING_CALL, []) if one.served_on is not None])


def _hearing_from(kind: EndingKind, rule_set: RuleSet, call: PaperSeen | None, days: WorkingDays) -> Due | None:
    return hearing_from(kind, rule_set, call.served_on, days) if call and call.served_on else None


def hearing_from_in(ending: CertificateEnding, days: WorkingDays) -> Due | None:
    """From when on the hearing of a case may be held by a calendar; None before its call was served."""
    call = _served_call(papers_of_ending(ending, (PaperKind.HEARING_CALL,)))
    return _hearing_from(ending.kind, rule_set_of_certificate(certificate_of(ending)), call, days)


def papers_of_ending(ending: CertificateEnding, kinds: Collection[PaperKind]) -> dict[PaperKind, list[PaperSeen]]:
    """The issued papers of a case that stand, by kind, the last signed first."""
    stmt = (
        select(Paper.kind, Paper.number, Paper.dated_on, Paper.served_on)
        .join(Matter, Matter.id == Paper.matter_id)
        .where(Matter.kind == MatterKind.ENDING, Matter.subject_key == ending.number)
        .where(Paper.state == PaperState.ISSUED, Paper.kind.in_(kinds))
        .order_by(Paper.signed_at.desc(), Paper.id.desc())
    )
    found: dict[PaperKind, list[PaperSeen]] = {}
    for kind, number, dated_on, served_on in session().execute(stmt):
        if number is not None and dated_on is not None:
            found.setdefault(PaperKind(kind), []).append(PaperSeen(number, dated_on, served_on))
    return found


def find_matter_of(ending: CertificateEnding) -> Matter | None:
    """The matter of a case somebody was given, open or closed."""
    stmt = select(Matter).where(Matter.kind == MatterKind.ENDING, Matter.subject_key == ending.number)
    return session().scalars(stmt.order_by(Matter.opened_at.desc(), Matter.id.desc()).limit(1)).one_or_none()


def is_company_cancelled(certificate: Certificate) -> bool:
    """Whether the holder is no more."""
    stmt = select(Company.status).where(Company.id == certificate.company_id)
    return session().scalar(stmt) is CompanyStatus.CANCELLED
