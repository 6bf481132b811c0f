"""What a company may ask to have changed in its own record, and whether a request can still be confirmed."""

from collections.abc import Mapping
from typing import Any

from regulator.features.registry.terms import CompanyStatus
from regulator.law.findings import Finding, Verdict

FIELDS = (
    *("registration_kind", "legal_representative", "phone", "registered_capital", "registered_address"),
    *("office_address", "business_scope", "introduction"),
)
"""Names, status and district are the office's: they change by acts of their own, on the business licence's word."""


def judge_request(
    changes: Mapping[str, Any], *, has_open: bool, status: CompanyStatus, is_local: bool
) -> Verdict:  # fmt: skip
    """Whether a company may ask: something differs, nothing else waits, and there is a district that decides."""
    return Verdict.of(
        [
            None if changes else Finding("request_changes_nothing"),
            Finding("request_open_already") if has_open else None,
            Finding("request_of_cancelled") if status is CompanyStatus.CANCELLED else None,
            None if is_local else Finding("request_without_district"),
        ]
    )


def judge_confirming(before: Mapping[str, Any], present: Mapping[str, Any]) -> Verdict:
    """Whether the record still says what it said when the company asked."""
    moved = any(present.get(field) != value for field, value in before.items())
    return Verdict.of([Finding("request_record_changed") if moved else None])
