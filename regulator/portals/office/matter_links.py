"""From a matter to the record it is about and back: addresses, and numbers of matters for pages of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import url_for

from regulator.features.accounts.terms import Permission
from regulator.features.papers.queries.matters import numbers_about
from regulator.features.papers.terms import MatterKind
from regulator.features.registry.queries.matters import BETWEEN, correction_key, row_key
from regulator.features.registry.terms import SubjectKind
from regulator.web.access import current_permissions

Address = tuple[str, dict[str, Any]]
"""An endpoint and its values, for `url_for`."""


def link_of(kind: str, subject_key: str) -> Address | None:
    """Where the record is that a matter is about, open or closed; None for what has no page of its own."""
    found = _RECORDS.get(kind)
    return found(*subject_key.split(BETWEEN)) if found else None


def act_of(kind: str, subject_key: str) -> Address | None:
    """Where an open matter is settled by somebody who may (its `handled_by`); None where the record says it all."""
    if kind != MatterKind.LINK:
        return None
    return "office.link", {"link_id": UUID(subject_key.split(BETWEEN)[1])}


def _estate(code: str, _own_key: str) -> Address:
    return "office.estate", {"code": code}


def _dispute(_code: str, own_key: str) -> Address:
    return "office.dispute", {"dispute_id": UUID(own_key)}


def _corrected(sort: str, key: str) -> Address:
    if sort == SubjectKind.ESTATE:
        return "office.estate", {"code": key}
    return "office.company", {"credit_code": key}


def _survey(own_key: str) -> Address:
    return "office.survey", {"survey_id": UUID(own_key)}


def _request(_credit_code: str, own_key: str) -> Address:
    return "office.company_request", {"request_id": UUID(own_key)}


def _review(own_key: str) -> Address:
    return "office.review_round", {"review_id": UUID(own_key)}


def _application(number: str) -> Address:
    return "office.application", {"number": number}


def _ending(number: str) -> Address:
    return "office.ending", {"number": number}


_RECORDS: Mapping[str, Callable[..., Address]] = {
    MatterKind.APPLICATION: _application,
    MatterKind.CORRECTION: _corrected,
    MatterKind.DISPUTE: _dispute,
    MatterKind.ENDING: _ending,
    MatterKind.LINK: _estate,
    MatterKind.REQUEST: _request,
    MatterKind.REVIEW: _review,
    MatterKind.SURVEY: _survey,
}


# --- back: from records to their matters ------------------------------------------------------------------------------


def matters_of(kind: MatterKind, rows: Iterable[Any]) -> dict[UUID, str]:
    """Addresses of the open matters about links or disputes on a page, by the rows' keys; one statement."""
    keys = {row_key(row.estate_code, row.id): row.id for row in rows}
    return {keys[key]: address for key, address in _addresses({kind: list(keys)}).items()}


def matter_of_correction(kind: SubjectKind, key: str) -> str | None:
    """The address of the open matter about the correction of a record; None when none waits."""
    subject = correction_key(kind, key)
    return _addresses({MatterKind.CORRECTION: [subject]}).get(subject)


def _addresses(wanted: Mapping[str, list[str]]) -> dict[str, str]:
    """Addresses by subject key; none for who may not see matters."""
    if Permission.MATTERS_VIEW not in current_permissions():
        return {}
    return {key: url_for("office.matter", number=number) for key, number in numbers_about(wanted).items()}
