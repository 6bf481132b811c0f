"""Roles, permissions, the table between them; states of accounts and sessions. Pure; who holds what is in tables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Permission(StrEnum):
    """One act or look a role may have. A view names one; where it holds is the scope of the same assignment."""

    ACCOUNTS_MANAGE = "accounts_manage"
    ACCOUNTS_VIEW = "accounts_view"
    APPLICATIONS_DECIDE = "applications_decide"
    APPLICATIONS_EXAMINE = "applications_examine"
    APPLICATIONS_RECEIVE = "applications_receive"
    AUDIT_SEARCH = "audit_search"
    AUTHORITIES_MANAGE = "authorities_manage"
    BOUNDARIES_LOAD = "boundaries_load"
    CALENDAR_MANAGE = "calendar_manage"
    CERTIFICATES_RECORD = "certificates_record"
    COMMITTEES_EDIT = "committees_edit"
    COMMITTEES_VIEW = "committees_view"
    COMPANIES_EDIT = "companies_edit"
    COMPANIES_VIEW = "companies_view"
    CONTRACTS_EDIT = "contracts_edit"
    CONTRACTS_VIEW = "contracts_view"
    COUNTING_RULE_SET = "counting_rule_set"
    COVERAGE_VIEW = "coverage_view"
    CUSTODIANS_EDIT = "custodians_edit"
    CUSTODIANS_VIEW = "custodians_view"
    DEPUTIES_NAME = "deputies_name"
    DIVISIONS_MANAGE = "divisions_manage"
    DUTY_SET = "duty_set"
    DUTY_VIEW = "duty_view"
    ESTATES_EDIT = "estates_edit"
    ESTATES_VIEW = "estates_view"
    FILES_ARCHIVE = "files_archive"
    FILES_VIEW = "files_view"
    GEODATA_EXCHANGE = "geodata_exchange"
    HANDOVERS_DRAW_UP = "handovers_draw_up"
    HISTORY_VIEW = "history_view"
    IMPORTS_RUN = "imports_run"
    IMPORTS_UNDO = "imports_undo"
    LICENSING_DECIDE = "licensing_decide"
    LICENSING_VIEW = "licensing_view"
    LINKS_CONFIRM = "links_confirm"
    LOCKOUTS_MANAGE = "lockouts_manage"
    MATTERS_ASSIGN = "matters_assign"
    MATTERS_HANDLE = "matters_handle"
    MATTERS_SUPERVISE = "matters_supervise"
    MATTERS_VIEW = "matters_view"
    NOTICES_RECORD = "notices_record"
    OFFICE_DESK = "office_desk"
    OUTSIDE_FACTS_RECORD = "outside_facts_record"
    OWN_ACCOUNT = "own_account"
    OWN_APPLICATIONS = "own_applications"
    OWN_CHANGES = "own_changes"
    OWN_COMPANY_VIEW = "own_company_view"
    OWN_PAPERS_VIEW = "own_papers_view"
    PAPERS_DELIVER = "papers_deliver"
    PAPERS_DRAFT = "papers_draft"
    PAPERS_EXAMINE = "papers_examine"
    PAPERS_SIGN = "papers_sign"
    PAPERS_VIEW = "papers_view"
    PAPERS_WITHDRAW = "papers_withdraw"
    PAPER_SETTINGS = "paper_settings"
    PEOPLE_EDIT = "people_edit"
    PEOPLE_REVEAL = "people_reveal"
    PEOPLE_VIEW = "people_view"
    RECORDS_CONFIRM = "records_confirm"
    RECORDS_RETIRE = "records_retire"
    REGISTER_VIEW = "register_view"
    ROLES_GRANT = "roles_grant"
    RULE_SETS_MANAGE = "rule_sets_manage"
    SERVICES_EDIT = "services_edit"
    SERVICES_VIEW = "services_view"
    SESSIONS_END = "sessions_end"
    SURVEYS_ANSWER = "surveys_answer"
    SURVEYS_OPEN = "surveys_open"
    TARGETS_SET = "targets_set"
    VERIFICATION_CONFIRM = "verification_confirm"
    VERIFICATION_OPEN = "verification_open"
    VERIFICATION_VIEW = "verification_view"
    WINDOW_DESK = "window_desk"
    WORKLISTS_VIEW = "worklists_view"
    ZONES_EDIT = "zones_edit"
    ZONES_VIEW = "zones_view"


class Role(StrEnum):
    """A named set of permissions. The last three exclude each other and hold no business rights (三员分立)."""

    CITY_OFFICER = "city_officer"
    DISTRICT_OFFICER = "district_officer"
    STREET_OFFICER = "street_officer"
    COMMUNITY_WORKER = "community_worker"
    SECTION_HEAD = "section_head"
    DIRECTOR = "director"
    HALL_CLERK = "hall_clerk"
    POLICY_EDITOR = "policy_editor"
    COMPANY_USER = "company_user"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDITOR = "auditor"


class Branch(StrEnum):
    """To which of the separated powers an account belongs, for its whole life (三员分立)."""

    BUSINESS = "business"
    SYSTEM = "system"
    SECURITY = "security"
    AUDIT = "audit"


class ScopeKind(StrEnum):
    """What the code of an assignment's scope names."""

    DIVISION = "division"
    MANAGEMENT_AREA = "management_area"
    COMPANY = "company"


