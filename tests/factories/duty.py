"""Officials with a role at a place, matters of theirs, shifts and hand-overs as rows; acts are tested elsewhere."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from regulator.features.accounts.models import Account, Authority, RoleAssignment
from regulator.features.accounts.terms import BRANCHES, Permission, Role, ScopeKind
from regulator.features.papers.models import DutyShift, Handover, HandoverItem, Matter
from regulator.features.papers.rules.handover import Line, list_hash
from regulator.features.papers.rules.matters import NO_TERM
from regulator.features.papers.terms import DutyKind, HandoverReason, HandoverState, MatterKind
from regulator.foundation import clock
from regulator.foundation.database import new_key, session
from tests.factories.registry import NOW, SHENHE, SHENHE_COMMUNITY

_numbers = count(1)


def make_official(
    name: str, scope: str = SHENHE, role: Role = Role.DISTRICT_OFFICER, authority: Authority | None = None
) -> Account:
    """An account that holds one role, without a password."""
    account = Account(
        id=new_key(), username=f"official{next(_numbers)}", name=name, branch=BRANCHES[role], created_at=NOW,
        authority_id=authority.id if authority else None,
    )  # fmt: skip
    session().add(account)
    session().flush()
    grant(account, role, scope)
    return account


def grant(account: Account, role: Role, scope: str) -> None:
    """One more role, for ever."""
    session().add(
        RoleAssignment(
            account_id=account.id, branch=account.branch, role=role, scope_kind=ScopeKind.DIVISION, scope_code=scope,
            began_on=date(2020, 1, 1),
        )
    )  # fmt: skip
    session().flush()


def make_authority(name: str, division: str = SHENHE) -> Authority:
    """An authority of a division."""
    authority = Authority(id=new_key(), name=name, division_code=division)
    session().add(authority)
    session().flush()
    return authority


def make_matter(
    owner: Account, title: str = "惠工花园物业费核查", code: str | None = SHENHE_COMMUNITY, **more: Any
) -> Matter:
    """An open matter of somebody's."""
    number = next(_numbers)
    due_on: date | None = more.pop("due_on", None)
    handled_by: Permission = more.pop("handled_by", Permission.MATTERS_HANDLE)
    matter = Matter(
        id=new_key(), number=f"2026-9{number:05d}", kind=more.pop("kind", MatterKind.OFFICIAL),
        subject_key=f"d{number}", title=title, division_code=code, handled_by=str(handled_by), owner_id=owner.id,
        due_on=due_on, order_on=due_on or NO_TERM, opened_at=NOW, opened_by="x", owned_since=NOW, version=1,
    )  # fmt: skip
    session().add(matter)
    session().flush()
    return matter


def make_shift(authority: Authority, account: Account, began_at: datetime | None = None, hours: float = 8) -> DutyShift:
    """A shift, from now on unless said otherwise."""
    began_at = began_at or clock.now().replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    shift = DutyShift(
        id=new_key(), authority_id=authority.id, account_id=account.id, kind=DutyKind.ROUND_THE_CLOCK,
        began_at=began_at, ended_at=began_at + timedelta(hours=hours), phone="024-22790018", set_at=NOW, set_by="x",
    )  # fmt: skip
    session().add(shift)
    session().flush()
    return shift


def make_handover(giver: Account, taker: Account, matter: Matter, division: str = SHENHE) -> Handover:
    """A hand-over that was given: one matter stands on its list."""
    handover = Handover(
        id=new_key(), from_id=giver.id, from_name=giver.name, to_id=taker.id, to_name=taker.name,
        division_code=division, reason=HandoverReason.LEAVE, state=HandoverState.GIVEN, leaves_on=clock.today(),
        drawn_up_at=NOW, drawn_up_by=giver.name, given_at=NOW, given_by=giver.name, version=1,
        list_hash=list_hash(giver.name, taker.name, [Line(matter.number, matter.kind, matter.title, matter.due_on)]),
    )  # fmt: skip
    session().add(handover)
    session().flush()
    session().add(
        HandoverItem(
            handover_id=handover.id, ordinal=1, matter_id=matter.id, number=matter.number, kind=matter.kind,
            title=matter.title, due_on=matter.due_on, since_given=False,
        )
    )  # fmt: skip
    session().flush()
    return handover
