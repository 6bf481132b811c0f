"""Zones for joint management: a street's proposal, zones, and the estates that belong to them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant
from regulator.foundation.geo import Geometry

revision = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None

STATES = ("proposed", "adopted", "managed", "dissolved")


def upgrade() -> None:
    """Make the tables; they begin empty."""
    op.create_table(
        "zone_proposal",
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("proposed_by", sa.String(length=60), nullable=False),
        *_limits(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_zone_proposal_division_code")),
        sa.PrimaryKeyConstraint("division_code", name=op.f("pk_zone_proposal")),
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column(
            "state", sa.Enum(*STATES, name="zonestate", native_enum=False, length=32, create_constraint=False),
            nullable=False,
        ),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("geometry", Geometry("Polygon"), nullable=True),
        *(sa.Column(side, sa.Float(), nullable=True) for side in ("west", "south", "east", "north")),
        sa.Column("diameter", sa.Integer(), nullable=True),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("proposed_by", sa.String(length=60), nullable=False),
        sa.Column("adopted_at", Instant(), nullable=True),
        sa.Column("adopted_by", sa.String(length=60), nullable=True),
        sa.Column("managed_at", Instant(), nullable=True),
        sa.Column("dissolved_at", Instant(), nullable=True),
        sa.Column("dissolved_by", sa.String(length=60), nullable=True),
        sa.Column("dissolved_reason", sa.Text(), nullable=True),
        sa.Column("followed_on", sa.Date(), nullable=True),
        *_limits(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('proposed', 'adopted', 'managed', 'dissolved')", name=op.f("ck_zone_zonestate")),
        sa.CheckConstraint("(state = 'proposed') = (number IS NULL)", name=op.f("ck_zone_number")),
        sa.CheckConstraint("(number IS NULL) = (name IS NULL)", name=op.f("ck_zone_name")),
        sa.CheckConstraint("(state = 'dissolved') = (dissolved_at IS NOT NULL)", name=op.f("ck_zone_dissolved")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_zone_division_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
    )  # fmt: skip
    op.create_index("uq_zone_division_code_number", "zone", ["division_code", "number"], unique=True)
    op.create_index("ix_zone_south_west", "zone", ["south", "west"], unique=False)
    op.create_index("ix_zone_state_followed_on", "zone", ["state", "followed_on"], unique=False)
    op.create_table(
        "zone_estate",
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("estate_code", sa.String(length=16), nullable=False),
        sa.Column("living", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_zone_estate_zone_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("zone_id", "estate_code", name=op.f("pk_zone_estate")),
    )
    op.create_index(
        "uq_zone_estate_living",
        "zone_estate",
        ["estate_code"],
        unique=True,
        sqlite_where=sa.text("living"),
        postgresql_where=sa.text("living"),
    )


def _limits() -> list[sa.Column[Any]]:
    return [
        sa.Column("limit_diameter", sa.Integer(), nullable=False),
        sa.Column("limit_households", sa.Integer(), nullable=True),
        sa.Column("limit_floor_area", sa.BigInteger(), nullable=True),
        sa.Column("neighbour_within", sa.Integer(), nullable=False),
    ]


def downgrade() -> None:
    """Take the tables back; zones and proposals go with them."""
    op.drop_index("uq_zone_estate_living", table_name="zone_estate")
    op.drop_table("zone_estate")
    op.drop_index("ix_zone_state_followed_on", table_name="zone")
    op.drop_index("ix_zone_south_west", table_name="zone")
    op.drop_index("uq_zone_division_code_number", table_name="zone")
    op.drop_table("zone")
    op.drop_table("zone_proposal")
