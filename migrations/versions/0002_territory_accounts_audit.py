"""The territory, accounts with their rights, and the trail, which its triggers keep from being changed."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant, Serial

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_entry", "audit_seal")


def upgrade() -> None:
    """Make the tables, then close the trail against changes."""
    op.create_table(
        "answered_form",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=2000), server_default=sa.text("''"), nullable=False),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_answered_form")),
    )
    op.create_index(op.f("ix_answered_form_answered_at"), "answered_form", ["answered_at"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("deputy_for", sa.Text(), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_key", sa.String(length=200), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entry_act", "audit_entry", ["act", "seq"], unique=False)
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"], unique=False)
    op.create_index("ix_audit_entry_division_code", "audit_entry", ["division_code", "seq"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_kind", "subject_key", "seq"], unique=False)
    op.create_index("ix_audit_entry_username", "audit_entry", ["username", "seq"], unique=False)
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_seq", Serial, nullable=False),
        sa.Column("last_seq", Serial, nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
    )
    op.create_index(op.f("ix_audit_seal_last_seq"), "audit_seal", ["last_seq"], unique=False)
    op.create_table(
        "division",
        sa.Column("code", sa.String(length=12), nullable=False),
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
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("west", sa.Float(), nullable=True),
        sa.Column("south", sa.Float(), nullable=True),
        sa.Column("east", sa.Float(), nullable=True),
        sa.Column("north", sa.Float(), nullable=True),
        sa.CheckConstraint("(level = 'city') = (parent_code IS NULL)", name=op.f("ck_division_parent")),
        sa.CheckConstraint(
            "(west IS NULL AND south IS NULL AND east IS NULL AND north IS NULL) OR (west < east AND south < north)",
            name=op.f("ck_division_box"),
        ),
        sa.CheckConstraint(
            "ended_on IS NULL OR began_on IS NULL OR ended_on >= began_on", name=op.f("ck_division_days")
        ),
        sa.ForeignKeyConstraint(["parent_code"], ["division.code"], name=op.f("fk_division_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
    )
    op.create_index("ix_division_name", "division", ["name"], unique=False)
    op.create_index(op.f("ix_division_parent_code"), "division", ["parent_code"], unique=False)
    op.create_table(
        "lockout",
        sa.Column(
            "kind",
            sa.Enum("account", "address", name="lockkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("locked_at", Instant(), nullable=False),
        sa.Column("locked_until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_lockout")),
    )
    op.create_index(op.f("ix_lockout_locked_until"), "lockout", ["locked_until"], unique=False)
    op.create_table(
        "management_area",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_management_area")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("account", "address", name="lockkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_subject", "sign_in_failure", ["kind", "subject", "at"], unique=False)
    op.create_table(
        "authority",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_authority_division_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
        sa.UniqueConstraint("name", name=op.f("uq_authority_name")),
    )
    op.create_index(op.f("ix_authority_division_code"), "authority", ["division_code"], unique=False)
    op.create_table(
        "division_succession",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("successor_code", sa.String(length=12), nullable=False),
        sa.CheckConstraint("code <> successor_code", name=op.f("ck_division_succession_other")),
        sa.ForeignKeyConstraint(["code"], ["division.code"], name=op.f("fk_division_succession_code")),
        sa.ForeignKeyConstraint(
            ["successor_code"], ["division.code"], name=op.f("fk_division_succession_successor_code")
        ),
        sa.PrimaryKeyConstraint("code", "successor_code", name=op.f("pk_division_succession")),
    )
    op.create_index(
        op.f("ix_division_succession_successor_code"), "division_succession", ["successor_code"], unique=False
    )
    op.create_table(
        "management_area_division",
        sa.Column("area_code", sa.String(length=32), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_code"], ["management_area.code"], name=op.f("fk_management_area_division_area_code")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_management_area_division_division_code")
        ),
        sa.PrimaryKeyConstraint("area_code", "division_code", name=op.f("pk_management_area_division")),
    )
    op.create_index(
        op.f("ix_management_area_division_division_code"), "management_area_division", ["division_code"], unique=False
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "branch",
            sa.Enum(
                "business",
                "system",
                "security",
                "audit",
                name="branch",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "suspended",
                "built_in",
                name="accountstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("authority_id", sa.Uuid(), nullable=True),
        sa.Column("is_head", sa.Boolean(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_set_at", Instant(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("totp_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("totp_key_id", sa.String(length=8), nullable=True),
        sa.Column("totp_confirmed_at", Instant(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_signed_in_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("credit_code IS NULL OR branch = 'business'", name=op.f("ck_account_company")),
        sa.CheckConstraint("state <> 'built_in' OR password_hash IS NULL", name=op.f("ck_account_built_in")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_account_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_index(op.f("ix_account_authority_id"), "account", ["authority_id"], unique=False)
    op.create_index(op.f("ix_account_credit_code"), "account", ["credit_code"], unique=False)
    op.create_index("ix_account_name", "account", ["name"], unique=False)
    op.create_index("uq_account_branch", "account", ["id", "branch"], unique=True)
    op.create_index(
        "uq_account_head",
        "account",
        ["authority_id"],
        unique=True,
        sqlite_where=sa.text("is_head"),
        postgresql_where=sa.text("is_head"),
    )
    op.create_table(
        "deputy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column(
            "branch",
            sa.Enum(
                "business",
                "system",
                "security",
                "audit",
                name="branch",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("ended_on >= began_on", name=op.f("ck_deputy_days")),
        sa.CheckConstraint("principal_id <> deputy_id", name=op.f("ck_deputy_other")),
        sa.ForeignKeyConstraint(
            ["deputy_id", "branch"], ["account.id", "account.branch"], name="fk_deputy_deputy_branch"
        ),
        sa.ForeignKeyConstraint(
            ["principal_id", "branch"], ["account.id", "account.branch"], name="fk_deputy_principal_branch"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    op.create_index("ix_deputy_deputy_id", "deputy", ["deputy_id"], unique=False)
    op.create_index("ix_deputy_principal_id", "deputy", ["principal_id"], unique=False)
    op.create_table(
        "password_memory",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_password_memory_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_memory")),
    )
    op.create_index("ix_password_memory_account", "password_memory", ["account_id", "set_at"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "role_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "branch",
            sa.Enum(
                "business",
                "system",
                "security",
                "audit",
                name="branch",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "role",
            sa.Enum(
                "city_officer",
                "district_officer",
                "street_officer",
                "community_worker",
                "section_head",
                "director",
                "hall_clerk",
                "policy_editor",
                "company_user",
                "system_administrator",
                "security_administrator",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "scope_kind",
            sa.Enum(
                "division",
                "management_area",
                "company",
                name="scopekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("scope_code", sa.String(length=32), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(branch = 'business' AND role IN ('city_officer', 'district_officer', 'street_officer', 'community_worker', 'section_head', 'director', 'hall_clerk', 'policy_editor', 'company_user')) OR (branch = 'system' AND role IN ('system_administrator')) OR (branch = 'security' AND role IN ('security_administrator')) OR (branch = 'audit' AND role IN ('auditor'))",
            name=op.f("ck_role_assignment_separation"),
        ),
        sa.CheckConstraint(
            "(role = 'company_user') = (scope_kind = 'company')", name=op.f("ck_role_assignment_company_scope")
        ),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= began_on", name=op.f("ck_role_assignment_days")),
        sa.ForeignKeyConstraint(
            ["account_id", "branch"], ["account.id", "account.branch"], name="fk_role_assignment_account_branch"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_assignment")),
    )
    op.create_index("ix_role_assignment_account_id", "role_assignment", ["account_id"], unique=False)
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "second_factor",
                "enrol_second_factor",
                "new_password",
                "open",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_session_token_hash")),
    )
    op.create_index("ix_sign_in_session_expires_at", "sign_in_session", ["expires_at"], unique=False)
    op.create_index("ix_sign_in_session_open", "sign_in_session", ["account_id", "ended_at"], unique=False)
    separate_powers()
    close_trail()


def separate_powers() -> None:
    """Refuse roles and deputies of another branch than the account's, also to SQLite connections without foreign keys.

    PostgreSQL always enforces the composite foreign keys; SQLite only where a connection asks for them, so there
    triggers say the same once more.
    """
    if op.get_bind().dialect.name == "postgresql":
        return
    other_branch = "EXISTS (SELECT 1 FROM account WHERE id IN ({ids}) AND branch <> NEW.branch)"
    for table, ids in (("role_assignment", "NEW.account_id"), ("deputy", "NEW.principal_id, NEW.deputy_id")):
        for act in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER {table}_separation_{act.lower()} BEFORE {act} ON {table} "
                f"WHEN {other_branch.format(ids=ids)} BEGIN "
                f"SELECT RAISE(ABORT, 'powers are separated: {table} of another branch than the account'); END"
            )
    op.execute(
        "CREATE TRIGGER account_branch_for_life BEFORE UPDATE OF branch ON account WHEN OLD.branch <> NEW.branch BEGIN "
        "SELECT RAISE(ABORT, 'powers are separated: the branch of an account is for life'); END"
    )


def close_trail() -> None:
    """Refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE on the trail, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'the audit trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME;
            END $$
            """
        )
        for table in APPEND_ONLY:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
            )
        return
    for table in APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, 'the audit trail is append-only: {act} on {table} refused'); END"
            )


def downgrade() -> None:
    """Take it all back, the trail included: only for building, never on a register in use."""
    op.drop_table("sign_in_session")
    op.drop_table("role_assignment")
    op.drop_table("recovery_code")
    op.drop_table("password_memory")
    op.drop_table("deputy")
    op.drop_table("account")
    op.drop_table("management_area_division")
    op.drop_table("division_succession")
    op.drop_table("authority")
    op.drop_table("sign_in_failure")
    op.drop_table("management_area")
    op.drop_table("lockout")
    op.drop_table("division")
    op.drop_table("audit_seal")
    op.drop_table("audit_entry")
    op.drop_table("answered_form")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")
