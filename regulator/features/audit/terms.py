"""Frozen values of the audit trail: the actor and the shape of recorded facts. Pure; no tables, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""A value that can stand in an audit entry: what JSON can say."""


class AuditAct(StrEnum):
    """What the trail calls the acts on itself."""

    EXPORTED = "audit.exported"


SYSTEM_USERNAME = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which capacity, from where: a value taken at the time of the act and never looked up again.

    `role` and `scope` name the assignment acted under (a role's code and the label of its scope);
    `deputy_for` is the username of the principal when a deputy (代理) acts with a principal's role.
    """

    account_id: UUID | None
    username: str
    name: str
    role: str
    scope: str
    address: str | None
    deputy_for: str | None = None

    def standing_in_for(self, principal: str) -> Actor:
        """The same person acting for somebody absent, although a role of their own might have carried the act too."""
        return replace(self, deputy_for=principal)

    @classmethod
    def system(cls) -> Actor:
        """The product itself: jobs, sweeps and seals that no person asked for."""
        return cls(None, SYSTEM_USERNAME, SYSTEM_USERNAME, SYSTEM_USERNAME, "", None)
