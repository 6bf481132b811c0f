"""Coverage: the counting rule, today's tallies, closed months; and the targets of the metric catalogue."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant

revision = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; what they hold is counted by `init` and the sweep."""
    op.create_table(
        "coverage_day",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counted_at", Instant(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_coverage_day_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_day")),
    )
    op.create_table(
        "coverage_estate",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "residential",
                "scattered_building",
                "office",
                "industrial",
                "other",
                name="estatekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("floor_area", sa.BigInteger(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_coverage_estate")),
    )
    op.create_table(
        "coverage_month_tally",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "city",
                "district",
                "street",
                "community",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "residential",
                "scattered_building",
                "office",
                "industrial",
                "other",
                name="estatekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("estates", sa.Integer(), nullable=False),
        sa.Column("floor_area", sa.BigInteger(), nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("floor_area_known", sa.Integer(), nullable=False),
        sa.Column("households_known", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "month", "division_code", "level", "kind", "state", name=op.f("pk_coverage_month_tally")
        ),
    )
    op.create_index(
        "ix_coverage_month_tally_level_division_code_month",
        "coverage_month_tally",
        ["level", "division_code", "month"],
        unique=False,
    )
    op.create_table(
        "coverage_rule",
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("full", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("effective_from", name=op.f("pk_coverage_rule")),
    )
    op.create_table(
        "coverage_tally",
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "city",
                "district",
                "street",
                "community",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "residential",
                "scattered_building",
                "office",
                "industrial",
                "other",
                name="estatekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("estates", sa.Integer(), nullable=False),
        sa.Column("floor_area", sa.BigInteger(), nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("floor_area_known", sa.Integer(), nullable=False),
        sa.Column("households_known", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("division_code", "level", "kind", "state", name=op.f("pk_coverage_tally")),
    )
    op.create_index("ix_coverage_tally_level_division_code", "coverage_tally", ["level", "division_code"], unique=False)
    op.create_table(
        "coverage_month",
        sa.Column("city_code", sa.String(length=12), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=False),
        sa.Column("closed_by", sa.String(length=60), nullable=False),
        sa.Column("rule_from", sa.Date(), nullable=False),
        sa.Column("estates", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["city_code"], ["division.code"], name=op.f("fk_coverage_month_city_code")),
        sa.PrimaryKeyConstraint("city_code", "month", name=op.f("pk_coverage_month")),
    )
    op.create_table(
        "metric_target",
        sa.Column(
            "metric",
            sa.Enum(
                "coverage_full_estates",
                "coverage_full_floor_area",
                "coverage_full_households",
                "coverage_professional_estates",
                "coverage_professional_floor_area",
                "coverage_professional_households",
                name="metricname",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column(
            "bound",
            sa.Enum("floor", "cap", name="bound", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("set_by", sa.String(length=60), nullable=False),
        sa.CheckConstraint("value > 0 AND value <= 10000", name=op.f("ck_metric_target_value")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_metric_target_division_code")),
        sa.PrimaryKeyConstraint("metric", "division_code", "year", name=op.f("pk_metric_target")),
    )


def downgrade() -> None:
    """Take the tables back; closed months go with them."""
    op.drop_table("metric_target")
    op.drop_table("coverage_month")
    op.drop_index("ix_coverage_tally_level_division_code", table_name="coverage_tally")
    op.drop_table("coverage_tally")
    op.drop_table("coverage_rule")
    op.drop_index("ix_coverage_month_tally_level_division_code_month", table_name="coverage_month_tally")
    op.drop_table("coverage_month_tally")
    op.drop_table("coverage_estate")
    op.drop_table("coverage_day")
