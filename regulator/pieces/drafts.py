"""What is known of an official paper before anybody types; each room that has papers drafted says it of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from regulator.law.citations import Citation


@dataclass(frozen=True, slots=True)
class Begun:
    """To whom, its title where the usual one does not fit, facts; those its template does not ask for are left."""

    addressee: str
    credit_code: str
    title: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def articles(found: Citation | None) -> list[dict[str, str]]:
    """An article as papers take it; none where the rules name none."""
    return [{"instrument": found.instrument, "article": found.article}] if found else []
