"""A record's columns as JSON facts, as histories, signals and audit entries carry them; reads no database."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import inspect

from regulator.features.audit.rules import mask_text
from regulator.foundation.database import Base

MASKED_FIELDS = frozenset({"phone", "duty_phone"})
"""Numbers of persons and phones: in histories and in the trail they stand masked."""
PLUMBING = frozenset(
    {
        "batch_id", "confirmed_at", "id", "id_cipher", "id_hash", "id_key_id", "registered_at", "source", "updated_at",
        "version",
    }
)  # fmt: skip
"""Columns that say nothing about the thing itself."""


def plain(value: object) -> Any:
    """A column's value as JSON can say it: days and moments in ISO form, codes by their value, keys as text."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value


def masked(field: str, value: object) -> Any:
    """As `plain`, with a phone or a personal number made unreadable, in free text too."""
    said = plain(value)
    if not isinstance(said, str):
        return said
    if field in MASKED_FIELDS:
        return f"{said[:3]}{'*' * max(len(said) - 5, 3)}{said[-2:]}" if len(said) > 6 else "***"
    return mask_text(said)


def facts_of(record: Base) -> Mapping[str, Any]:
    """What a record says of the thing it describes, by column; empty columns are there as None."""
    columns = inspect(type(record)).columns.keys()
    return {name: plain(getattr(record, name)) for name in columns if name not in PLUMBING}
