"""The register: companies, people, estates, services, contracts, committees, notices, verification."""

import sqlalchemy as sa
from alembic import op

from regulator.foundation.database import Instant, Serial
from regulator.foundation.search import drop_index_ddl, index_ddl

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None

SEARCHES = ("company_search", "estate_search", "person_search")
TABLES = (
    "estate_counter",
    "person",
    "record_change",
    "register_state",
    "verification_round",
    "company",
    "estate",
    "person_certificate",
    "person_search",
    "verification_confirmation",
    "verification_district",
    "committee",
    "company_name",
    "company_search",
    "contract",
    "employment",
    "estate_key",
    "estate_name",
    "estate_search",
    "manager_assignment",
    "notice",
    "service",
    "committee_member",
    "company_link",
    "contract_dispute",
)
OVERLAPS = """
EXISTS (SELECT 1 FROM service AS s WHERE s.estate_id = NEW.estate_id AND s.id <> NEW.id
  AND s.retired_on IS NULL AND NEW.retired_on IS NULL
  AND coalesce(s.began_on, s.stated_for) <= coalesce(NEW.ended_on, '9999-12-31')
  AND coalesce(NEW.began_on, NEW.stated_for) <= coalesce(s.ended_on, '9999-12-31'))
"""


def upgrade() -> None:
    """Make the tables, their search indexes, and the guard against two services of one estate on one day."""
    _create_tables()
    dialect = op.get_bind().dialect.name
    for search in SEARCHES:
        for statement in index_ddl(search, dialect):
            op.execute(statement)
    for statement in _overlap_guard(dialect):
        op.execute(statement)
    op.execute("INSERT INTO register_state (id, nature, data_version) VALUES (1, 'undecided', 0)")


def downgrade() -> None:
    """Take everything away; the rows go with it."""
    dialect = op.get_bind().dialect.name
    for search in SEARCHES:
        for statement in drop_index_ddl(search, dialect):
            op.execute(statement)
    for table in reversed(TABLES):
        op.drop_table(table)


def _overlap_guard(dialect: str) -> list[str]:
    """Two services never overlap on one estate (物业管理条例 33)."""
    if dialect == "postgresql":
        period = "daterange(coalesce(began_on, stated_for), ended_on, '[]')"
        exclusion = f"EXCLUDE USING gist (estate_id WITH =, {period} WITH &&) WHERE (retired_on IS NULL)"
        return [
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            f"ALTER TABLE service ADD CONSTRAINT ex_service_overlap {exclusion}",
        ]
    return [
        f"CREATE TRIGGER service_overlap_{name} BEFORE {event} ON service WHEN {OVERLAPS}"
        " BEGIN SELECT RAISE(ABORT, 'service_overlap'); END"
        for name, event in (
            ("insert", "INSERT"),
            ("update", "UPDATE OF estate_id, began_on, stated_for, ended_on, retired_on"),
        )
    ]


