"""The yearly look at certificates: rounds of districts, their companies with proposals and decisions, and the history."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant, Serial

revision = "0026"
down_revision: str | None = "0025"
branch_labels = None
depends_on = None

NATURES = ("licence", "evaluation")
ROUND_STATES = ("open", "submitted", "decided", "published")
STATES = ("awaiting", "proposed", "decided", "closed")
RESULTS = ("pass", "fail")
CLOSINGS = ("certificate_ended", "company_cancelled")
ACTS = ("propose_pass", "propose_fail", "take_back", "decide_pass", "decide_fail", "return", "close")
ROUND_STEPS: list[tuple[str, str]] = [
    ("decided", "open"),
    ("decided", "published"),
    ("open", "submitted"),
    ("submitted", "decided"),
    ("submitted", "open"),
]
ENTRY_STEPS: list[tuple[str, str]] = [
    ("awaiting", "closed"),
    ("awaiting", "proposed"),
    ("decided", "awaiting"),
    ("decided", "closed"),
    ("proposed", "awaiting"),
    ("proposed", "closed"),
    ("proposed", "decided"),
]
"""From which state a round, and a company in it, may come to which."""
TABLES = ("review_round", "review_entry", "review_event")
UNDECIDED = "SELECT 1 FROM review_entry WHERE round_id = NEW.id AND state IN ('awaiting', 'proposed')"
PUBLISHED = "SELECT 1 FROM review_round WHERE id = NEW.round_id AND state = 'published'"


def upgrade() -> None:
    """Make the tables; let the database itself refuse a step that does not exist, a round published undecided."""
    op.create_table(
        "review_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("nature", _codes(NATURES, "nature"), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("state", _codes(ROUND_STATES, "reviewroundstate"), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.String(length=100), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("looked_on", sa.Date(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("submitted_by", sa.String(length=100), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_by", sa.String(length=100), nullable=True),
        sa.Column("passed", sa.Integer(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'published') = (published_on IS NOT NULL)", name=op.f("ck_review_round_published")
        ),
        sa.CheckConstraint(
            "(state IN ('decided', 'published')) = (decided_on IS NOT NULL)", name=op.f("ck_review_round_decided")
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitted', 'decided', 'published') OR submitted_on IS NOT NULL",
            name=op.f("ck_review_round_sent"),
        ),
        sa.CheckConstraint("(published_on IS NULL) = (failed IS NULL)", name=op.f("ck_review_round_failed")),
        sa.CheckConstraint("(published_on IS NULL) = (passed IS NULL)", name=op.f("ck_review_round_passed")),
        sa.CheckConstraint("listed > 0", name=op.f("ck_review_round_listed")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_review_round_authority_id")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_review_round_division_code")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["account.id"], name=op.f("fk_review_round_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_round")),
    )
    op.create_index("ix_review_round_year", "review_round", ["year", "division_code"], unique=False)
    op.create_index("uq_review_round", "review_round", ["division_code", "year", "rule_set"], unique=True)
    op.create_table(
        "review_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.String(length=20), nullable=False),
        sa.Column("state", _codes(STATES, "reviewstate"), nullable=False),
        sa.Column("passes", sa.Boolean(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("first_result", _codes(RESULTS, "reviewresult"), nullable=True),
        sa.Column("first_words", sa.Text(), nullable=True),
        sa.Column("first_by_id", sa.Uuid(), nullable=True),
        sa.Column("first_by", sa.String(length=100), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("second_result", _codes(RESULTS, "secondresult"), nullable=True),
        sa.Column("second_words", sa.Text(), nullable=True),
        sa.Column("second_by_id", sa.Uuid(), nullable=True),
        sa.Column("second_by", sa.String(length=100), nullable=True),
        sa.Column("second_on", sa.Date(), nullable=True),
        sa.Column("new_grade", sa.String(length=20), nullable=True),
        sa.Column("new_certificate_id", sa.Uuid(), nullable=True),
        sa.Column("closed_as", _codes(CLOSINGS, "reviewclosing"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_as IS NOT NULL)", name=op.f("ck_review_entry_closed")),
        sa.CheckConstraint("new_grade IS NULL OR second_result = 'fail'", name=op.f("ck_review_entry_new_grade")),
        sa.CheckConstraint(
            "second_result IS NULL OR second_result <> 'pass' OR passes", name=op.f("ck_review_entry_pass_on_figures")
        ),
        sa.CheckConstraint(
            "second_result IS NULL OR state IN ('decided', 'closed')", name=op.f("ck_review_entry_second_state")
        ),
        sa.CheckConstraint("state <> 'awaiting' OR first_result IS NULL", name=op.f("ck_review_entry_awaiting")),
        sa.CheckConstraint("state <> 'decided' OR second_result IS NOT NULL", name=op.f("ck_review_entry_decided")),
        sa.CheckConstraint(
            "state NOT IN ('proposed', 'decided') OR (first_result IS NOT NULL AND first_by_id IS NOT NULL)",
            name=op.f("ck_review_entry_proposed"),
        ),
        sa.CheckConstraint("(first_result IS NULL) = (first_on IS NULL)", name=op.f("ck_review_entry_first")),
        sa.CheckConstraint(
            "(second_result IS NULL) = (second_on IS NULL) AND (second_result IS NULL) = (second_by_id IS NULL)",
            name=op.f("ck_review_entry_second"),
        ),
        sa.CheckConstraint(
            "second_by_id IS NULL OR second_by_id <> first_by_id", name=op.f("ck_review_entry_two_people")
        ),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_review_entry_certificate_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_review_entry_company_id")),
        sa.ForeignKeyConstraint(["first_by_id"], ["account.id"], name=op.f("fk_review_entry_first_by_id")),
        sa.ForeignKeyConstraint(
            ["new_certificate_id"], ["certificate.id"], name=op.f("fk_review_entry_new_certificate_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["review_round.id"], name=op.f("fk_review_entry_round_id")),
        sa.ForeignKeyConstraint(["second_by_id"], ["account.id"], name=op.f("fk_review_entry_second_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_entry")),
    )
    op.create_index("ix_review_entry_certificate_id", "review_entry", ["certificate_id"], unique=False)
    op.create_index("ix_review_entry_company_id", "review_entry", ["company_id", "id"], unique=False)
    op.create_index("ix_review_entry_round_id", "review_entry", ["round_id", "state", "id"], unique=False)
    op.create_index("uq_review_entry", "review_entry", ["round_id", "company_id"], unique=True)
    op.create_table(
        "review_event",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("act", _codes(ACTS, "reviewact"), nullable=False),
        sa.Column("state", _codes(STATES, "reviewstate"), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("deputy_for", sa.String(length=100), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_review_event_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["review_entry.id"], name=op.f("fk_review_event_entry_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_review_event")),
    )
    op.create_index("uq_review_event", "review_event", ["entry_id", "version"], unique=True)

    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take them back with what they hold; certificates, matters and the trail keep what came of it."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name, *_rest in _refusals():
            op.execute(f"DROP FUNCTION {name}()")


def _refusals() -> list[tuple[str, str, tuple[str, ...], str, str]]:
    """(name, table, events, condition on the rows, what must exist for the refusal; "" when nothing must)."""
    return [
        ("review_round_step_exists", "review_round", ("UPDATE",), _wrong(ROUND_STEPS), ""),
        ("review_step_exists", "review_entry", ("UPDATE",), _wrong(ENTRY_STEPS), ""),
        ("review_history_stands", "review_event", ("UPDATE", "DELETE"), "OLD.seq > 0", ""),
        ("review_round_decided", "review_round", ("UPDATE",), _comes_to("published"), UNDECIDED),
        ("review_published_stands", "review_entry", ("UPDATE",), "OLD.state <> NEW.state", PUBLISHED),
    ]


def _wrong(steps: list[tuple[str, str]]) -> str:
    known = ", ".join(f"'{before}>{after}'" for before, after in steps)
    return f"OLD.state <> NEW.state AND (NEW.version <= OLD.version OR OLD.state || '>' || NEW.state NOT IN ({known}))"


def _comes_to(state: str) -> str:
    return f"OLD.state <> NEW.state AND NEW.state = '{state}'"


def _guards(dialect: str) -> list[str]:
    made: list[str] = []
    for name, table, events, condition, exists in _refusals():
        if dialect == "postgresql":
            refuse = f"RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation';"
            body = f"IF EXISTS ({exists}) THEN {refuse} END IF; RETURN NEW;" if exists else refuse
            made.append(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
        for event in events:
            begin = f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table}"
            both = f"({condition}) AND EXISTS ({exists})" if exists else condition
            made.append(
                f"{begin} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
                if dialect == "postgresql"
                else f"{begin} WHEN {both} BEGIN SELECT RAISE(ABORT, '{name}'); END"
            )
    return made


def _codes(codes: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)
