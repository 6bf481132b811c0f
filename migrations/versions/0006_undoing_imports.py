"""A batch may be on its way back; a form sent twice is the web's business and no longer a column of the batch."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

STATES = ("recognised", "judging", "judged", "applying", "applied", "discarded", "failed", "undone")


def upgrade() -> None:
    """Allow the new state, drop the column."""
    op.drop_index("uq_import_batch_submission", table_name="import_batch")
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_column("submission")
        _allow(batch, (*STATES, "undoing"))


def downgrade() -> None:
    """Take them back; a batch on its way back is applied again, its job finds nothing to do."""
    op.execute("UPDATE import_batch SET state = 'applied' WHERE state = 'undoing'")
    with op.batch_alter_table("import_batch") as batch:
        batch.add_column(sa.Column("submission", sa.String(length=64), nullable=True))
        _allow(batch, STATES)
    op.create_index("uq_import_batch_submission", "import_batch", ["submission"], unique=True)


def _allow(batch: BatchOperations, states: tuple[str, ...]) -> None:
    name = op.f("ck_import_batch_batchstate")
    batch.drop_constraint(name, type_="check")
    batch.create_check_constraint(name, "state IN (" + ", ".join(f"'{state}'" for state in states) + ")")
