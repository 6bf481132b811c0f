"""What the nightly look at valid certificates found."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None

TABLE = "certificate_watch"


def upgrade() -> None:
    """Make the table; the next night fills it."""
    op.create_table(
        TABLE,
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("failing", sa.JSON(), nullable=False),
        sa.Column("failing_since", sa.Date(), nullable=True),
        sa.Column("beyond", sa.JSON(), nullable=False),
        sa.Column("beyond_since", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_watch_certificate_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificate_watch")),
    )
    for column in ("failing_since", "beyond_since"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column, "certificate_id"], unique=False)


def downgrade() -> None:
    """Take it back; it is made anew from the register."""
    for column in ("beyond_since", "failing_since"):
        op.drop_index(f"ix_{TABLE}_{column}", table_name=TABLE)
    op.drop_table(TABLE)
