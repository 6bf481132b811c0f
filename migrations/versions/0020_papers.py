"""Matters and papers: their approval, numbers, delivery, attachments, case files, duty and hand-over.

A numbered paper never changes in what it says and is never deleted: the database itself refuses it.
"""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant, Serial
from regulator.foundation.search import drop_index_ddl, index_ddl

revision = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None

SEARCH = "case_file_search"
TABLES = (
    "matter_counter",
    "matter",
    "matter_entry",
    "reminder",
    "case_file",
    "case_file_search",
    "case_file_counter",
    "case_file_print",
    "duty_shift",
    "handover",
    "paper_chain",
    "paper_series",
    "paper_template",
    "paper_template_trial",
    "paper_counter",
    "paper",
    "approval",
    "attachment",
    "portal_consent",
    "delivery",
    "handover_item",
)
FIXED = (
    *("number", "series_id", "year", "sequence", "matter_id", "kind", "title", "addressee", "addressee_credit_code"),
    *("facts", "frame", "template_id", "template_digest", "check_code", "signed_at", "signed_by", "dated_on"),
)
"""What stands fixed on a paper from the moment it has a number."""


def upgrade() -> None:
    """Make the tables; they begin empty, and what waits in the register gets its matters when it is next swept."""
    dialect = op.get_bind().dialect.name
    op.create_index("ix_company_link_estate_id", "company_link", ["estate_id"], unique=False)
    _make_matters()
    _make_papers()
    _make_deliveries()
    for statement in index_ddl(SEARCH, dialect):
        op.execute(statement)
    for statement in (*_guard(dialect), *_close_files(dialect)):
        op.execute(statement)


def downgrade() -> None:
    """Take the tables away; matters, papers and their history go with them. Files stay in the file room."""
    dialect = op.get_bind().dialect.name
    op.drop_index("ix_company_link_estate_id", table_name="company_link")
    for statement in drop_index_ddl(SEARCH, dialect):
        op.execute(statement)
    for table in reversed(TABLES):
        op.drop_table(table)
    if dialect == "postgresql":
        for function in ("paper_stands", "file_part_stands", "file_stands"):
            op.execute(f"DROP FUNCTION {function}()")


def _guard(dialect: str) -> list[str]:
    """A numbered paper keeps what it says, a file once made stays, and no numbered paper is deleted."""
    same = "IS NOT DISTINCT FROM" if dialect == "postgresql" else "IS"
    cast = "::text" if dialect == "postgresql" else ""
    kept = " AND ".join(f"NEW.{name}{cast} {same} OLD.{name}{cast}" for name in FIXED)
    broken = (
        f"OLD.number IS NOT NULL AND NOT ({kept} AND (OLD.file_hash IS NULL OR NEW.file_hash {same} OLD.file_hash))"
    )
    events = {"update": ("UPDATE", broken), "delete": ("DELETE", "OLD.number IS NOT NULL")}
    if dialect == "postgresql":
        refuse = "RAISE EXCEPTION 'paper_stands' USING ERRCODE = 'check_violation'"
        function = f"CREATE FUNCTION paper_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {refuse}; END $$"
        then, when = "FOR EACH ROW WHEN", "EXECUTE FUNCTION paper_stands()"
        made = [f"BEFORE {event} ON paper {then} ({condition}) {when}" for event, condition in events.values()]
        return [
            function,
            *(f"CREATE TRIGGER paper_stands_{name} {body}" for name, body in zip(events, made, strict=True)),
        ]
    refuse = "BEGIN SELECT RAISE(ABORT, 'paper_stands'); END"
    return [
        f"CREATE TRIGGER paper_stands_{name} BEFORE {event} ON paper WHEN {condition} {refuse}"
        for name, (event, condition) in events.items()
    ]


