"""Certificates and the counters of their numbers.

What a certificate says stands from its first day, it ends once, and it is never deleted: the database itself refuses.
"""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant

revision = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None

ORIGINS = ("issued", "recorded", "declared")
NATURES = ("licence", "evaluation")
STATES = (
    *("valid", "expired", "lapsed", "withdrawn", "annulled", "revoked", "downgraded", "cancelled", "superseded"),
    "historical",
)
FIXED = (
    *("number", "origin", "company_id", "credit_code", "rule_set", "nature", "grade", "is_provisional", "issued_on"),
    *("valid_until", "authority_id", "authority_name", "year", "sequence", "facts", "content_hash", "document"),
    *("recorded_at", "recorded_by"),
)
"""What stands fixed from the first day."""
ONCE = ("file_hash", "bilingual_hash", "ended_on", "ended_as", "ended_reason", "ended_paper", "superseded_by_id")
"""What is told once and then stands."""
PARTIAL = {
    "uq_certificate_number": (["number"], True, "origin = 'issued'"),
    "uq_certificate_standing": (["company_id", "nature"], True, "origin = 'issued' AND ended_as IS NULL"),
    "uq_certificate_declared": (["company_id"], True, "origin = 'declared' AND taken_back_at IS NULL"),
    "ix_certificate_no_file": (["recorded_at"], False, "origin = 'issued' AND file_hash IS NULL"),
    "ix_certificate_provisional": (["valid_until"], False, "is_provisional AND ended_as IS NULL"),
}
PLAIN = {
    "uq_certificate_sequence": (["authority_id", "year", "sequence"], True),
    "ix_certificate_looked_up": (["number"], False),
    "ix_certificate_company_id": (["company_id", "issued_on"], False),
    "ix_certificate_valid_until": (["valid_until", "id"], False),
    "ix_certificate_file_hash": (["file_hash"], False),
    "ix_certificate_bilingual_hash": (["bilingual_hash"], False),
}
CHECKS = {
    "content": "(origin = 'issued') = (content_hash IS NOT NULL)",
    "sequence": "(origin = 'issued') = (sequence IS NOT NULL)",
    "known": "origin = 'declared' OR (issued_on IS NOT NULL AND number IS NOT NULL)",
    "declared": "origin <> 'declared' OR (nature = 'licence' AND ended_as IS NULL)",
    "licence": "nature = 'evaluation' OR issued_on IS NULL OR issued_on < '2018-03-08'",
    "days": "valid_until IS NULL OR valid_until >= issued_on",
    "ended": "(ended_as IS NULL) = (ended_on IS NULL)",
    "ended_on": "ended_on IS NULL OR ended_on >= issued_on",
    "end": "ended_as IS NULL OR ended_as NOT IN ('valid', 'expired', 'historical')",
    "lapsed": "ended_as IS NULL OR ended_as <> 'lapsed' OR is_provisional",
    "superseded": "superseded_by_id IS NULL OR COALESCE(ended_as, '') = 'superseded'",
    "taken_back": "(taken_back_at IS NULL) = (taken_back_reason IS NULL)",
    "kept": "taken_back_at IS NULL OR origin <> 'issued'",
}


def upgrade() -> None:
    """Make the tables; they begin empty, grades that old lists declare become entries by an act of their own."""
    op.create_table(
        "certificate_counter",
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_certificate_counter_authority_id")),
        sa.PrimaryKeyConstraint("authority_id", "year", name=op.f("pk_certificate_counter")),
    )
    _make_certificates()
    for name, (columns, unique) in PLAIN.items():
        op.create_index(name, "certificate", columns, unique=unique)
    for name, (columns, unique, where) in PARTIAL.items():
        op.create_index(
            name,
            "certificate",
            columns,
            unique=unique,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    for statement in _guard(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take them away; the trail keeps what was issued and how it ended. Files stay in the file room."""
    op.drop_table("certificate")
    op.drop_table("certificate_counter")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION certificate_stands()")


def _guard(dialect: str) -> list[str]:
    """A certificate keeps what it says, ends once, and is never deleted."""
    same = "IS NOT DISTINCT FROM" if dialect == "postgresql" else "IS"
    cast = "::text" if dialect == "postgresql" else ""
    kept = [f"NEW.{name}{cast} {same} OLD.{name}{cast}" for name in FIXED]
    once = [f"(OLD.{name} IS NULL OR NEW.{name} {same} OLD.{name})" for name in ONCE]
    ended = f"(OLD.ended_as IS NULL OR ({' AND '.join(f'NEW.{name} {same} OLD.{name}' for name in ONCE[2:6])}))"
    events = {"update": ("UPDATE", f"NOT ({' AND '.join([*kept, *once, ended])})"), "delete": ("DELETE", "")}
    if dialect == "postgresql":
        refuse = "RAISE EXCEPTION 'certificate_stands' USING ERRCODE = 'check_violation'"
        return [
            f"CREATE FUNCTION certificate_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse}; END $$",
            *(
                f"CREATE TRIGGER certificate_stands_{name} BEFORE {event} ON certificate FOR EACH ROW "
                f"{f'WHEN ({condition}) ' if condition else ''}EXECUTE FUNCTION certificate_stands()"
                for name, (event, condition) in events.items()
            ),
        ]
    refuse = "BEGIN SELECT RAISE(ABORT, 'certificate_stands'); END"
    return [
        f"CREATE TRIGGER certificate_stands_{name} BEFORE {event} ON certificate "
        f"{f'WHEN {condition} ' if condition else ''}{refuse}"
        for name, (event, condition) in events.items()
    ]


def _make_certificates() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("origin", _codes(ORIGINS, "certificateorigin"), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=True),
        sa.Column("nature", _codes(NATURES, "nature"), nullable=False),
        sa.Column("grade", sa.String(length=20), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("authority_name", sa.String(length=100), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("file_hash", sa.String(length=64), nullable=True),
        sa.Column("bilingual_hash", sa.String(length=64), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_as", _codes(STATES, "certificatestate"), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("ended_paper", sa.String(length=100), nullable=True),
        sa.Column("superseded_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_back_at", Instant(), nullable=True),
        sa.Column("taken_back_reason", sa.Text(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(text, name=op.f(f"ck_certificate_{name}")) for name, text in CHECKS.items()),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_certificate_company_id")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_certificate_authority_id")),
        sa.ForeignKeyConstraint(["superseded_by_id"], ["certificate.id"], name=op.f("fk_certificate_superseded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )


def _codes(codes: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)
