"""Search words are indexed in pairs: the words of before are taken out, `regulator init` writes them anew."""

from alembic import op

from regulator.foundation.search import drop_index_ddl, index_ddl

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None

TABLES = ("company_search", "estate_search", "person_search")


def upgrade() -> None:
    """Empty the indexes, whose rows are made of the records' names and addresses and hold nothing of their own."""
    _empty()


def downgrade() -> None:
    """Empty them again: to an older version words in pairs say nothing."""
    _empty()


def _empty() -> None:
    dialect = op.get_bind().dialect.name
    for table in TABLES:
        if dialect == "sqlite":  # one row after the other would be taken out of the index as well
            for statement in drop_index_ddl(table, dialect):
                op.execute(statement)
        op.execute(f"DELETE FROM {table}")  # noqa: S608  # our own table names
        if dialect == "sqlite":
            for statement in index_ddl(table, dialect):
                op.execute(statement)
