"""Boundaries of divisions, and PostGIS where the register stands on PostgreSQL."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant
from regulator.foundation.geo import Geometry

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; the extension must be installed on the server (Debian: postgresql-15-postgis-3)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.create_table(
        "division_boundary",
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("geometry", Geometry("MultiPolygon"), nullable=False),
        sa.Column("schematic", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_division_boundary_division_code")),
        sa.PrimaryKeyConstraint("division_code", name=op.f("pk_division_boundary")),
    )


def downgrade() -> None:
    """Take the table back; the extension stays, others may use it."""
    op.drop_table("division_boundary")
