"""Changes companies ask for of their own records."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant

revision = "0025"
down_revision: str | None = "0024"
branch_labels = None
depends_on = None

TABLE = "company_request"
STATES = ("open", "confirmed", "returned", "withdrawn")
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="requeststate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_company_request_decided")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_company_request_decided_by")),
        sa.CheckConstraint("(state = 'returned') = (answer IS NOT NULL)", name=op.f("ck_company_request_answer")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_company_request_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_request")),
    )
    op.create_index(
        "uq_company_request_open", TABLE, ["company_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_company_request_company_id", TABLE, ["company_id", "asked_at"], unique=False)


def downgrade() -> None:
    """Take it back; what was confirmed stands in the records, matters and trail tell of the rest."""
    op.drop_index("ix_company_request_company_id", table_name=TABLE)
    op.drop_index("uq_company_request_open", table_name=TABLE)
    op.drop_table(TABLE)
