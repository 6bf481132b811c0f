"""Applications for a grade: their states, history, pauses of the clock, papers; steps that do not exist are refused."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant, Serial

revision = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None

APPLICATIONACTS = (
    "discard",
    "submit",
    "receive",
    "ask_supplement",
    "supply",
    "accept",
    "refuse_acceptance",
    "examine",
    "extend",
    "stop_clock",
    "resume_clock",
    "publish_objection",
    "object",
    "approve",
    "reject",
    "deliver",
    "retract",
    "count_accepted",
    "count_renewed",
    "close_because_cancelled",
)
APPLICATIONKINDS = (
    "new",
    "upgrade",
    "renewal",
    "annual_inspection",
    "annual_review",
    "change",
    "reissue",
    "cancellation",
)
APPLICATIONOUTCOMES = ("approved", "cancelled_company", "not_accepted", "rejected", "renewed_by_silence", "retracted")
APPLICATIONSTATES = (
    "draft",
    "received",
    "supplement_asked",
    "supplied",
    "accepted",
    "examined",
    "objection_notice",
    "approved",
    "rejected",
    "delivered",
    "not_accepted",
    "retracted",
    "closed",
    "discarded",
)
CLOCKSTOPS = ("hearing", "inspection", "appraisal", "expert_review")
NATURES = ("licence", "evaluation")
RECOMMENDATIONS = ("approve", "reject")
OPEN = "state IN ('received', 'supplement_asked', 'supplied', 'accepted', 'examined', 'objection_notice', 'approved', 'rejected')"
STEPS: list[tuple[str, str]] = [
    ("accepted", "approved"),
    ("accepted", "closed"),
    ("accepted", "examined"),
    ("accepted", "retracted"),
    ("approved", "delivered"),
    ("draft", "discarded"),
    ("draft", "received"),
    ("examined", "approved"),
    ("examined", "closed"),
    ("examined", "objection_notice"),
    ("examined", "rejected"),
    ("examined", "retracted"),
    ("objection_notice", "approved"),
    ("objection_notice", "closed"),
    ("objection_notice", "rejected"),
    ("objection_notice", "retracted"),
    ("received", "accepted"),
    ("received", "approved"),
    ("received", "closed"),
    ("received", "not_accepted"),
    ("received", "retracted"),
    ("received", "supplement_asked"),
    ("rejected", "delivered"),
    ("supplement_asked", "closed"),
    ("supplement_asked", "not_accepted"),
    ("supplement_asked", "retracted"),
    ("supplement_asked", "supplied"),
    ("supplied", "accepted"),
    ("supplied", "approved"),
    ("supplied", "closed"),
    ("supplied", "not_accepted"),
    ("supplied", "retracted"),
]
"""From which state an application may come to which, whatever its nature."""
TABLES = ("application_counter", "application", "application_event", "application_file", "application_pause")


def upgrade() -> None:
    """Make the tables; let the database itself refuse a step that does not exist and a changed history."""
    op.create_table(
        "application_counter",
        sa.Column("office", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("office", "year", name=op.f("pk_application_counter")),
    )
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=True),
        sa.Column("follow_code", sa.String(length=12), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("nature", _codes(NATURES, "nature"), nullable=False),
        sa.Column("kind", _codes(APPLICATIONKINDS, "applicationkind"), nullable=False),
        sa.Column("grade", sa.String(length=20), nullable=True),
        sa.Column("held_certificate", sa.String(length=60), nullable=True),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("contact", sa.String(length=60), nullable=True),
        sa.Column("contact_phone", sa.String(length=40), nullable=True),
        sa.Column("state", _codes(APPLICATIONSTATES, "applicationstate"), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("examining_authority_id", sa.Uuid(), nullable=True),
        sa.Column("deciding_authority_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", Instant(), nullable=False),
        sa.Column("drafted_by", sa.String(length=100), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("is_at_window", sa.Boolean(), nullable=False),
        sa.Column("papers_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("is_accepted_by_silence", sa.Boolean(), nullable=False),
        sa.Column("examined_on", sa.Date(), nullable=True),
        sa.Column("examiner_id", sa.Uuid(), nullable=True),
        sa.Column("recommendation", _codes(RECOMMENDATIONS, "recommendation"), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decider_id", sa.Uuid(), nullable=True),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("outcome", _codes(APPLICATIONOUTCOMES, "applicationoutcome"), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("is_due_provisional", sa.Boolean(), nullable=False),
        sa.Column("order_on", sa.Date(), nullable=False),
        sa.Column("overdue_told_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'delivered') = (delivered_on IS NOT NULL)", name=op.f("ck_application_delivered")),
        sa.CheckConstraint(
            "(state IN ('approved', 'rejected', 'delivered')) = (decided_on IS NOT NULL)",
            name=op.f("ck_application_decided"),
        ),
        sa.CheckConstraint(
            "(state IN ('delivered', 'not_accepted', 'retracted', 'closed', 'discarded', 'approved', 'rejected')) = (outcome IS NOT NULL OR state = 'discarded')",
            name=op.f("ck_application_outcome"),
        ),
        sa.CheckConstraint(
            "(state IN ('draft', 'discarded')) = (number IS NULL)", name=op.f("ck_application_numbered")
        ),
        sa.CheckConstraint(
            "NOT (state IN ('accepted', 'examined', 'objection_notice')) OR accepted_on IS NOT NULL",
            name=op.f("ck_application_accepted"),
        ),
        sa.CheckConstraint(
            "NOT (state IN ('delivered', 'not_accepted', 'retracted', 'closed', 'discarded')) OR (due_on IS NULL AND owner_id IS NULL)",
            name=op.f("ck_application_ended"),
        ),
        sa.CheckConstraint(
            "NOT (state IN ('examined', 'objection_notice')) OR (examined_on IS NOT NULL AND examiner_id IS NOT NULL)",
            name=op.f("ck_application_examined"),
        ),
        sa.CheckConstraint(
            "decided_on IS NULL OR decider_id IS NOT NULL OR outcome = 'renewed_by_silence'",
            name=op.f("ck_application_decided_by_somebody"),
        ),
        sa.CheckConstraint("kind <> 'renewal' OR held_until IS NOT NULL", name=op.f("ck_application_renewal")),
        sa.CheckConstraint(
            "nature = 'evaluation' OR state <> 'objection_notice'", name=op.f("ck_application_notice_of_evaluation")
        ),
        sa.CheckConstraint(
            "nature = 'licence' OR outcome IS NULL OR outcome <> 'renewed_by_silence'",
            name=op.f("ck_application_silence"),
        ),
        sa.CheckConstraint(
            "state <> 'objection_notice' OR published_on IS NOT NULL", name=op.f("ck_application_published")
        ),
        sa.CheckConstraint("(number IS NULL) = (received_on IS NULL)", name=op.f("ck_application_received")),
        sa.CheckConstraint("due_on IS NULL OR due_on = order_on", name=op.f("ck_application_order")),
        sa.CheckConstraint(
            "examiner_id IS NULL OR decider_id IS NULL OR examiner_id <> decider_id",
            name=op.f("ck_application_two_people"),
        ),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_application_authority_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_application_company_id")),
        sa.ForeignKeyConstraint(["decider_id"], ["account.id"], name=op.f("fk_application_decider_id")),
        sa.ForeignKeyConstraint(
            ["deciding_authority_id"], ["authority.id"], name=op.f("fk_application_deciding_authority_id")
        ),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_application_division_code")),
        sa.ForeignKeyConstraint(["examiner_id"], ["account.id"], name=op.f("fk_application_examiner_id")),
        sa.ForeignKeyConstraint(
            ["examining_authority_id"], ["authority.id"], name=op.f("fk_application_examining_authority_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_application_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("number", name=op.f("uq_application_number")),
    )
    op.create_index("ix_application_company_id", "application", ["company_id", "id"], unique=False)
    op.create_index(
        "ix_application_decided",
        "application",
        ["division_code", "decided_on"],
        unique=False,
        **_where("decided_on IS NOT NULL"),
    )
    op.create_index(
        "ix_application_owner", "application", ["owner_id", "order_on", "number"], unique=False, **_where(OPEN)
    )
    op.create_index(
        "ix_application_place", "application", ["division_code", "order_on", "number"], unique=False, **_where(OPEN)
    )
    op.create_index(
        "ix_application_term", "application", ["order_on", "number", "division_code"], unique=False, **_where(OPEN)
    )
    op.create_index(
        "uq_application_open", "application", ["company_id", "rule_set", "kind"], unique=True, **_where(OPEN)
    )
    op.create_table(
        "application_event",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("act", _codes(APPLICATIONACTS, "applicationact"), nullable=False),
        sa.Column("state", _codes(APPLICATIONSTATES, "applicationstate"), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("deputy_for", sa.String(length=100), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_event_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_application_event_by_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_application_event")),
    )
    op.create_index("uq_application_event", "application_event", ["application_id", "version"], unique=True)
    op.create_table(
        "application_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_file_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_file")),
    )
    op.create_index(
        "ix_application_file_application_id", "application_file", ["application_id", "added_at"], unique=False
    )
    op.create_index("ix_application_file_content_hash", "application_file", ["content_hash"], unique=False)
    op.create_table(
        "application_pause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("reason", _codes(CLOCKSTOPS, "clockstop"), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("stopped_on", sa.Date(), nullable=False),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("resumed_on IS NULL OR resumed_on >= stopped_on", name=op.f("ck_application_pause_days")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_pause_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_pause")),
    )
    op.create_index(
        "ix_application_pause_application_id", "application_pause", ["application_id", "stopped_on"], unique=False
    )
    op.create_index(
        "uq_application_pause_open",
        "application_pause",
        ["application_id"],
        unique=True,
        **_where("resumed_on IS NULL"),
    )
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take them back with what they hold; the trail keeps what was recorded, files stay in the file room."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for function in ("application_step_exists", "application_history_stands"):
            op.execute(f"DROP FUNCTION {function}()")


def _guards(dialect: str) -> list[str]:
    steps = ", ".join(f"'{before}>{after}'" for before, after in STEPS)
    wrong = f"OLD.state <> NEW.state AND (NEW.version <= OLD.version OR OLD.state || '>' || NEW.state NOT IN ({steps}))"
    given: dict[str, list[tuple[str, str, str]]] = {
        "application_step_exists": [("UPDATE", "application", wrong)],
        "application_history_stands": [(event, "application_event", "OLD.seq > 0") for event in ("UPDATE", "DELETE")],
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
