"""Companies are never looked up by the moment of their last change: an import of 100,000 keeps one index less true."""

from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index nobody asks."""
    op.drop_index("ix_company_updated_at", "company")


def downgrade() -> None:
    """Make it again."""
    op.create_index("ix_company_updated_at", "company", ["updated_at"], unique=False)
