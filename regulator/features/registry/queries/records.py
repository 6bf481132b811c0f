"""What the register as a whole is and how its records stand; no single kind of record."""

from dataclasses import dataclass
from datetime import datetime

from regulator.features.registry.models import RegisterState
from regulator.features.registry.terms import RegisterNature
from regulator.foundation.database import session


@dataclass(frozen=True, slots=True)
class RegisterInfo:
    """What the register is, and the number and moment of its last change."""

    nature: RegisterNature
    data_version: int
    changed_at: datetime | None

    @property
    def is_demo(self) -> bool:
        """Whether everything made from it must say 演示数据."""
        return self.nature is RegisterNature.DEMO


def register_info() -> RegisterInfo:
    """The state of the register: one row by its key, kept by the session for the request."""
    state = session().get_one(RegisterState, 1)
    return RegisterInfo(state.nature, state.data_version, state.changed_at)


def register_nature() -> RegisterNature:
    """Whether the register is demo, real or still undecided."""
    return register_info().nature
