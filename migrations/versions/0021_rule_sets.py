"""Rule sets a city adds to those the product brings, and facts about companies from elsewhere."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant

revision = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None

NATURES = ("licence", "evaluation")
FACTS = ("assessment_result", "barring_act", "credit_grade")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rule_set",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("nature", _codes(NATURES, "nature"), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.String(length=60), nullable=False),
        sa.CheckConstraint("nature = 'evaluation' OR effective_from < '2018-03-08'", name=op.f("ck_rule_set_licence")),
        sa.CheckConstraint("effective_to IS NULL OR effective_to >= effective_from", name=op.f("ck_rule_set_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
        sa.UniqueConstraint("code", name=op.f("uq_rule_set_code")),
        sa.UniqueConstraint("effective_from", name=op.f("uq_rule_set_effective_from")),
    )
    op.create_table(
        "outside_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("kind", _codes(FACTS, "outsidefactkind"), nullable=False),
        sa.Column("value", sa.String(length=60), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("taken_back_at", Instant(), nullable=True),
        sa.Column("taken_back_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_reason IS NULL)", name=op.f("ck_outside_fact_taken_back")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_outside_fact_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_fact")),
    )
    op.create_index("ix_outside_fact_company_id", "outside_fact", ["company_id", "kind", "happened_on"], unique=False)
    op.create_index("ix_outside_fact_happened_on", "outside_fact", ["kind", "happened_on"], unique=False)


def downgrade() -> None:
    """Take them back; the trail keeps what was recorded."""
    op.drop_index("ix_outside_fact_happened_on", table_name="outside_fact")
    op.drop_index("ix_outside_fact_company_id", table_name="outside_fact")
    op.drop_table("outside_fact")
    op.drop_table("rule_set")


def _codes(codes: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)
