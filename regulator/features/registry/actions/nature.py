"""What the register is, demo or real, once and for ever; and the number that tells caches of a change."""

from datetime import datetime

from sqlalchemy import case, update

from regulator.features.registry.models import RegisterState
from regulator.features.registry.terms import RegisterNature
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput


def claim_nature(nature: RegisterNature, now: datetime) -> RegisterNature:
    """Decide what an undecided register is; gives what it is from now on.

    Rows typed or imported into a demo register become demo rows. Raises BadInput("register_is_real") when
    demonstration rows are offered to a real register.
    """
    state = session().get_one(RegisterState, 1)
    if state.nature is RegisterNature.UNDECIDED:
        session().refresh(state, with_for_update=True)  # another first row may be on its way
    if state.nature is RegisterNature.UNDECIDED:
        state.nature, state.decided_at = nature, now
        session().flush()
    elif nature is RegisterNature.DEMO and state.nature is RegisterNature.REAL:
        raise BadInput("register_is_real")
    return state.nature


def touch_register(now: datetime) -> None:
    """Count the register's state on, so that whoever keeps something made from it knows to make it anew.

    The moment it stands for never goes back: the demo city's history is written on days gone by.
    """
    latest = case((RegisterState.changed_at > now, RegisterState.changed_at), else_=now)
    session().execute(
        update(RegisterState)
        .where(RegisterState.id == 1)
        .values(data_version=RegisterState.data_version + 1, changed_at=latest)
    )
