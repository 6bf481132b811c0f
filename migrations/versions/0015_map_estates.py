"""The map: boundaries of estates, estates as it shows them, and their cells."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant, Serial
from regulator.foundation.geo import Geometry

revision = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None

PLACE = ("division_code", "y", "x", "mode", "ownership", "condition", "year", "lon", "lat", "number")
CELL = ("y", "x", "mode", "ownership", "condition", "year", "division_code", "lon", "lat", "number")


def upgrade() -> None:
    """Make the tables; what the map shows is counted by `init` and the sweep."""
    op.create_table(
        "estate_boundary",
        sa.Column("estate_code", sa.String(length=16), nullable=False),
        sa.Column("geometry", Geometry("MultiPolygon"), nullable=False),
        *(sa.Column(side, sa.Float(), nullable=False) for side in ("west", "south", "east", "north")),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("updated_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("estate_code", name=op.f("pk_estate_boundary")),
    )
    op.create_index("ix_estate_boundary_south_west", "estate_boundary", ["south", "west"], unique=False)
    op.create_table(
        "map_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_map_state_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_state")),
    )
    op.create_table(
        "map_estate",
        sa.Column("number", Serial, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        *(sa.Column(name, sa.String(length=32), nullable=False) for name in ("mode", "ownership", "condition", "kind")),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_map_estate")),
        sa.UniqueConstraint("code", name=op.f("uq_map_estate_code")),
    )
    op.create_index("ix_map_estate_cell", "map_estate", list(CELL), unique=False)
    op.create_index("ix_map_estate_division_code", "map_estate", list(PLACE), unique=False)
    op.create_index("ix_map_estate_credit_code", "map_estate", ["credit_code"], unique=False)
    op.create_table(
        "map_cluster",
        sa.Column("zoom", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.Column("y", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("x", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("estates", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("lon_sum", "lat_sum", "number_sum")),
        sa.PrimaryKeyConstraint("zoom", "dimension", "value", "y", "x", "mode", name=op.f("pk_map_cluster")),
    )
    op.create_index(
        "ix_map_cluster_empty",
        "map_cluster",
        ["estates"],
        unique=False,
        sqlite_where=sa.text("estates = 0"),
        postgresql_where=sa.text("estates = 0"),
    )


def downgrade() -> None:
    """Take the tables back; drawn boundaries of estates go with them."""
    op.drop_index("ix_map_cluster_empty", table_name="map_cluster")
    op.drop_table("map_cluster")
    op.drop_index("ix_map_estate_credit_code", table_name="map_estate")
    op.drop_index("ix_map_estate_division_code", table_name="map_estate")
    op.drop_index("ix_map_estate_cell", table_name="map_estate")
    op.drop_table("map_estate")
    op.drop_table("map_state")
    op.drop_index("ix_estate_boundary_south_west", table_name="estate_boundary")
    op.drop_table("estate_boundary")