HELD = {
    "attachment": ("INSERT", "UPDATE", "DELETE"),
    "matter_entry": ("INSERT", "UPDATE", "DELETE"),
    "paper": ("INSERT",),  # a numbered one may still be withdrawn, which it says itself
    "reminder": ("INSERT", "UPDATE", "DELETE"),
}
"""What a case file holds, and what cannot be done with it once the file is archived."""
CLOSED = {
    ("matter", "UPDATE"): "OLD.is_archived",
    ("matter", "DELETE"): "OLD.is_archived",
    ("case_file", "UPDATE"): "OLD.content_hash IS NOT NULL",
    ("case_file", "DELETE"): "OLD.id IS NOT NULL",
}
"""An archived file never changes any more, save that it is told once what its print looks like."""


def _close_files(dialect: str) -> list[str]:
    """An archived file takes nothing and gives nothing away."""
    archived = "EXISTS (SELECT 1 FROM matter WHERE id = {row}.matter_id AND is_archived)"
    held = [(table, event) for table, events in HELD.items() for event in events]
    row = {"INSERT": "NEW", "UPDATE": "OLD", "DELETE": "OLD"}
    if dialect != "postgresql":
        refuse = "BEGIN SELECT RAISE(ABORT, 'file_stands'); END"
        conditions = {(table, event): archived.format(row=row[event]) for table, event in held} | CLOSED
        return [
            f"CREATE TRIGGER file_stands_{table}_{event.lower()} BEFORE {event} ON {table} WHEN {condition} {refuse}"
            for (table, event), condition in conditions.items()
        ]
    refuse = "RAISE EXCEPTION 'file_stands' USING ERRCODE = 'check_violation'"
    part = archived.format(row="part")
    body = f"DECLARE part record; BEGIN part := COALESCE(NEW, OLD); IF {part} THEN {refuse}; END IF; RETURN part; END"
    functions = {"file_part_stands": body, "file_stands": f"BEGIN {refuse}; END"}
    trigger = "CREATE TRIGGER file_stands_{0}_{1} BEFORE {2} ON {0} FOR EACH ROW {3}EXECUTE FUNCTION {4}()"
    return [
        *(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {b} $$" for name, b in functions.items()),
        *(trigger.format(table, event.lower(), event, "", "file_part_stands") for table, event in held),
        *(
            trigger.format(table, event.lower(), event, f"WHEN ({condition}) ", "file_stands")
            for (table, event), condition in CLOSED.items()
        ),
    ]


def _make_matters() -> None:
    op.create_table(
        "matter_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_matter_counter")),
    )
    op.create_table(
        "matter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=True),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("handled_by", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("closed", "open", name="matterstate", native_enum=False, create_constraint=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "step",
            sa.Enum(
                "approval",
                "delivery",
                "handling",
                name="matterstep",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("order_on", sa.Date(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("opened_by", sa.String(length=100), nullable=False),
        sa.Column("owned_since", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by", sa.String(length=100), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "done", "taken_back", "unfounded", name="outcome", native_enum=False, create_constraint=False, length=32
            ),
            nullable=True,
        ),
        sa.Column("closed_reason", sa.Text(), nullable=True),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_matter_closed")),
        sa.CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_matter_ended")),
        sa.CheckConstraint("due_on IS NULL OR due_on = order_on", name=op.f("ck_matter_order")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_matter_authority_id")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_matter_division_code")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_matter_owner_id")),
        sa.CheckConstraint("state IN ('closed', 'open')", name=op.f("ck_matter_matterstate")),
        sa.CheckConstraint("step IN ('approval', 'delivery', 'handling')", name=op.f("ck_matter_matterstep")),
        sa.CheckConstraint("outcome IN ('done', 'taken_back', 'unfounded')", name=op.f("ck_matter_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
        sa.UniqueConstraint("number", name=op.f("uq_matter_number")),
    )
    op.create_index(
        "ix_matter_closed",
        "matter",
        ["number", "division_code"],
        unique=False,
        sqlite_where=sa.text("state = 'closed'"),
        postgresql_where=sa.text("state = 'closed'"),
    )
    op.create_index(
        "ix_matter_term",
        "matter",
        ["order_on", "number", "division_code"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_matter_held",
        "matter",
        ["owner_id", "handled_by", "division_code"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_matter_owner",
        "matter",
        ["owner_id", "order_on", "number"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_matter_place",
        "matter",
        ["division_code", "order_on", "number"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_matter_subject", "matter", ["kind", "subject_key"], unique=False)
    op.create_index(
        "ix_matter_to_archive",
        "matter",
        ["number", "division_code"],
        unique=False,
        sqlite_where=sa.text("state = 'closed' AND NOT is_archived"),
        postgresql_where=sa.text("state = 'closed' AND NOT is_archived"),
    )
    op.create_index(
        "uq_matter_open",
        "matter",
        ["kind", "subject_key"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "matter_entry",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "assigned",
                "attached",
                "closed",
                "noted",
                "opened",
                "paper",
                "reminded",
                "removed",
                "term_set",
                name="entrykind",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("deputy_for", sa.String(length=64), nullable=True),
        sa.Column("from_id", sa.Uuid(), nullable=True),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("about", sa.String(length=200), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_matter_entry_matter_id")),
        sa.CheckConstraint(
            "kind IN ('assigned', 'attached', 'closed', 'noted', 'opened', 'paper', 'reminded', 'removed', 'term_set')",
            name=op.f("ck_matter_entry_entrykind"),
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_matter_entry")),
    )
    op.create_index("ix_matter_entry_matter", "matter_entry", ["matter_id", "seq"], unique=False)
    op.create_index(
        "ix_matter_entry_again",
        "matter_entry",
        ["by_id", "matter_id", "seq"],
        unique=False,
        sqlite_where=sa.text("kind IN ('assigned', 'reminded')"),
        postgresql_where=sa.text("kind IN ('assigned', 'reminded')"),
    )
    op.create_index(
        "ix_matter_entry_sent",
        "matter_entry",
        ["by_id", "seq"],
        unique=False,
        sqlite_where=sa.text("kind IN ('assigned', 'reminded')"),
        postgresql_where=sa.text("kind IN ('assigned', 'reminded')"),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column(
            "tone",
            sa.Enum(
                "urge", "supervise", "circulate", name="tone", native_enum=False, create_constraint=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name=op.f("ck_reminder_answered")),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_reminder_by_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_reminder_matter_id")),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"], name=op.f("fk_reminder_to_id")),
        sa.CheckConstraint("tone IN ('urge', 'supervise', 'circulate')", name=op.f("ck_reminder_tone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    op.create_index("ix_reminder_by_id", "reminder", ["by_id", "sent_at"], unique=False)
    op.create_index("ix_reminder_matter_id", "reminder", ["matter_id", "sent_at"], unique=False)
    op.create_index("ix_reminder_to_id", "reminder", ["to_id", "answered_at"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("retention_years", sa.Integer(), nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("archived_at", Instant(), nullable=False),
        sa.Column("archived_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint("(retention_years IS NULL) = (kept_until IS NULL)", name=op.f("ck_case_file_retention")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_case_file_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("matter_id", name=op.f("uq_case_file_matter_id")),
        sa.UniqueConstraint("number", name=op.f("uq_case_file_number")),
    )
    op.create_index("ix_case_file_division_code", "case_file", ["division_code", "number"], unique=False)
    op.create_index("ix_case_file_kept_until", "case_file", ["kept_until"], unique=False)
    op.create_index("uq_case_file_volume", "case_file", ["year", "kind", "sequence"], unique=True)
    op.create_table(
        "case_file_search",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["case_file.id"], name=op.f("fk_case_file_search_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_case_file_search")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_case_file_search_subject_id")),
    )
    op.create_table(
        "case_file_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", "kind", name=op.f("pk_case_file_counter")),
    )
    op.create_table(
        "case_file_print",
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_case_file_print_matter_id")),
        sa.PrimaryKeyConstraint("matter_id", name=op.f("pk_case_file_print")),
    )
    op.create_table(
        "duty_shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "normal", "round_the_clock", name="dutykind", native_enum=False, create_constraint=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=100), nullable=True),
        sa.Column("cancelled_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("ended_at > began_at", name=op.f("ck_duty_shift_times")),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name=op.f("ck_duty_shift_cancelled")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_duty_shift_account_id")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_duty_shift_authority_id")),
        sa.CheckConstraint("kind IN ('normal', 'round_the_clock')", name=op.f("ck_duty_shift_dutykind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shift")),
    )
    op.create_index("ix_duty_shift_account_id", "duty_shift", ["account_id", "began_at"], unique=False)
    op.create_index("ix_duty_shift_authority_id", "duty_shift", ["authority_id", "began_at"], unique=False)
    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("from_name", sa.String(length=100), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("to_name", sa.String(length=100), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "closed_account",
                "leave",
                "transfer",
                name="handoverreason",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "drawn_up",
                "given",
                "taken",
                "cancelled",
                name="handoverstate",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("leaves_on", sa.Date(), nullable=False),
        sa.Column("drawn_up_at", Instant(), nullable=False),
        sa.Column("drawn_up_by", sa.String(length=100), nullable=False),
        sa.Column("given_at", Instant(), nullable=True),
        sa.Column("given_by", sa.String(length=100), nullable=True),
        sa.Column("signed_for", sa.Text(), nullable=True),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=100), nullable=True),
        sa.Column("cancelled_reason", sa.Text(), nullable=True),
        sa.Column("list_hash", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_handover_other")),
        sa.CheckConstraint("(given_at IS NULL) = (list_hash IS NULL)", name=op.f("ck_handover_given")),
        sa.CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_handover_cancelled")),
        sa.CheckConstraint("(state = 'taken') = (taken_at IS NOT NULL)", name=op.f("ck_handover_taken")),
        sa.ForeignKeyConstraint(["from_id"], ["account.id"], name=op.f("fk_handover_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"], name=op.f("fk_handover_to_id")),
        sa.CheckConstraint(
            "reason IN ('closed_account', 'leave', 'transfer')", name=op.f("ck_handover_handoverreason")
        ),
        sa.CheckConstraint(
            "state IN ('drawn_up', 'given', 'taken', 'cancelled')", name=op.f("ck_handover_handoverstate")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index("ix_handover_division_code", "handover", ["division_code", "id"], unique=False)
    op.create_index("ix_handover_from_id", "handover", ["from_id", "state"], unique=False)
    op.create_index("ix_handover_to_id", "handover", ["to_id", "state"], unique=False)


def _make_papers() -> None:
    op.create_table(
        "paper_chain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("needs_minutes", sa.Boolean(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint("steps BETWEEN 1 AND 3", name=op.f("ck_paper_chain_steps")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_paper_chain_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_chain")),
    )
    op.create_index("ix_paper_chain_kind", "paper_chain", ["kind", "authority_id", "began_on"], unique=False)
    op.create_table(
        "paper_series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("pattern", sa.String(length=60), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_paper_series_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_series")),
    )
    op.create_index("uq_paper_series", "paper_series", ["authority_id", "kind", "began_on"], unique=True)
    op.create_table(
        "paper_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_paper_template_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_template")),
    )
    op.create_index("uq_paper_template", "paper_template", ["authority_id", "kind", "began_on"], unique=True)
    op.create_table(
        "paper_template_trial",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *("adopted", "failed", "passed", "under_way"),
                name="trialstate",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("error_code", sa.String(length=80), nullable=True),
        sa.Column("error_params", sa.JSON(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("sent_by", sa.String(length=100), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'failed') = (error_code IS NOT NULL)", name=op.f("ck_paper_template_trial_failed")
        ),
        sa.CheckConstraint(
            "(state = 'adopted') = (template_id IS NOT NULL)", name=op.f("ck_paper_template_trial_adopted")
        ),
        sa.CheckConstraint(
            "state IN ('adopted', 'failed', 'passed', 'under_way')", name=op.f("ck_paper_template_trial_trialstate")
        ),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_paper_template_trial_authority_id")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["paper_template.id"], name=op.f("fk_paper_template_trial_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_template_trial")),
    )
    op.create_index("ix_paper_template_trial_sent_at", "paper_template_trial", ["sent_at"], unique=False)
    op.create_table(
        "paper_counter",
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["paper_series.id"], name=op.f("fk_paper_counter_series_id")),
        sa.PrimaryKeyConstraint("series_id", "year", name=op.f("pk_paper_counter")),
    )
    op.create_table(
        "paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=True),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "returned",
                "approving",
                "signed",
                "issued",
                "withdrawn",
                "superseded",
                "discarded",
                name="paperstate",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("addressee", sa.String(length=200), nullable=False),
        sa.Column("addressee_credit_code", sa.String(length=18), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.Column("template_digest", sa.String(length=64), nullable=True),
        sa.Column("drafted_by_id", sa.Uuid(), nullable=False),
        sa.Column("drafted_by", sa.String(length=100), nullable=False),
        sa.Column("drafted_at", Instant(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("needs_minutes", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("waits_for_id", sa.Uuid(), nullable=True),
        sa.Column("waits_since", Instant(), nullable=True),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("signed_at", Instant(), nullable=True),
        sa.Column("signed_by_id", sa.Uuid(), nullable=True),
        sa.Column("signed_by", sa.String(length=100), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("frame", sa.JSON(), nullable=True),
        sa.Column("check_code", sa.String(length=64), nullable=True),
        sa.Column("file_hash", sa.String(length=64), nullable=True),
        sa.Column("file_size", sa.Integer(), nullable=True),
        sa.Column("issued_at", Instant(), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=100), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'approving') = (waits_for_id IS NOT NULL)", name=op.f("ck_paper_waiting")),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_paper_withdrawn")),
        sa.CheckConstraint(
            "(state IN ('signed', 'issued', 'withdrawn', 'superseded')) = (number IS NOT NULL)",
            name=op.f("ck_paper_numbered"),
        ),
        sa.CheckConstraint("state <> 'issued' OR file_hash IS NOT NULL", name=op.f("ck_paper_issued")),
        sa.CheckConstraint("(number IS NULL) = (check_code IS NULL)", name=op.f("ck_paper_digest")),
        sa.CheckConstraint("(number IS NULL) = (sequence IS NULL)", name=op.f("ck_paper_sequence")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_paper_authority_id")),
        sa.ForeignKeyConstraint(["drafted_by_id"], ["account.id"], name=op.f("fk_paper_drafted_by_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_paper_matter_id")),
        sa.ForeignKeyConstraint(["series_id"], ["paper_series.id"], name=op.f("fk_paper_series_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["account.id"], name=op.f("fk_paper_signed_by_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["paper.id"], name=op.f("fk_paper_supersedes_id")),
        sa.ForeignKeyConstraint(["template_id"], ["paper_template.id"], name=op.f("fk_paper_template_id")),
        sa.ForeignKeyConstraint(["waits_for_id"], ["account.id"], name=op.f("fk_paper_waits_for_id")),
        sa.CheckConstraint(
            "state IN ('draft', 'returned', 'approving', 'signed', 'issued', 'withdrawn', 'superseded', 'discarded')",
            name=op.f("ck_paper_paperstate"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("number", name=op.f("uq_paper_number")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_paper_supersedes_id")),
    )
    op.create_index("ix_paper_addressee_credit_code", "paper", ["addressee_credit_code", "state"], unique=False)
    op.create_index("ix_paper_division_code", "paper", ["division_code", "drafted_at", "id"], unique=False)
    op.create_index("ix_paper_drafted_by_id", "paper", ["drafted_by_id", "state"], unique=False)
    op.create_index("ix_paper_matter_id", "paper", ["matter_id", "drafted_at"], unique=False)
    op.create_index("ix_paper_state", "paper", ["state", "signed_at"], unique=False)
    op.create_index(
        "ix_paper_waits_for",
        "paper",
        ["waits_for_id", "waits_since"],
        unique=False,
        sqlite_where=sa.text("state = 'approving'"),
        postgresql_where=sa.text("state = 'approving'"),
    )
    op.create_index("uq_paper_sequence", "paper", ["series_id", "year", "sequence"], unique=True)
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "handle", "examine", "sign", name="approvalstep", native_enum=False, create_constraint=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=True),
        sa.Column("deputy_for", sa.String(length=100), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "passed",
                "sent_back",
                name="decision",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_approval_account_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_approval_paper_id")),
        sa.ForeignKeyConstraint(["principal_id"], ["account.id"], name=op.f("fk_approval_principal_id")),
        sa.CheckConstraint("step IN ('handle', 'examine', 'sign')", name=op.f("ck_approval_approvalstep")),
        sa.CheckConstraint("decision IN ('passed', 'sent_back')", name=op.f("ck_approval_decision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index("ix_approval_account_id", "approval", ["account_id", "at"], unique=False)
    op.create_index("uq_approval_account", "approval", ["paper_id", "round", "account_id"], unique=True)
    op.create_index("uq_approval_position", "approval", ["paper_id", "round", "position"], unique=True)
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "consent",
                "evidence",
                "minutes",
                "other",
                "receipt",
                name="attachmentrole",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("removed_by", sa.String(length=100), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_reason IS NULL)", name=op.f("ck_attachment_removed")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_attachment_matter_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_attachment_paper_id")),
        sa.CheckConstraint(
            "role IN ('consent', 'evidence', 'minutes', 'other', 'receipt')", name=op.f("ck_attachment_attachmentrole")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_content_hash", "attachment", ["content_hash"], unique=False)
    op.create_index("ix_attachment_matter_id", "attachment", ["matter_id", "added_at"], unique=False)
    op.create_index("ix_attachment_paper_id", "attachment", ["paper_id"], unique=False)


def _make_deliveries() -> None:
    op.create_table(
        "portal_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=100), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.String(length=100), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=100), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= confirmed_on", name=op.f("ck_portal_consent_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_consent")),
    )
    op.create_index(
        "uq_portal_consent_standing",
        "portal_consent",
        ["credit_code"],
        unique=True,
        sqlite_where=sa.text("withdrawn_on IS NULL"),
        postgresql_where=sa.text("withdrawn_on IS NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "in_person",
                "portal",
                "post",
                "public_notice",
                name="deliveryway",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "under_way",
                "served",
                "failed",
                name="deliverystate",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("sent_by", sa.String(length=100), nullable=False),
        sa.Column("received_by", sa.String(length=100), nullable=True),
        sa.Column("relation", sa.String(length=60), nullable=True),
        sa.Column("tracking_number", sa.String(length=60), nullable=True),
        sa.Column("posted_at_place", sa.String(length=200), nullable=True),
        sa.Column("term_days", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("failed_reason", sa.Text(), nullable=True),
        sa.Column("receipt_id", sa.Uuid(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.Column("opened_by", sa.String(length=100), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'failed') = (failed_reason IS NOT NULL)", name=op.f("ck_delivery_failed")),
        sa.CheckConstraint("(state = 'served') = (served_on IS NOT NULL)", name=op.f("ck_delivery_served")),
        sa.CheckConstraint("way <> 'post' OR tracking_number IS NOT NULL", name=op.f("ck_delivery_post")),
        sa.CheckConstraint(
            "way <> 'public_notice' OR (term_days IS NOT NULL AND posted_at_place IS NOT NULL)",
            name=op.f("ck_delivery_notice"),
        ),
        sa.ForeignKeyConstraint(["consent_id"], ["portal_consent.id"], name=op.f("fk_delivery_consent_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_delivery_paper_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["attachment.id"], name=op.f("fk_delivery_receipt_id")),
        sa.CheckConstraint(
            "way IN ('in_person', 'portal', 'post', 'public_notice')", name=op.f("ck_delivery_deliveryway")
        ),
        sa.CheckConstraint("state IN ('under_way', 'served', 'failed')", name=op.f("ck_delivery_deliverystate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_paper_id", "delivery", ["paper_id", "sent_at"], unique=False)
    op.create_index("ix_delivery_state", "delivery", ["state", "way", "effective_on"], unique=False)
    op.create_table(
        "handover_item",
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("since_given", sa.Boolean(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "gone",
                "moved",
                "stayed",
                name="handoveroutcome",
                native_enum=False,
                create_constraint=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("outcome IN ('gone', 'moved', 'stayed')", name=op.f("ck_handover_item_handoveroutcome")),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_handover_item_handover_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_handover_item_matter_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_handover_item_paper_id")),
        sa.PrimaryKeyConstraint("handover_id", "ordinal", name=op.f("pk_handover_item")),
    )
    op.create_index("ix_handover_item_matter_id", "handover_item", ["matter_id"], unique=False)
