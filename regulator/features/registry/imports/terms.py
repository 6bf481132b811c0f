"""Words of an import: where a batch stands, and what keeps it from being taken back. Pure."""

from enum import StrEnum


class BatchState(StrEnum):
    """Where a batch stands on its way from a file to the register and, perhaps, back."""

    RECOGNISED = "recognised"  # its columns wait for somebody to confirm them
    JUDGING = "judging"
    JUDGED = "judged"  # waits for somebody to look at it and confirm
    APPLYING = "applying"
    APPLIED = "applied"
    DISCARDED = "discarded"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"

    @property
    def is_working(self) -> bool:
        """Whether the worker is at it."""
        return self in (BatchState.JUDGING, BatchState.APPLYING, BatchState.UNDOING)

    @property
    def is_open(self) -> bool:
        """Whether it has not come to an end yet."""
        return self in (BatchState.RECOGNISED, BatchState.JUDGING, BatchState.JUDGED, BatchState.APPLYING)


class LaterChange(StrEnum):
    """What happened after a batch to a record it wrote, so that it cannot be taken back."""

    COMMITTEE_RECORDED = "committee_recorded_later"
    CONTRACT_RECORDED = "contract_recorded_later"
    CORRECTED = "corrected_later"
    DISPUTE_SETTLED = "dispute_settled_later"
    EMPLOYMENT_RECORDED = "employment_recorded_later"
    LINK_SETTLED = "link_settled_later"
    MANAGER_ASSIGNED = "manager_assigned_later"
    NOTICE_RECORDED = "notice_recorded_later"
    SERVICE_CORRECTED = "service_corrected_later"
    SERVICE_RECORDED = "service_recorded_later"
