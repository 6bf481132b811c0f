"""The bulletins that have been made from closed months."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant

revision = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; the files lie beside the database."""
    op.create_table(
        "coverage_bulletin",
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("pdf", sa.String(length=64), nullable=False),
        sa.Column("docx", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("register_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_coverage_bulletin_division_code")),
        sa.PrimaryKeyConstraint("division_code", "month", "language", name=op.f("pk_coverage_bulletin")),
    )


def downgrade() -> None:
    """Bulletins can be made again from the closed months."""
    op.drop_table("coverage_bulletin")
