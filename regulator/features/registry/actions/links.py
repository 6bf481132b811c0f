"""Acts on names in lists that only resemble a registered company: say which company is meant, or that none is."""

from collections.abc import Sequence
from datetime import datetime

from regulator.features.audit.terms import Actor
from regulator.features.registry import signals
from regulator.features.registry.actions import matters
from regulator.features.registry.actions.companies import add_company_name
from regulator.features.registry.actions.records import FieldChange, claim_version, note_change
from regulator.features.registry.models import Company, CompanyLink, Estate, Service
from regulator.features.registry.queries.companies import list_names
from regulator.features.registry.queries.services import service_facts
from regulator.features.registry.terms import Change, NameKind, RecordAct, SettlementState, SubjectKind
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput


def confirm_link(
    link: CompanyLink,
    company: Company,
    *,
    version: int,
    add_alias: bool,
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Say which company a list's spelling means: the service is that company's from its first day on.

    With ``add_alias`` the spelling becomes an alias of the company, so that the next list finds it by itself.
    Raises StaleVersion, BadInput("link_settled_already").
    """
    _claim(link, version)
    service = session().get_one(Service, link.service_id)
    estate = session().get_one(Estate, link.estate_id)
    claim_version(estate, estate.version)
    before = service_facts(estate.id)
    service.company_id = company.id
    _settle(link, SettlementState.CONFIRMED, company, reason, actor, now)
    _note(estate, service, [FieldChange("company", link.spelling, company.name)], actor, now, reason)
    if add_alias and link.spelling != company.name:
        _add_alias(company, link.spelling, actor, now, reason)
    signals.send(signals.services_changed, [Change(estate.code, before, service_facts(estate.id))])


def confirm_links(
    links: Sequence[tuple[CompanyLink, int]], company: Company, *, add_alias: bool, reason: str | None, actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Confirm several links of one spelling at once; gives how many."""
    for link, version in links:
        confirm_link(link, company, version=version, add_alias=add_alias, reason=reason, actor=actor, now=now)
    return len(links)


def reject_link(link: CompanyLink, *, version: int, reason: str, actor: Actor, now: datetime) -> None:
    """Say that the spelling means no registered company; the mode goes on counting, the name stays as written."""
    _claim(link, version)
    service = session().get_one(Service, link.service_id)
    estate = session().get_one(Estate, link.estate_id)
    _settle(link, SettlementState.REJECTED, None, reason, actor, now)
    _note(estate, service, [FieldChange("company", link.spelling, link.spelling)], actor, now, reason)


def _claim(link: CompanyLink, version: int) -> None:
    session().refresh(link, with_for_update=True)
    link.expect_version(version)
    if link.state is not SettlementState.OPEN:
        raise BadInput("link_settled_already")


def _settle(
    link: CompanyLink, state: SettlementState, company: Company | None, reason: str | None, actor: Actor, now: datetime
) -> None:
    link.state, link.company_id = state, company.id if company else None
    link.settled_at, link.settled_by = now, actor.name
    link.version += 1
    session().flush()
    matters.follow_links(CompanyLink.id == link.id, actor=actor, now=now, reason=reason)


def _add_alias(company: Company, spelling: str, actor: Actor, now: datetime, reason: str | None) -> None:
    if any(item.name == spelling for item in list_names(company.id)):
        return
    add_company_name(
        company, spelling, kind=NameKind.ALIAS, version=company.version, reason=reason or "", actor=actor, now=now
    )


def _note(
    estate: Estate, service: Service, told: list[FieldChange], actor: Actor, now: datetime, reason: str | None
) -> None:
    for record, kind in ((service, SubjectKind.SERVICE), (estate, SubjectKind.ESTATE)):
        note_change(
            record, told, kind=kind, key=estate.code, division_code=estate.division_code,
            act=RecordAct.LINK_SETTLED, actor=actor, now=now, reason=reason,
        )  # fmt: skip