class AccountState(StrEnum):
    """Whether an account may sign in. `built_in` accounts act from the command line only."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    BUILT_IN = "built_in"


class Stage(StrEnum):
    """How far a sign-in has come; only an `open` session reaches a desk."""

    SECOND_FACTOR = "second_factor"
    ENROL_SECOND_FACTOR = "enrol_second_factor"
    NEW_PASSWORD = "new_password"  # noqa: S105 - a stage's name, not a secret
    OPEN = "open"


class LockKind(StrEnum):
    """What a lockout holds back."""

    ACCOUNT = "account"
    ADDRESS = "address"


class Portal(StrEnum):
    """The desks of signed-in people, by the first part of their addresses."""

    OFFICE = "office"
    WINDOW = "window"
    COMPANY = "company"
    ADMIN = "admin"

    @property
    def path(self) -> str:
        """Where the desk begins, such as `/office/`."""
        return f"/{self.value}/"


class AccountAct(StrEnum):
    """What the trail calls the acts on accounts."""

    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_RESUMED = "account.resumed"
    ACCOUNT_SUSPENDED = "account.suspended"
    AUTHORITY_ADDED = "authority.added"
    DEPUTY_ENDED = "deputy.ended"
    DEPUTY_NAMED = "deputy.named"
    FIRST_PASSWORD_SET = "account.first_password_set"  # noqa: S105 - an act's name, not a secret
    LOCKOUT_BEGAN = "lockout.began"
    LOCKOUT_CLEARED = "lockout.cleared"
    PASSWORD_CHANGED = "account.password_changed"  # noqa: S105 - an act's name, not a secret
    RECOVERY_CODE_USED = "account.recovery_code_used"
    ROLE_ENDED = "role.ended"
    ROLE_GRANTED = "role.granted"
    SECOND_FACTOR_FAILED = "account.second_factor_failed"
    SECOND_FACTOR_RESET = "account.second_factor_reset"
    SECOND_FACTOR_SET = "account.second_factor_set"
    SESSIONS_ENDED = "session.all_ended"
    SESSION_ENDED = "session.ended"
    SIGNED_IN = "account.signed_in"
    SIGNED_OUT = "account.signed_out"
    SIGN_IN_FAILED = "account.sign_in_failed"


class AccountSubject(StrEnum):
    """What the acts on accounts, the territory and the trail itself are about."""

    ACCOUNT = "account"
    AUDIT = "audit"
    AUTHORITY = "authority"
    DIVISION = "division"
    LOCKOUT = "lockout"
    MANAGEMENT_AREA = "management_area"


UNLABELLED = (Permission, Portal, ScopeKind, Stage)
"""Never shown to people by their codes."""

P = Permission
_LOOKS = frozenset(
    {
        P.COMMITTEES_VIEW,
        P.COMPANIES_VIEW,
        P.CONTRACTS_VIEW,
        P.ESTATES_VIEW,
        P.OWN_ACCOUNT,
        P.PEOPLE_VIEW,
        P.REGISTER_VIEW,
        P.SERVICES_VIEW,
    }
)
_OFFICE_LOOKS = _LOOKS | {
    P.COVERAGE_VIEW,
    P.CUSTODIANS_VIEW,
    P.DUTY_VIEW,
    P.HISTORY_VIEW,
    P.LICENSING_VIEW,
    P.MATTERS_VIEW,
    P.OFFICE_DESK,
    P.VERIFICATION_VIEW,
    P.WORKLISTS_VIEW,
}
_ESTATE_WORK = frozenset({P.COMMITTEES_EDIT, P.ESTATES_EDIT, P.NOTICES_RECORD, P.RECORDS_CONFIRM, P.SERVICES_EDIT})
_OFFICER_WORK = _ESTATE_WORK | {
    P.CERTIFICATES_RECORD,
    P.COMPANIES_EDIT,
    P.CONTRACTS_EDIT,
    P.IMPORTS_RUN,
    P.IMPORTS_UNDO,
    P.LINKS_CONFIRM,
    P.OUTSIDE_FACTS_RECORD,
    P.PEOPLE_EDIT,
    P.PEOPLE_REVEAL,
    P.RECORDS_RETIRE,
    P.VERIFICATION_CONFIRM,
}
_COMMUNITY_CARE = frozenset({P.CUSTODIANS_EDIT, P.SURVEYS_ANSWER})
_STREET_CARE = _COMMUNITY_CARE | {P.SURVEYS_OPEN, P.ZONES_EDIT}
_STREET_LOOKS = _OFFICE_LOOKS | {P.FILES_VIEW, P.PAPERS_VIEW, P.ZONES_VIEW}
_HANDLING = frozenset({P.FILES_ARCHIVE, P.MATTERS_HANDLE, P.PAPERS_DELIVER, P.PAPERS_DRAFT})
_LEADING = frozenset({P.DUTY_SET, P.HANDOVERS_DRAW_UP, P.MATTERS_ASSIGN, P.MATTERS_HANDLE, P.MATTERS_SUPERVISE})

PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.CITY_OFFICER: _STREET_LOOKS
        | _OFFICER_WORK
        | _HANDLING
        | {P.APPLICATIONS_DECIDE, P.BOUNDARIES_LOAD, P.COUNTING_RULE_SET, P.GEODATA_EXCHANGE, P.LICENSING_DECIDE}
        | {P.TARGETS_SET, P.VERIFICATION_OPEN},
        Role.DISTRICT_OFFICER: _STREET_LOOKS
        | _OFFICER_WORK
        | _STREET_CARE
        | _HANDLING
        | {P.APPLICATIONS_EXAMINE, P.APPLICATIONS_RECEIVE, P.GEODATA_EXCHANGE, P.TARGETS_SET},
        Role.STREET_OFFICER: _STREET_LOOKS | _ESTATE_WORK | _STREET_CARE | _HANDLING | {P.LINKS_CONFIRM, P.IMPORTS_RUN},
        Role.COMMUNITY_WORKER: _OFFICE_LOOKS | _COMMUNITY_CARE | {P.MATTERS_HANDLE, P.RECORDS_CONFIRM},
        Role.SECTION_HEAD: _STREET_LOOKS
        | _OFFICER_WORK
        | _HANDLING
        | _LEADING
        | {P.APPLICATIONS_EXAMINE, P.PAPERS_EXAMINE},
        Role.DIRECTOR: _STREET_LOOKS
        | _LEADING
        | {P.APPLICATIONS_DECIDE, P.LICENSING_DECIDE, P.PAPERS_SIGN, P.PAPERS_WITHDRAW, P.PEOPLE_REVEAL}
        | {P.VERIFICATION_OPEN},
        Role.HALL_CLERK: _LOOKS | {P.APPLICATIONS_RECEIVE, P.WINDOW_DESK},
        Role.POLICY_EDITOR: _OFFICE_LOOKS - {P.CUSTODIANS_VIEW, P.PEOPLE_VIEW},
        Role.COMPANY_USER: frozenset(
            {P.OWN_ACCOUNT, P.OWN_APPLICATIONS, P.OWN_CHANGES, P.OWN_COMPANY_VIEW, P.OWN_PAPERS_VIEW}
        ),
        Role.SYSTEM_ADMINISTRATOR: frozenset(
            {
                P.ACCOUNTS_MANAGE,
                P.ACCOUNTS_VIEW,
                P.AUTHORITIES_MANAGE,
                P.CALENDAR_MANAGE,
                P.DIVISIONS_MANAGE,
                P.OWN_ACCOUNT,
                P.PAPER_SETTINGS,
                P.RULE_SETS_MANAGE,
            }
        ),
        Role.SECURITY_ADMINISTRATOR: frozenset(
            {P.ACCOUNTS_VIEW, P.DEPUTIES_NAME, P.LOCKOUTS_MANAGE, P.OWN_ACCOUNT, P.ROLES_GRANT, P.SESSIONS_END}
        ),
        Role.AUDITOR: frozenset({P.AUDIT_SEARCH, P.OWN_ACCOUNT}),
    }
)

BRANCHES: Mapping[Role, Branch] = MappingProxyType(
    {
        **dict.fromkeys(Role, Branch.BUSINESS),
        Role.SYSTEM_ADMINISTRATOR: Branch.SYSTEM,
        Role.SECURITY_ADMINISTRATOR: Branch.SECURITY,
        Role.AUDITOR: Branch.AUDIT,
    }
)

PORTALS: Mapping[Role, Portal] = MappingProxyType(
    {
        **dict.fromkeys(Role, Portal.OFFICE),
        Role.HALL_CLERK: Portal.WINDOW,
        Role.COMPANY_USER: Portal.COMPANY,
        Role.SYSTEM_ADMINISTRATOR: Portal.ADMIN,
        Role.SECURITY_ADMINISTRATOR: Portal.ADMIN,
        Role.AUDITOR: Portal.ADMIN,
    }
)

SECOND_FACTOR_ROLES = frozenset(
    {
        Role.SECTION_HEAD,
        Role.DIRECTOR,
        Role.SYSTEM_ADMINISTRATOR,
        Role.SECURITY_ADMINISTRATOR,
        Role.AUDITOR,
    }
)
"""Roles that approve or administer: they sign in with a second factor where the setting asks for it."""

IMPORT_USERNAME = "system-import"
"""The built-in account the command line acts as without `--as`; it cannot sign in."""
IMPORT_NAME = "系统导入"
