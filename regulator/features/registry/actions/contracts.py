"""Acts on contracts and on the disputes they come into: record, correct, terminate, file, retire, settle."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.registry.actions import matters
from regulator.features.registry.actions.nature import touch_register
from regulator.features.registry.actions.records import (
    FieldChange,
    claim_version,
    correct_record,
    create_record,
    note_change,
    retire_record,
)
from regulator.features.registry.models import Company, CompanyLink, Contract, ContractDispute, Estate, Service
from regulator.features.registry.queries.contracts import contract_key
from regulator.features.registry.queries.services import list_contract_facts
from regulator.features.registry.rules.contracts import (
    ContractFacts,
    Dispute,
    disputes_of,
    judge_contract,
    judge_termination,
    proof_of,
)
from regulator.features.registry.terms import RecordAct, SettlementState, SubjectKind
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput

KIND = SubjectKind.CONTRACT


def register_contract(
    estate: Estate, company: Company, values: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Contract:
    """Record a contract; overlapping another company's is a dispute, recorded and never refused.

    Raises Refused for days that cannot be true, Conflict("contract_duplicate") for the same estate, company and day.
    """
    contract = Contract(estate_id=estate.id, company_id=company.id, **values)
    _judge(contract, day_of(now))
    key = contract_key(estate.code, company.credit_code, contract.began_on)
    create_record(contract, kind=KIND, key=key, division_code=estate.division_code, actor=actor, now=now)
    refresh_disputes(estate, actor=actor, now=now)
    refresh_proofs(estate)
    return contract


def correct_contract(
    estate: Estate, contract: Contract, changes: Mapping[str, Any], *, version: int, reason: str, actor: Actor,
    now: datetime,
) -> list[str]:  # fmt: skip
    """Set what differs; gives the names of the fields. Raises StaleVersion, Refused."""
    days = ("began_on", "ended_on", "signed_on", "filed_on")
    stated = {name: changes.get(name, getattr(contract, name)) for name in days}
    judge_contract(**stated, today=day_of(now)).or_refuse()
    changed = correct_record(
        contract, changes, kind=KIND, key=_key(estate, contract), division_code=estate.division_code,
        version=version, reason=reason, actor=actor, now=now,
    )  # fmt: skip
    if {"began_on", "ended_on"} & set(changed):
        refresh_disputes(estate, actor=actor, now=now)
        refresh_proofs(estate)
    return changed


def terminate_contract(
    estate: Estate, contract: Contract, ends_on: date, *, version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Record that a contract ends before its term, ``ends_on`` being its last day; the service is not ended by that."""
    claim_version(contract, version)
    company = session().get_one(Company, contract.company_id)
    facts = ContractFacts(company.credit_code, contract.began_on, contract.ended_on)
    judge_termination(facts, ends_on).or_refuse()
    told = [FieldChange("ended_on", _iso(contract.ended_on), ends_on.isoformat())]
    contract.ended_on = ends_on
    _note(estate, contract, told, RecordAct.TERMINATED, actor, now, reason)
    refresh_disputes(estate, actor=actor, now=now)
    refresh_proofs(estate)


def file_contract(
    estate: Estate, contract: Contract, filed_on: date, *, version: int, actor: Actor, now: datetime
) -> None:
    """Record the day on which a contract was filed with the office."""
    claim_version(contract, version)
    judge_contract(
        began_on=contract.began_on,
        ended_on=contract.ended_on,
        signed_on=contract.signed_on,
        filed_on=filed_on,
        today=day_of(now),
    ).or_refuse()
    told = [FieldChange("filed_on", _iso(contract.filed_on), filed_on.isoformat())]
    contract.filed_on = filed_on
    _note(estate, contract, told, RecordAct.FILED, actor, now, None)


