"""Days for which lists said again what the register says of an estate's mode and manager."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "service_statement",
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("stated_for", sa.Date(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["estate_id"], ["estate.id"], name=op.f("fk_service_statement_estate_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("estate_id", "stated_for", "batch_id", name=op.f("pk_service_statement")),
    )
    op.create_index("ix_service_statement_batch_id", "service_statement", ["batch_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_service_statement_batch_id", table_name="service_statement")
    op.drop_table("service_statement")
