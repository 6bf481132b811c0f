"""Cases by which a certificate is ended, with their history; steps that do not exist are refused."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant, Serial

revision = "0027"
down_revision: str | None = "0026"
branch_labels = None
depends_on = None

ENDINGACTS = ("open", "tell", "state", "ask_hearing", "hold_hearing", "decide", "drop", "close_because_ended")
ENDINGKINDS = ("withdrawal", "annulment", "revocation", "downgrade", "cancellation")
ENDINGSTATES = ("opened", "told", "hearing_asked", "heard", "decided", "dropped", "closed")
NATURES = ("licence", "evaluation")
OPEN = "state IN ('opened', 'told', 'hearing_asked', 'heard')"
STEPS: list[tuple[str, str]] = [
    ("heard", "closed"),
    ("heard", "decided"),
    ("heard", "dropped"),
    ("hearing_asked", "closed"),
    ("hearing_asked", "dropped"),
    ("hearing_asked", "heard"),
    ("opened", "closed"),
    ("opened", "decided"),
    ("opened", "dropped"),
    ("opened", "told"),
    ("told", "closed"),
    ("told", "decided"),
    ("told", "dropped"),
    ("told", "hearing_asked"),
]
"""From which state a case may come to which, whatever its nature; that a telling precedes the decision, a check says."""
TABLES = ("certificate_ending_counter", "certificate_ending", "certificate_ending_event")


def upgrade() -> None:
    """Make the tables; let the database itself refuse a step that does not exist and a changed history."""
    op.create_table(
        "certificate_ending_counter",
        sa.Column("office", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("office", "year", name=op.f("pk_certificate_ending_counter")),
    )
    op.create_table(
        "certificate_ending",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("nature", _codes(NATURES, "nature"), nullable=False),
        sa.Column("kind", _codes(ENDINGKINDS, "endingkind"), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("state", _codes(ENDINGSTATES, "endingstate"), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("office_code", sa.String(length=12), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by", sa.String(length=100), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("notice_paper", sa.String(length=60), nullable=True),
        sa.Column("answer_until", sa.Date(), nullable=True),
        sa.Column("is_answer_provisional", sa.Boolean(), nullable=False),
        sa.Column("hearing_asked_on", sa.Date(), nullable=True),
        sa.Column("heard_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decider_id", sa.Uuid(), nullable=True),
        sa.Column("decision_paper", sa.String(length=60), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("over_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("is_due_provisional", sa.Boolean(), nullable=False),
        sa.Column("order_on", sa.Date(), nullable=False),
        sa.Column("overdue_told_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'decided') = (decided_on IS NOT NULL AND decider_id IS NOT NULL AND decision_paper IS NOT NULL AND ends_on IS NOT NULL)",
            name=op.f("ck_certificate_ending_decided"),
        ),
        sa.CheckConstraint(
            "(state IN ('decided', 'dropped', 'closed')) = (over_on IS NOT NULL)",
            name=op.f("ck_certificate_ending_over"),
        ),
        sa.CheckConstraint(
            "NOT (state IN ('decided', 'dropped', 'closed')) OR (due_on IS NULL AND owner_id IS NULL)",
            name=op.f("ck_certificate_ending_ended"),
        ),
        sa.CheckConstraint(
            "NOT (state IN ('told', 'hearing_asked', 'heard')) OR (told_on IS NOT NULL AND answer_until IS NOT NULL)",
            name=op.f("ck_certificate_ending_told"),
        ),
        sa.CheckConstraint(
            "hearing_asked_on IS NULL OR state <> 'decided' OR heard_on IS NOT NULL",
            name=op.f("ck_certificate_ending_heard_first"),
        ),
        sa.CheckConstraint(
            "state <> 'decided' OR kind = 'cancellation' OR told_on IS NOT NULL",
            name=op.f("ck_certificate_ending_told_first"),
        ),
        sa.CheckConstraint(
            "state <> 'hearing_asked' OR hearing_asked_on IS NOT NULL", name=op.f("ck_certificate_ending_asked")
        ),
        sa.CheckConstraint("(notice_paper IS NULL) = (told_on IS NULL)", name=op.f("ck_certificate_ending_notice")),
        sa.CheckConstraint(
            "decider_id IS NULL OR decider_id <> opened_by_id", name=op.f("ck_certificate_ending_two_people")
        ),
        sa.CheckConstraint("due_on IS NULL OR due_on = order_on", name=op.f("ck_certificate_ending_order")),
        sa.CheckConstraint(
            "heard_on IS NULL OR hearing_asked_on IS NOT NULL", name=op.f("ck_certificate_ending_heard")
        ),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_certificate_ending_authority_id")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_ending_certificate_id")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_certificate_ending_company_id")),
        sa.ForeignKeyConstraint(["decider_id"], ["account.id"], name=op.f("fk_certificate_ending_decider_id")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_certificate_ending_division_code")),
        sa.ForeignKeyConstraint(["office_code"], ["division.code"], name=op.f("fk_certificate_ending_office_code")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["account.id"], name=op.f("fk_certificate_ending_opened_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_certificate_ending_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_ending")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_ending_number")),
    )
    op.create_index(
        "ix_certificate_ending_certificate", "certificate_ending", ["certificate_id", "opened_on"], unique=False
    )
    op.create_index(
        "ix_certificate_ending_owner",
        "certificate_ending",
        ["owner_id", "order_on", "number"],
        unique=False,
        **_where(OPEN),
    )
    op.create_index(
        "ix_certificate_ending_term",
        "certificate_ending",
        ["order_on", "number", "division_code"],
        unique=False,
        **_where(OPEN),
    )
    op.create_index("uq_certificate_ending_open", "certificate_ending", ["certificate_id"], unique=True, **_where(OPEN))
    op.create_table(
        "certificate_ending_event",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("ending_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("act", _codes(ENDINGACTS, "endingact"), nullable=False),
        sa.Column("state", _codes(ENDINGSTATES, "endingstate"), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("deputy_for", sa.String(length=100), nullable=True),
        sa.Column("by_holder", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_certificate_ending_event_by_id")),
        sa.ForeignKeyConstraint(
            ["ending_id"], ["certificate_ending.id"], name=op.f("fk_certificate_ending_event_ending_id")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_certificate_ending_event")),
    )
    op.create_index("uq_certificate_ending_event", "certificate_ending_event", ["ending_id", "version"], unique=True)

    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take them back with what they hold; the trail keeps what was recorded, certificates stay as they ended."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in ("ending_step_exists", "ending_history_stands"):
            op.execute(f"DROP FUNCTION {function}()")


def _guards(dialect: str) -> list[str]:
    steps = ", ".join(f"'{before}>{after}'" for before, after in STEPS)
    wrong = f"OLD.state <> NEW.state AND (NEW.version <= OLD.version OR OLD.state || '>' || NEW.state NOT IN ({steps}))"
    fixed = "OLD.certificate_id <> NEW.certificate_id OR OLD.kind <> NEW.kind OR OLD.opened_by_id <> NEW.opened_by_id"
    given: dict[str, list[tuple[str, str, str]]] = {
        "ending_step_exists": [("UPDATE", "certificate_ending", f"({wrong}) OR {fixed}")],
        "ending_history_stands": [(event, "certificate_ending_event", "OLD.seq > 0") for event in ("UPDATE", "DELETE")],
    }
    made: list[str] = []
    for name, triggers in given.items():
        if dialect == "postgresql":
            refuse = f"RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation'"
            made.append(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse}; END $$")
        for event, table, condition in triggers:
            begin = f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table}"
            made.append(
                f"{begin} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
                if dialect == "postgresql"
                else f"{begin} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}'); END"
            )
    return made


def _codes(codes: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
