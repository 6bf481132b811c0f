"""Terms that a notice of holidays moved, who has taken note, and bulletins of territories that are no division."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant

revision = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing is told of notices taken in before. A bulletin need not be of one division."""
    op.create_table(
        "term_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=False),
        sa.Column("due_after", sa.Date(), nullable=False),
        sa.Column("calendar_year", sa.Integer(), nullable=False),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.CheckConstraint("due_before <> due_after", name=op.f("ck_term_move_days")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_term_move_notice_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_move")),
    )
    op.create_index("ix_term_move_notice_id", "term_move", ["notice_id"], unique=False)
    op.create_index("ix_term_move_due_after", "term_move", ["due_after"], unique=False)
    op.create_table(
        "term_move_seen",
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["move_id"], ["term_move.id"], name=op.f("fk_term_move_seen_move_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("move_id", "username", name=op.f("pk_term_move_seen")),
    )

    with op.batch_alter_table("coverage_bulletin") as table:
        table.drop_constraint("fk_coverage_bulletin_division_code", type_="foreignkey")
        table.alter_column(
            "division_code",
            new_column_name="place_key",
            existing_type=sa.String(length=12),
            type_=sa.String(length=64),
            existing_nullable=False,
        )


def downgrade() -> None:
    """What was told is forgotten; the trail keeps it. Bulletins of several divisions can be made again."""
    op.execute("DELETE FROM coverage_bulletin WHERE place_key NOT IN (SELECT code FROM division)")
    with op.batch_alter_table("coverage_bulletin") as table:
        table.alter_column(
            "place_key",
            new_column_name="division_code",
            existing_type=sa.String(length=64),
            type_=sa.String(length=12),
            existing_nullable=False,
        )
    with op.batch_alter_table("coverage_bulletin") as table:
        table.create_foreign_key("fk_coverage_bulletin_division_code", "division", ["division_code"], ["code"])
    op.drop_table("term_move_seen")
    op.drop_index("ix_term_move_due_after", table_name="term_move")
    op.drop_index("ix_term_move_notice_id", table_name="term_move")
    op.drop_table("term_move")
