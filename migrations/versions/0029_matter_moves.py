"""Terms in matters that a notice of holidays moved, told to whoever has the matter until they take note."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant

revision = "0029"
down_revision: str | None = "0028"
branch_labels = None
depends_on = None

TOLD = sa.text("noted_at IS NULL")


def upgrade() -> None:
    """Make the table; nothing is told of notices taken in before."""
    op.create_table(
        "matter_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(length=32), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=False),
        sa.Column("due_after", sa.Date(), nullable=False),
        sa.Column("calendar_year", sa.Integer(), nullable=False),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.Column("noted_at", Instant(), nullable=True),
        sa.Column("noted_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("due_before <> due_after", name=op.f("ck_matter_move_days")),
        sa.CheckConstraint("(noted_at IS NULL) = (noted_by IS NULL)", name=op.f("ck_matter_move_noted")),
        sa.CheckConstraint(
            "term IN ('answer', 'hearing', 'matter', 'notice', 'objections')", name=op.f("ck_matter_move_movedterm")
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matter.id"], name=op.f("fk_matter_move_matter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_move")),
    )
    op.create_index("ix_matter_move_matter_id", "matter_move", ["matter_id"])
    op.create_index("ix_matter_move_moved_at", "matter_move", ["moved_at"])
    op.create_index("ix_matter_move_told", "matter_move", ["matter_id"], sqlite_where=TOLD, postgresql_where=TOLD)


def downgrade() -> None:
    """What was told is forgotten; the trail and the histories of the matters keep it."""
    op.drop_index("ix_matter_move_told", table_name="matter_move", sqlite_where=TOLD, postgresql_where=TOLD)
    op.drop_index("ix_matter_move_moved_at", table_name="matter_move")
    op.drop_index("ix_matter_move_matter_id", table_name="matter_move")
    op.drop_table("matter_move")
