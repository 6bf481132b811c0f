"""Periods, contracts and statements of one estate, as the rules of services read them; no database."""

from datetime import date

from regulator.features.registry.rules.contracts import ContractFacts
from regulator.features.registry.rules.services import ServiceFacts, Statement
from regulator.features.registry.terms import Mode

A, B, C = "91210103AAAAAAAAA1", "91210103BBBBBBBBB2", "91210103CCCCCCCCC3"
PRO, NONE, LOST, SELF = Mode.PROFESSIONAL, Mode.NONE, Mode.ABANDONED, Mode.OWNERS_SELF


def d(text: str) -> date:
    return date.fromisoformat(text)


def served(
    company: str | None = A,
    began: str | None = None,
    stated: str | None = "2026-09-30",
    ended: str | None = None,
    mode: Mode = PRO,
    **others: object,
) -> ServiceFacts:
    days = {
        name: d(text) if text else None
        for name, text in (("began_on", began), ("stated_for", stated), ("ended_on", ended))
    }
    return ServiceFacts(mode, company, key=f"{company}-{began}-{stated}", **days, **others)  # type: ignore[arg-type]


def contract(company: str, began: str, ended: str | None = None, order: int = 0) -> ContractFacts:
    return ContractFacts(company, d(began), d(ended) if ended else None, order)


def stated(day: str, company: str | None = A, mode: Mode = PRO, spelling: str | None = None) -> Statement:
    return Statement(d(day), mode, company, spelling)
