"""The working-day calendar: the years that were announced, with their days off and make-up days."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant

revision = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables; `regulator init` fills them."""
    op.create_table(
        "calendar_year",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", _code("yearsource", "announced", "provisional", "seeded"), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("imported_by", sa.String(length=64), nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.CheckConstraint("source <> 'provisional'", name=op.f("ck_calendar_year_stored")),
        sa.CheckConstraint(
            "source <> 'announced' OR (document_number IS NOT NULL AND issued_on IS NOT NULL)",
            name=op.f("ck_calendar_year_document"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_year")),
        sa.UniqueConstraint("year", name=op.f("uq_calendar_year_year")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _code("daykind", "holiday", "made_up"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["year_id"], ["calendar_year.id"], name=op.f("fk_calendar_day_year_id")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_index(op.f("ix_calendar_day_year_id"), "calendar_day", ["year_id"])


def _code(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    """Take them away; the notices can be imported anew."""
    op.drop_table("calendar_day")
    op.drop_table("calendar_year")
