"""Imports: batches, their judged rows, the columns an authority's workbooks have."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""

    op.create_table(
        "import_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "companies",
                "contracts",
                "estates",
                "people",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "recognised",
                "judging",
                "judged",
                "applying",
                "applied",
                "discarded",
                "failed",
                "undone",
                name="batchstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("stored", sa.String(length=64), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.JSON(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("datum", sa.String(length=10), nullable=True),
        sa.Column("update_existing", sa.Boolean(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("judged_at", Instant(), nullable=True),
        sa.Column("applied_at", Instant(), nullable=True),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("undone_by", sa.String(length=100), nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_to_correct", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.Column("rows_flagged", sa.Integer(), nullable=False),
        sa.Column("finished_to", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index("ix_import_batch_account_id", "import_batch", ["account_id", "sent_at"], unique=False)
    op.create_index("ix_import_batch_sent_at", "import_batch", ["sent_at"], unique=False)
    op.create_index("uq_import_batch_submission", "import_batch", ["submission"], unique=True)
    op.create_table(
        "import_mapping",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "companies",
                "contracts",
                "estates",
                "people",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("titles_hash", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("saved_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
    )
    op.create_index("uq_import_mapping_titles", "import_mapping", ["authority_id", "kind", "titles_hash"], unique=True)
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sheet", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "change",
                "correction",
                "new",
                "rejected",
                "unchanged",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_flagged", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("division_code", sa.String(length=12), nullable=True),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=True),
        sa.Column("undo", sa.Text(), nullable=True),
        sa.Column("cells", sa.LargeBinary(), nullable=True),
        sa.Column("cells_key_id", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "seq", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_flagged", "import_row", ["batch_id", "is_flagged", "seq"], unique=False)
    op.create_index("ix_import_row_outcome", "import_row", ["batch_id", "outcome", "seq"], unique=False)


def downgrade() -> None:
    """Take them back."""

    op.drop_index("ix_import_row_outcome", table_name="import_row")
    op.drop_index("ix_import_row_flagged", table_name="import_row")
    op.drop_table("import_row")
    op.drop_index("uq_import_mapping_titles", table_name="import_mapping")
    op.drop_table("import_mapping")
    op.drop_index("uq_import_batch_submission", table_name="import_batch")
    op.drop_index("ix_import_batch_sent_at", table_name="import_batch")
    op.drop_index("ix_import_batch_account_id", table_name="import_batch")
    op.drop_table("import_batch")
