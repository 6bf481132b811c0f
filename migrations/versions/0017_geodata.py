"""Geodata in and out: files of shapes with what came of each, and layers asked for as files."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant
from regulator.foundation.geo import Geometry

revision = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None


def _code(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Make the tables; the files lie beside the database."""
    op.create_table(
        "geo_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", _code("geokind", "boundaries", "estates"), nullable=False),
        sa.Column(
            "state",
            _code("geostate", "judging", "judged", "applying", "applied", "discarded", "failed", "undoing", "undone"),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("stored", sa.String(length=64), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.JSON(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("datum", sa.String(length=20), nullable=False),
        sa.Column("level", _code("level", "city", "district", "street", "community"), nullable=True),
        sa.Column("code_field", sa.String(length=100), nullable=True),
        sa.Column("name_field", sa.String(length=100), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("preview", sa.String(length=64), nullable=True),
        sa.Column("sent_at", Instant(), nullable=False),
        *(sa.Column(name, Instant(), nullable=True) for name in ("judged_at", "applied_at", "undone_at")),
        sa.Column("undone_by", sa.String(length=100), nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("error_params", sa.JSON(), nullable=False),
        *(
            sa.Column(f"rows_{name}", sa.Integer(), nullable=False)
            for name in ("read", "new", "changed", "unchanged", "rejected", "flagged")
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geo_batch")),
    )
    op.create_index("ix_geo_batch_account_id", "geo_batch", ["account_id", "sent_at"], unique=False)
    op.create_table(
        "geo_row",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", _code("geooutcome", "new", "changed", "unchanged", "rejected"), nullable=False),
        sa.Column("stated", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("shape", Geometry(), nullable=True),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("area", "after_lon", "after_lat")),
        sa.Column("before_shape", Geometry(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["geo_batch.id"], name=op.f("fk_geo_row_batch_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_geo_row")),
    )
    op.create_index("ix_geo_row_outcome", "geo_row", ["batch_id", "outcome", "number"], unique=False)
    op.create_table(
        "geo_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "layer",
            _code("geolayer", "communities", "districts", "estates", "estate_boundaries", "streets"),
            nullable=False,
        ),
        sa.Column("file_type", _code("filetype", "gpkg", "geojson", "zip"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("made_at", Instant(), nullable=True),
        sa.Column("features", sa.Integer(), nullable=False),
        sa.Column("stored", sa.String(length=64), nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geo_export")),
    )
    op.create_index("ix_geo_export_account_id", "geo_export", ["account_id", "asked_at"], unique=False)


def downgrade() -> None:
    """Take the tables back; what the files brought stays, and can no longer be taken back."""
    op.drop_index("ix_geo_export_account_id", table_name="geo_export")
    op.drop_table("geo_export")
    op.drop_index("ix_geo_row_outcome", table_name="geo_row")
    op.drop_table("geo_row")
    op.drop_index("ix_geo_batch_account_id", table_name="geo_batch")
    op.drop_table("geo_batch")
