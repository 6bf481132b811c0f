"""What contracts and lists mean to each other once written: disputes between contracts, proof for names that wait.

Made from what the register then holds, so that it does not matter which came first.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from regulator.features.registry.imports.writing import AT_ONCE, estate_ids
from regulator.features.registry.models import CompanyLink, ContractDispute, Service
from regulator.features.registry.queries.services import list_contract_facts
from regulator.features.registry.rules.contracts import Dispute, disputes_of, proof_of
from regulator.features.registry.terms import SettlementState
from regulator.foundation.database import new_key, session
from regulator.foundation.prepared import prepare_rows

DISPUTE = (
    "id", "estate_id", "earlier_contract_id", "later_contract_id", "overlap_from", "overlap_to", "state", "recorded_at",
    "batch_id", "version",
)  # fmt: skip


def refresh_contracts(codes: Collection[str], keys: Collection[UUID], *, batch_id: UUID | None, now: datetime) -> None:
    """Record overlaps that are not recorded, let open ones go that are none now, and offer proof anew."""
    session().flush()
    ordered = sorted({*keys, *estate_ids(codes).values()})
    for at in range(0, len(ordered), AT_ONCE):
        part = ordered[at : at + AT_ONCE]
        if codes:
            _refresh_disputes(part, batch_id, now)
        _refresh_proofs(part)
    session().flush()


def _refresh_disputes(estates: Sequence[UUID], batch_id: UUID | None, now: datetime) -> None:
    found: dict[tuple[UUID, UUID], tuple[UUID, Dispute]] = {}
    for estate, contracts in list_contract_facts(estates).items():
        for place, contract in enumerate(contracts):
            for dispute in disputes_of(contract, contracts[:place]):
                pair: tuple[UUID, UUID] = (dispute.earlier.key, dispute.later.key)  # type: ignore[assignment]  # rows' keys
                found[pair] = (estate, dispute)
    stmt = select(ContractDispute).where(ContractDispute.estate_id.in_(estates))
    known = {(one.earlier_contract_id, one.later_contract_id): one for one in session().scalars(stmt)}
    new = [
        (
            *(new_key(), estate, *pair, dispute.overlap.began_on, dispute.overlap.ended_on),
            *(SettlementState.OPEN, now, batch_id, 1),
        )
        for pair, (estate, dispute) in found.items()
        if pair not in known
    ]
    prepare_rows(session(), ContractDispute.__table__, DISPUTE, new).insert(session())
    for pair, item in known.items():
        _keep(item, found.get(pair), now)


def _keep(item: ContractDispute, found: tuple[UUID, Dispute] | None, now: datetime) -> None:
    """A known dispute: over when its contracts overlap no more, open again when its days are others."""
    if found is None:
        if item.state is SettlementState.OPEN:
            item.state, item.settled_at, item.version = SettlementState.REJECTED, now, item.version + 1
        return
    days = (found[1].overlap.began_on, found[1].overlap.ended_on)
    if (item.overlap_from, item.overlap_to) != days or item.state is SettlementState.REJECTED:
        item.overlap_from, item.overlap_to = days
        item.state, item.settled_at, item.settled_by = SettlementState.OPEN, None, None
        item.version += 1


def _refresh_proofs(estates: Sequence[UUID]) -> None:
    stmt = (
        select(CompanyLink, Service.stated_for, Service.began_on)
        .join(Service, Service.id == CompanyLink.service_id)
        .where(CompanyLink.estate_id.in_(estates), CompanyLink.state == SettlementState.OPEN)
    )
    waiting = session().execute(stmt).all()
    contracts = list_contract_facts({link.estate_id for link, _, _ in waiting})
    for link, stated_for, began_on in waiting:
        day = stated_for or began_on
        proof = proof_of(link.candidates, contracts.get(link.estate_id, ()), day) if day else None
        if link.proof_credit_code != proof:
            link.proof_credit_code = proof