def retire_contract(
    estate: Estate, contract: Contract, *, version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Take a contract recorded by mistake out of the register; disputes it was in are over."""
    retire_record(
        contract, kind=KIND, key=_key(estate, contract), division_code=estate.division_code, version=version,
        reason=reason, day=day_of(now), actor=actor, now=now,
    )  # fmt: skip
    refresh_disputes(estate, actor=actor, now=now)
    refresh_proofs(estate)


# --- disputes -------------------------------------------------------------------------------------------------------


def refresh_disputes(estate: Estate, *, actor: Actor, now: datetime) -> None:
    """Record every overlap of the estate's contracts that is not recorded; let open ones go that are no overlap now."""
    session().flush()
    contracts = list_contract_facts([estate.id]).get(estate.id, [])
    found: dict[tuple[Any, Any], Dispute] = {}
    for place, contract in enumerate(contracts):
        for dispute in disputes_of(contract, contracts[:place]):
            found[dispute.earlier.key, dispute.later.key] = dispute
    known = {
        (item.earlier_contract_id, item.later_contract_id): item
        for item in session().scalars(select(ContractDispute).where(ContractDispute.estate_id == estate.id))
    }
    for pair, dispute in found.items():
        _keep_dispute(estate, known.get(pair), dispute, now)
    for pair, item in known.items():
        if pair not in found and item.state is SettlementState.OPEN:
            item.state, item.settled_at, item.version = SettlementState.REJECTED, now, item.version + 1
    session().flush()
    matters.follow_disputes(ContractDispute.estate_id == estate.id, actor=actor, now=now)


def _keep_dispute(estate: Estate, known: ContractDispute | None, dispute: Dispute, now: datetime) -> None:
    days = (dispute.overlap.began_on, dispute.overlap.ended_on)
    if known is None:
        session().add(
            ContractDispute(
                estate_id=estate.id,
                earlier_contract_id=dispute.earlier.key,
                later_contract_id=dispute.later.key,
                overlap_from=days[0],
                overlap_to=days[1],
                state=SettlementState.OPEN,
                recorded_at=now,
            )
        )
    elif (known.overlap_from, known.overlap_to) != days or known.state is SettlementState.REJECTED:
        known.overlap_from, known.overlap_to = days
        known.state, known.settled_at, known.settled_by = SettlementState.OPEN, None, None
        known.version += 1


def settle_dispute(
    dispute: ContractDispute, estate: Estate, settlement: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Record how a dispute was settled; the contracts stay as they are. Raises StaleVersion, BadInput when settled."""
    session().refresh(dispute, with_for_update=True)
    dispute.expect_version(version)
    if dispute.state is not SettlementState.OPEN:
        raise BadInput("dispute_settled_already")
    dispute.state, dispute.settlement = SettlementState.CONFIRMED, settlement
    dispute.settled_at, dispute.settled_by = now, actor.name
    dispute.version += 1
    session().flush()
    audit.record(
        actor, "contract.dispute_settled", KIND.value, estate.code, now=now, division_code=estate.division_code,
        facts={"dispute": str(dispute.id), "settlement": settlement},
    )  # fmt: skip
    contract = session().get_one(Contract, dispute.later_contract_id)
    _note(estate, contract, [FieldChange("dispute", None, settlement)], RecordAct.DISPUTE_SETTLED, actor, now, None)
    matters.follow_disputes(ContractDispute.id == dispute.id, actor=actor, now=now, reason=settlement)
    touch_register(now)


def refresh_proofs(estate: Estate) -> None:
    """Offer the estate's contracts as proof for names that wait; whichever came first, list or contract."""
    session().flush()
    contracts = list_contract_facts([estate.id]).get(estate.id, [])
    query = (
        select(CompanyLink, Service)
        .join(Service, Service.id == CompanyLink.service_id)
        .where(CompanyLink.estate_id == estate.id, CompanyLink.state == SettlementState.OPEN)
    )
    for link, service in session().execute(query):
        day = service.stated_for or service.began_on
        proof = proof_of(link.candidates, contracts, day) if day else None
        if link.proof_credit_code != proof:
            link.proof_credit_code = proof
    session().flush()


def _judge(contract: Contract, today: date) -> None:
    judge_contract(
        began_on=contract.began_on,
        ended_on=contract.ended_on,
        signed_on=contract.signed_on,
        filed_on=contract.filed_on,
        today=today,
    ).or_refuse()


def _key(estate: Estate, contract: Contract) -> str:
    company = session().get_one(Company, contract.company_id)
    return contract_key(estate.code, company.credit_code, contract.began_on)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _note(
    estate: Estate, contract: Contract, told: list[FieldChange], act: RecordAct, actor: Actor, now: datetime,
    reason: str | None,
) -> None:  # fmt: skip
    note_change(
        contract, told, kind=KIND, key=_key(estate, contract), division_code=estate.division_code, act=act,
        actor=actor, now=now, reason=reason,
    )  # fmt: skip
