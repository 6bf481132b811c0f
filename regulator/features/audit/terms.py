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
class Footing:
    """A role in a scope under which somebody may act, their own or an absent one's; ``reach`` are bounds of codes."""

    role: str
    scope: str
    deputy_for: str | None
    reach: tuple[tuple[str, str], ...]

    def reaches(self, division_code: str) -> bool:
        """Whether a place lies in its scope."""
        return any(low <= division_code < high for low, high in self.reach)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which capacity, from where: a value taken at the time of the act and never looked up again.

    `role` and `scope` name the assignment acted under (a role's code and the label of its scope);
    `deputy_for` is the username of the principal when a deputy (代理) acts with a principal's role.
    `footings` are what the act may rest on, where there are several in different scopes.
    """

    account_id: UUID | None
    username: str
    name: str
    role: str
    scope: str
    address: str | None
    deputy_for: str | None = None
    footings: tuple[Footing, ...] = ()

    def at(self, division_code: str | None) -> Actor:
        """The actor of an act in a place: what is held there, one's own before an absent one's.

        Who holds a role in one district and stands in for a colleague of another acts there as a deputy alone.
        """
        if division_code is None:
            return self
        reaching = [one for one in self.footings if one.reaches(division_code)]
        own = [one for one in reaching if one.deputy_for is None]
        if not reaching:
            return self
        return self._on(own or reaching)

    def _on(self, footings: Sequence[Footing]) -> Actor:
        return replace(
            self,
            role=",".join(dict.fromkeys(one.role for one in footings)),
            scope="、".join(dict.fromkeys(one.scope for one in footings)),
            deputy_for=",".join(dict.fromkeys(one.deputy_for for one in footings if one.deputy_for)) or None,
            footings=(),
        )

    def standing_in_for(self, principal: str) -> Actor:
        """The same person acting for somebody absent, although a role of their own might have carried the act too."""
        return replace(self, deputy_for=principal, footings=())

    @classmethod
    def system(cls) -> Actor:
        """The product itself: jobs, sweeps and seals that no person asked for."""
        return cls(None, SYSTEM_USERNAME, SYSTEM_USERNAME, SYSTEM_USERNAME, "", None)
