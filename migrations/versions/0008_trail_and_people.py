"""Refuse INSERT OR REPLACE where UPDATE and DELETE are refused, and order people by their last change.

On SQLite REPLACE deletes a row without its triggers. PostgreSQL knows no such statement; its ON CONFLICT DO UPDATE
meets the triggers of migration 0002.
"""

from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None

TRAIL = {
    "audit_entry": "EXISTS (SELECT 1 FROM audit_entry WHERE seq = NEW.seq)",
    "audit_seal": "EXISTS (SELECT 1 FROM audit_seal WHERE number = NEW.number)",
}
OTHER_BRANCH = (
    "EXISTS (SELECT 1 FROM role_assignment WHERE account_id = NEW.id AND branch <> NEW.branch) OR "
    "EXISTS (SELECT 1 FROM deputy WHERE NEW.id IN (principal_id, deputy_id) AND branch <> NEW.branch)"
)
ACTS = (("insert", "INSERT"), ("key", "UPDATE OF id"))


def upgrade() -> None:
    """A row of the trail is never put in another's place, and an account's branch never changes by way of a new row."""
    op.create_index("ix_person_updated_at_id", "person", ["updated_at", "id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        return
    for table, present in TRAIL.items():
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {present} BEGIN "
            f"SELECT RAISE(ABORT, 'the audit trail is append-only: REPLACE on {table} refused'); END"
        )
    for name, act in ACTS:
        op.execute(
            f"CREATE TRIGGER account_separation_{name} BEFORE {act} ON account WHEN {OTHER_BRANCH} BEGIN "
            "SELECT RAISE(ABORT, 'powers are separated: the account holds roles of another branch'); END"
        )


def downgrade() -> None:
    """Let go of the triggers and the index."""
    op.drop_index("ix_person_updated_at_id", "person")
    if op.get_bind().dialect.name == "postgresql":
        return
    for table in TRAIL:
        op.execute(f"DROP TRIGGER {table}_no_replace")
    for name, _act in ACTS:
        op.execute(f"DROP TRIGGER account_separation_{name}")
