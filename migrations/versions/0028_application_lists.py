"""Lists of applications read from their indexes alone; those that are over in the order in which they came in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision: str | None = "0027"
branch_labels = None
depends_on = None

TABLE = "application"
OPEN = (
    "state IN ('received', 'supplement_asked', 'supplied', 'accepted', 'examined', 'objection_notice', 'approved',"
    " 'rejected')"
)
OVER = "state IN ('delivered', 'not_accepted', 'retracted', 'closed')"
SHOWN = ["division_code", "state", "kind"]
BEFORE = {
    "ix_application_owner": ["owner_id", "order_on", "number"],
    "ix_application_term": ["order_on", "number", "division_code"],
}
AFTER = {
    "ix_application_owner": ["owner_id", "order_on", "number", *SHOWN],
    "ix_application_term": ["order_on", "number", *SHOWN],
}


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Widen two, add one."""
    _replace(AFTER)
    op.create_index("ix_application_over", TABLE, ["received_on", "number", *SHOWN], **_where(OVER))


def downgrade() -> None:
    """As they were."""
    op.drop_index("ix_application_over", table_name=TABLE)
    _replace(BEFORE)


def _replace(indexes: dict[str, list[str]]) -> None:
    for name, columns in indexes.items():
        op.drop_index(name, table_name=TABLE)
        op.create_index(name, TABLE, columns, **_where(OPEN))
