"""What a row says of an estate's mode and manager, as the register's own rule answers it. Pure; no rule is here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from regulator.features.registry.imports.facts import KnownService
from regulator.features.registry.rules.services import (
    End,
    Open,
    Outcome,
    Repeat,
    Restate,
    Resume,
    ServiceFacts,
    Statement,
    Step,
    apply_statement,
    service_on,
)
from regulator.features.registry.terms import Mode


@dataclass(frozen=True, slots=True)
class Stated:
    """A row's statement: the manager by credit code where one is known, always as spelt; fee in fen."""

    as_of: date
    mode: str
    credit_code: str | None = None
    spelling: str | None = None
    fee: int | None = None
    candidates: Sequence[str] = ()

    def statement(self) -> Statement:
        """As the register's rule takes it."""
        return Statement(self.as_of, Mode(self.mode), self.credit_code, self.spelling)


@dataclass(frozen=True, slots=True)
class Answer:
    """What follows: steps on the periods as plain values, and what a person should see of it.

    ``settled``: somebody has told which company the spelling means. ``is_change``: the register would say otherwise.
    ``is_correction``: taken only on demand.
    """

    steps: list[dict[str, Any]] = field(default_factory=list)
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    settled: bool = False
    is_change: bool = False
    is_correction: bool = False


def compare(stated: Stated, services: Sequence[KnownService], repeated: Collection[date] = ()) -> Answer:
    """Hold a statement against an estate's periods and the days on which they were stated again."""
    periods = [service.facts for service in services]
    plan = apply_statement(periods, stated.statement(), repeated)
    current = service_on(periods, stated.as_of)
    settled = current is not None and current.company is not None and stated.credit_code is None
    steps = [_plain(step, stated) for step in plan.steps]
    if plan.outcome is Outcome.UNCHANGED and current is not None:
        fee = _fee(stated, current, services)
        if fee is None:
            return Answer(steps, settled=settled)
        difference = {"fee": (fee["fee_before"], stated.fee)}
        return Answer([*steps, fee], difference, settled=settled, is_change=True, is_correction=True)
    is_correction = plan.outcome is Outcome.DIFFERS
    return Answer(steps, _differences(stated, current), is_change=True, is_correction=is_correction)


def _fee(stated: Stated, current: ServiceFacts, services: Sequence[KnownService]) -> dict[str, Any] | None:
    """The same mode and manager; another fee is a correction of the open period."""
    held = next(service for service in services if service.facts is current)
    if stated.fee is None or stated.fee == held.fee or current.ended_on is not None:
        return None
    return {"step": "fee", "key": current.key, "fee": stated.fee, "fee_before": held.fee}


def _differences(stated: Stated, current: ServiceFacts | None) -> dict[str, tuple[Any, Any]]:
    if current is None:
        return {}
    found: dict[str, tuple[Any, Any]] = {}
    if current.mode.value != stated.mode:
        found["mode"] = (current.mode.value, stated.mode)
    if (current.company or current.spelling) != (stated.credit_code or stated.spelling):
        found["company"] = (current.spelling or current.company, stated.spelling or stated.credit_code)
    return found


def _plain(step: Step, stated: Stated) -> dict[str, Any]:
    match step:
        case End(key, ended_on):
            return {"step": "end", "key": key, "ended_on": ended_on}
        case Open(mode, company, spelling, stated_for, ended_on):
            return {
                "step": "open",
                "mode": mode.value,
                "credit_code": company,
                "spelling": spelling,
                "stated_for": stated_for,
                "ended_on": ended_on,
                "fee": stated.fee if mode.is_managed else None,
                "candidates": list(stated.candidates) if company is None else [],
            }
        case Repeat(stated_for):
            return {"step": "repeat", "stated_for": stated_for}
        case Resume(key, stated_for, ended_on):
            return {"step": "resume", "key": key, "stated_for": stated_for, "ended_on": ended_on}
        case Restate(key, mode, company, spelling, ended_on):
            return {
                "step": "restate",
                "ended_on": ended_on,
                "key": key,
                "mode": mode.value,
                "credit_code": company,
                "spelling": spelling,
                "fee": stated.fee if mode.is_managed else None,
                "candidates": list(stated.candidates) if company is None else [],
            }
