"""Custodians of estates without professional service, and rounds of the baseline survey."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant

revision = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; they begin empty."""
    op.create_table(
        "custodian",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("estate_code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=True),
        sa.Column("people_cleaning", sa.Integer(), nullable=True),
        sa.Column("people_order", sa.Integer(), nullable=True),
        sa.Column("people_repair", sa.Integer(), nullable=True),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= began_on", name=op.f("ck_custodian_days")),
        sa.CheckConstraint(
            "people_cleaning IS NULL OR people_cleaning >= 0", name=op.f("ck_custodian_people_cleaning")
        ),
        sa.CheckConstraint("people_order IS NULL OR people_order >= 0", name=op.f("ck_custodian_people_order")),
        sa.CheckConstraint("people_repair IS NULL OR people_repair >= 0", name=op.f("ck_custodian_people_repair")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custodian")),
    )
    op.create_index("uq_custodian_estate_code_began_on", "custodian", ["estate_code", "began_on"], unique=True)
    op.create_index(
        "uq_custodian_open",
        "custodian",
        ["estate_code"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "survey_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("opened_by", sa.String(length=60), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by", sa.String(length=60), nullable=True),
        sa.Column("closed_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_survey_round_division_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_round")),
    )
    op.create_index(
        "ix_survey_round_division_code_opened_at", "survey_round", ["division_code", "opened_at"], unique=False
    )
    op.create_index(
        "uq_survey_round_open",
        "survey_round",
        ["division_code"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "survey_estate",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("estate_code", sa.String(length=16), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("lacked", sa.JSON(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=True),
        sa.Column("unknown_reason", sa.Text(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", sa.String(length=60), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["survey_round.id"], name=op.f("fk_survey_estate_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "estate_code", name=op.f("pk_survey_estate")),
    )
    op.create_index("ix_survey_estate_estate_code", "survey_estate", ["estate_code"], unique=False)
    op.create_index(
        "ix_survey_estate_place", "survey_estate", ["round_id", "division_code", "estate_code"], unique=False
    )


def downgrade() -> None:
    """Take the tables back; custodians and answers go with them."""
    op.drop_index("ix_survey_estate_place", table_name="survey_estate")
    op.drop_index("ix_survey_estate_estate_code", table_name="survey_estate")
    op.drop_table("survey_estate")
    op.drop_index("uq_survey_round_open", table_name="survey_round")
    op.drop_index("ix_survey_round_division_code_opened_at", table_name="survey_round")
    op.drop_table("survey_round")
    op.drop_index("uq_custodian_open", table_name="custodian")
    op.drop_index("uq_custodian_estate_code_began_on", table_name="custodian")
    op.drop_table("custodian")