def _create_tables() -> None:
    op.create_table(
        "estate_counter",
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("division_code", name=op.f("pk_estate_counter")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("id_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("id_key_id", sa.String(length=8), nullable=False),
        sa.Column("id_masked", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "sex",
            sa.Enum("female", "male", name="sex", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column(
            "education",
            sa.Enum(
                "junior_secondary",
                "senior_secondary",
                "junior_college",
                "bachelor",
                "master",
                "doctor",
                name="education",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "title",
            sa.Enum(
                "none",
                "junior",
                "intermediate",
                "senior",
                name="title",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "demo", "import", "typed", name="recordsource", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("id_hash", name=op.f("uq_person_id_hash")),
    )
    op.create_index(op.f("ix_person_batch_id"), "person", ["batch_id"], unique=False)
    op.create_index("ix_person_name_id", "person", ["name", "id"], unique=False)
    op.create_table(
        "record_change",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "committee",
                "company",
                "contract",
                "estate",
                "notice",
                "person",
                "service",
                name="subjectkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_username", sa.String(length=60), nullable=False),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("actor_role", sa.String(length=40), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_record_change")),
    )
    op.create_index("ix_record_change_batch_id", "record_change", ["batch_id"], unique=False)
    op.create_index("ix_record_change_subject", "record_change", ["subject_kind", "subject_id", "seq"], unique=False)
    op.create_table(
        "register_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "nature",
            sa.Enum(
                "demo", "real", "undecided", name="registernature", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("data_version", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_register_state_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_state")),
    )
    op.create_table(
        "verification_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("opened_by", sa.String(length=60), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by", sa.String(length=60), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_round")),
        sa.UniqueConstraint("number", name=op.f("uq_verification_round_number")),
    )
    op.create_table(
        "company",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=True),
        sa.Column("registration_kind", sa.String(length=60), nullable=True),
        sa.Column("legal_representative", sa.String(length=60), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("registered_capital", sa.BigInteger(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("registered_address", sa.String(length=300), nullable=True),
        sa.Column("office_address", sa.String(length=300), nullable=True),
        sa.Column("business_scope", sa.Text(), nullable=True),
        sa.Column("introduction", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "operating",
                "suspended",
                "cancelled",
                name="companystatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "declared_grade",
            sa.Enum(
                "grade_1",
                "grade_2",
                "grade_3",
                "grade_3_provisional",
                "other",
                "ungraded",
                name="declaredgrade",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("declared_grade_text", sa.String(length=60), nullable=True),
        sa.Column("declared_certificate", sa.String(length=60), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "demo", "import", "typed", name="recordsource", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(credit_code) = 18", name=op.f("ck_company_credit_code")),
        sa.CheckConstraint(
            "registered_capital IS NULL OR registered_capital >= 0", name=op.f("ck_company_registered_capital")
        ),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_company_division_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_company_credit_code")),
    )
    op.create_index(op.f("ix_company_batch_id"), "company", ["batch_id"], unique=False)
    op.create_index("ix_company_division_code_credit_code", "company", ["division_code", "credit_code"], unique=False)
    op.create_index("ix_company_name_credit_code", "company", ["name", "credit_code"], unique=False)
    op.create_index("ix_company_updated_at", "company", ["updated_at"], unique=False)
    op.create_table(
        "estate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
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
        sa.Column("kind_assumed", sa.Boolean(), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "under_construction",
                "occupied",
                "demolished",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("condition_assumed", sa.Boolean(), nullable=False),
        sa.Column("condition_since", sa.Date(), nullable=True),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("to_be_placed", sa.Boolean(), nullable=False),
        sa.Column("community_as_stated", sa.String(length=100), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("floor_area", sa.BigInteger(), nullable=True),
        sa.Column("area_multi_storey", sa.BigInteger(), nullable=True),
        sa.Column("area_high_rise", sa.BigInteger(), nullable=True),
        sa.Column("area_villa", sa.BigInteger(), nullable=True),
        sa.Column("area_other", sa.BigInteger(), nullable=True),
        sa.Column("site_area", sa.BigInteger(), nullable=True),
        sa.Column("buildings", sa.Integer(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("completion_year", sa.Integer(), nullable=True),
        sa.Column(
            "ownership",
            sa.Enum(
                "commodity",
                "reformed",
                "public",
                "indemnificatory",
                "mixed",
                name="ownership",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("facilities", sa.Text(), nullable=True),
        sa.Column("duty_phone", sa.String(length=40), nullable=True),
        sa.Column("owning_unit", sa.String(length=200), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "demo", "import", "typed", name="recordsource", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name=op.f("ck_estate_point")),
        sa.CheckConstraint("floor_area IS NULL OR floor_area >= 0", name=op.f("ck_estate_floor_area")),
        sa.CheckConstraint("households IS NULL OR households >= 0", name=op.f("ck_estate_households")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_estate_division_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estate")),
        sa.UniqueConstraint("code", name=op.f("uq_estate_code")),
    )
    op.create_index(op.f("ix_estate_batch_id"), "estate", ["batch_id"], unique=False)
    op.create_index("ix_estate_division_code_code", "estate", ["division_code", "code"], unique=False)
    op.create_index("ix_estate_lat_lon", "estate", ["lat", "lon"], unique=False)
    op.create_index("ix_estate_name_code", "estate", ["name", "code"], unique=False)
    op.create_index("ix_estate_to_be_placed", "estate", ["to_be_placed", "code"], unique=False)
    op.create_index("ix_estate_updated_at", "estate", ["updated_at"], unique=False)
    op.create_table(
        "person_certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_certificate_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_certificate")),
    )
    op.create_index(
        "uq_person_certificate_person_id_number", "person_certificate", ["person_id", "number"], unique=True
    )
    op.create_table(
        "person_search",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["person.id"], name=op.f("fk_person_search_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_person_search")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_person_search_subject_id")),
    )
    op.create_table(
        "verification_confirmation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column(
            "subject_kind",
            sa.Enum(
                "committee",
                "company",
                "contract",
                "estate",
                "notice",
                "person",
                "service",
                name="subjectkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_key", sa.String(length=60), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["verification_round.id"],
            name=op.f("fk_verification_confirmation_round_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_confirmation")),
    )
    op.create_index(
        "ix_verification_confirmation_place", "verification_confirmation", ["round_id", "division_code"], unique=False
    )
    op.create_index(
        "uq_verification_confirmation_subject",
        "verification_confirmation",
        ["round_id", "subject_kind", "subject_id"],
        unique=True,
    )
    op.create_table(
        "verification_district",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=60), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("fk_verification_district_division_code")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["verification_round.id"], name=op.f("fk_verification_district_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "division_code", name=op.f("pk_verification_district")),
    )
    op.create_table(
        "committee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("elected_on", sa.Date(), nullable=True),
        sa.Column("term_began_on", sa.Date(), nullable=False),
        sa.Column("term_ended_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("filing_number", sa.String(length=60), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "demo", "import", "typed", name="recordsource", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("term_ended_on IS NULL OR term_ended_on >= term_began_on", name=op.f("ck_committee_days")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_committee_estate_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee")),
    )
    op.create_index(op.f("ix_committee_batch_id"), "committee", ["batch_id"], unique=False)
    op.create_index("ix_committee_estate_id", "committee", ["estate_id"], unique=False)
    op.create_table(
        "company_name",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("alias", "former", name="namekind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_name_company_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_name")),
    )
    op.create_index(op.f("ix_company_name_name"), "company_name", ["name"], unique=False)
    op.create_index("uq_company_name_company_id_name", "company_name", ["company_id", "name"], unique=True)
    op.create_table(
        "company_search",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["company.id"], name=op.f("fk_company_search_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_company_search")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_company_search_subject_id")),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "preliminary",
                "ordinary",
                "interim",
                name="contractkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("fee", sa.Integer(), nullable=True),
        sa.Column("service_level", sa.String(length=60), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "demo", "import", "typed", name="recordsource", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= began_on", name=op.f("ck_contract_days")),
        sa.CheckConstraint("fee IS NULL OR fee >= 0", name=op.f("ck_contract_fee")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_contract_company_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_contract_estate_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
    )
    op.create_index(op.f("ix_contract_batch_id"), "contract", ["batch_id"], unique=False)
    op.create_index("ix_contract_company_id_ended_on", "contract", ["company_id", "ended_on"], unique=False)
    op.create_index("ix_contract_ended_on", "contract", ["ended_on"], unique=False)
    op.create_index(
        "uq_contract_estate_company_began", "contract", ["estate_id", "company_id", "began_on"], unique=True
    )
    op.create_table(
        "employment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=True),
        sa.Column("is_head_of_post", sa.Boolean(), nullable=True),
        sa.Column("is_full_time", sa.Boolean(), nullable=True),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ended_on IS NULL OR began_on IS NULL OR ended_on >= began_on", name=op.f("ck_employment_days")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_employment_company_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_employment_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment")),
    )
    op.create_index(op.f("ix_employment_batch_id"), "employment", ["batch_id"], unique=False)
    op.create_index("ix_employment_company_id_ended_on", "employment", ["company_id", "ended_on"], unique=False)
    op.create_index("ix_employment_person_id", "employment", ["person_id"], unique=False)
    op.create_table(
        "estate_key",
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_estate_key_estate_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("division_code", "name", name=op.f("pk_estate_key")),
    )
    op.create_index(op.f("ix_estate_key_estate_id"), "estate_key", ["estate_id"], unique=False)
    op.create_table(
        "estate_name",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("alias", "former", name="namekind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["estate_id"], ["estate.id"], name=op.f("fk_estate_name_estate_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estate_name")),
    )
    op.create_index(op.f("ix_estate_name_name"), "estate_name", ["name"], unique=False)
    op.create_index("uq_estate_name_estate_id_name", "estate_name", ["estate_id", "name"], unique=True)
    op.create_table(
        "estate_search",
        sa.Column("seq", Serial, autoincrement=True, nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["estate.id"], name=op.f("fk_estate_search_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_estate_search")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_estate_search_subject_id")),
    )
    op.create_table(
        "manager_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ended_on IS NULL OR began_on IS NULL OR ended_on >= began_on", name=op.f("ck_manager_assignment_days")
        ),
        sa.ForeignKeyConstraint(
            ["estate_id"], ["estate.id"], name=op.f("fk_manager_assignment_estate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_manager_assignment_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manager_assignment")),
    )
    op.create_index("ix_manager_assignment_estate_id", "manager_assignment", ["estate_id"], unique=False)
    op.create_index("ix_manager_assignment_person_id", "manager_assignment", ["person_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "dismissal",
                "renewal_intended",
                "renewal_refused",
                "continued_service_ended",
                name="noticekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "given_by",
            sa.Enum("company", "owners", name="party", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("document_number", sa.String(length=120), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "demo", "import", "typed", name="recordsource", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_notice_company_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_notice_estate_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_batch_id"), "notice", ["batch_id"], unique=False)
    op.create_index("ix_notice_company_id", "notice", ["company_id"], unique=False)
    op.create_index("ix_notice_dated_on", "notice", ["dated_on"], unique=False)
    op.create_index("ix_notice_estate_id", "notice", ["estate_id"], unique=False)
    op.create_table(
        "service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "professional",
                "unit_logistics",
                "community_custody",
                "owners_self",
                "interim_custody",
                "abandoned",
                "none",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("company_spelling", sa.String(length=200), nullable=True),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("stated_for", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column(
            "recorded_basis",
            sa.Enum(
                "handover", "emergency", name="recordedbasis", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("basis_document", sa.String(length=120), nullable=True),
        sa.Column("fee", sa.Integer(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "demo", "import", "typed", name="recordsource", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("retired_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode NOT IN ('abandoned', 'none') OR company_id IS NULL", name=op.f("ck_service_company")),
        sa.CheckConstraint(
            "mode NOT IN ('abandoned', 'none') OR recorded_basis IS NULL", name=op.f("ck_service_basis")
        ),
        sa.CheckConstraint("began_on IS NOT NULL OR stated_for IS NOT NULL", name=op.f("ck_service_known_from")),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= coalesce(began_on, stated_for)", name=op.f("ck_service_days")
        ),
        sa.CheckConstraint("fee IS NULL OR fee >= 0", name=op.f("ck_service_fee")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_service_company_id")),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_service_estate_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    op.create_index(op.f("ix_service_batch_id"), "service", ["batch_id"], unique=False)
    op.create_index("ix_service_company_id_ended_on", "service", ["company_id", "ended_on"], unique=False)
    op.create_index("ix_service_estate_id_ended_on", "service", ["estate_id", "ended_on"], unique=False)
    op.create_index(
        "uq_service_open",
        "service",
        ["estate_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL AND retired_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL AND retired_on IS NULL"),
    )
    op.create_table(
        "committee_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("committee_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_committee_member_committee_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_member")),
    )
    op.create_index("ix_committee_member_committee_id", "committee_member", ["committee_id"], unique=False)
    op.create_table(
        "company_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("spelling", sa.String(length=200), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("proof_credit_code", sa.String(length=18), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "confirmed",
                "rejected",
                name="settlementstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=60), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_company_link_company_id")),
        sa.ForeignKeyConstraint(
            ["estate_id"], ["estate.id"], name=op.f("fk_company_link_estate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_company_link_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_link")),
    )
    op.create_index(op.f("ix_company_link_batch_id"), "company_link", ["batch_id"], unique=False)
    op.create_index("ix_company_link_spelling", "company_link", ["spelling"], unique=False)
    op.create_index("ix_company_link_state", "company_link", ["state", "id"], unique=False)
    op.create_index("uq_company_link_service_id", "company_link", ["service_id"], unique=True)
    op.create_table(
        "contract_dispute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("estate_id", sa.Uuid(), nullable=False),
        sa.Column("earlier_contract_id", sa.Uuid(), nullable=False),
        sa.Column("later_contract_id", sa.Uuid(), nullable=False),
        sa.Column("overlap_from", sa.Date(), nullable=False),
        sa.Column("overlap_to", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "confirmed",
                "rejected",
                name="settlementstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=60), nullable=True),
        sa.Column("settlement", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["earlier_contract_id"],
            ["contract.id"],
            name=op.f("fk_contract_dispute_earlier_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["estate_id"], ["estate.id"], name=op.f("fk_contract_dispute_estate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["later_contract_id"],
            ["contract.id"],
            name=op.f("fk_contract_dispute_later_contract_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_dispute")),
    )
    op.create_index(op.f("ix_contract_dispute_batch_id"), "contract_dispute", ["batch_id"], unique=False)
    op.create_index("ix_contract_dispute_estate_id", "contract_dispute", ["estate_id"], unique=False)
    op.create_index("ix_contract_dispute_state", "contract_dispute", ["state", "id"], unique=False)
    op.create_index(
        "uq_contract_dispute_pair", "contract_dispute", ["earlier_contract_id", "later_contract_id"], unique=True
    )
