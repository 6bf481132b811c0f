"""Barriers between estates: roads, rivers, railways and walls by file, and whether a grouping respects them."""

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

from regulator.foundation.database import Instant
from regulator.foundation.geo import Geometry

revision = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None

GEO_KINDS = ("boundaries", "estates")
KINDS = ("railway", "river", "road", "wall")


def _kind() -> sa.Enum:
    return sa.Enum(*KINDS, name="barrierkind", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Make the tables. Groups made so far were made without barriers."""
    op.create_table(
        "barrier_layer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("loaded_at", Instant(), nullable=False),
        sa.Column("loaded_by", sa.String(length=100), nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barrier_layer")),
    )
    op.create_index("ix_barrier_layer_source", "barrier_layer", ["source"], unique=False)
    op.create_table(
        "barrier",
        sa.Column("layer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("geometry", Geometry(), nullable=False),
        *(sa.Column(side, sa.Float(), nullable=False) for side in ("west", "south", "east", "north")),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["barrier_layer.id"], name=op.f("fk_barrier_layer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("layer_id", "number", name=op.f("pk_barrier")),
    )
    op.create_index("ix_barrier_south_west", "barrier", ["south", "west"], unique=False)
    for table in ("zone", "zone_proposal"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(
                sa.Column("barriers_respected", sa.Boolean(), nullable=False, server_default=sa.text("false"))
            )
        with op.batch_alter_table(table) as batch:
            batch.alter_column("barriers_respected", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("geo_batch") as batch:
        batch.add_column(sa.Column("barrier_kind", _kind(), nullable=True))
        _allow(batch, ("barriers", *GEO_KINDS))


def downgrade() -> None:
    """Take them back; files of barriers go with what they brought, the trail keeps that they came."""
    op.execute("DELETE FROM geo_row WHERE batch_id IN (SELECT id FROM geo_batch WHERE kind = 'barriers')")
    op.execute("DELETE FROM geo_batch WHERE kind = 'barriers'")
    with op.batch_alter_table("geo_batch") as batch:
        _allow(batch, GEO_KINDS)
        batch.drop_constraint(op.f("ck_geo_batch_barrierkind"), type_="check")
        batch.drop_column("barrier_kind")
    for table in ("zone_proposal", "zone"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("barriers_respected")
    op.drop_index("ix_barrier_south_west", table_name="barrier")
    op.drop_table("barrier")
    op.drop_index("ix_barrier_layer_source", table_name="barrier_layer")
    op.drop_table("barrier_layer")


def _allow(batch: BatchOperations, kinds: tuple[str, ...]) -> None:
    name = op.f("ck_geo_batch_geokind")
    batch.drop_constraint(name, type_="check")
    batch.create_check_constraint(name, "kind IN (" + ", ".join(f"'{kind}'" for kind in kinds) + ")")
