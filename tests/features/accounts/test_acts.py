"""Acts on accounts on both databases: roles with days and scopes, deputies, lists, forgetting."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts import actions, lists, queries
from regulator.features.accounts.models import SignInSession
from regulator.features.accounts.terms import IMPORT_USERNAME, AccountState, Permission, Role
from regulator.features.audit import actions as audit
from regulator.features.audit import queries as trail
from regulator.features.audit.terms import Actor
from regulator.features.divisions.terms import Scope
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput, Conflict, Forbidden, NotFound, StaleVersion
from tests.factories.accounts import HERE, NOW, TODAY, enter, make_account

SYSTEM = Actor.system()
SHENHE, HEPING, CITY = "210103", "210102", "210100"


def grant(username: str, role: Role, scope: str, **days: date | None) -> None:
    with transaction():
        actions.grant_role(
            queries.get_account(username),
            role,
            scope,
            began_on=days.get("began_on") or TODAY,
            ended_on=days.get("ended_on"),
            is_company=lambda code: code.startswith("91"),
            actor=SYSTEM,
            now=NOW,
        )


# --- roles, scopes, deputies ---


def test_permission_and_scope_belong_to_the_same_role(session: Session) -> None:
    account = make_account("wang", (Role.DISTRICT_OFFICER, SHENHE), (Role.COMMUNITY_WORKER, HEPING))
    held = queries.list_held(account.id, on=TODAY)
    editing = Scope.union(item.scope for item in held if Permission.COMPANIES_EDIT in item.permissions)
    looking = Scope.union(item.scope for item in held if Permission.COMPANIES_VIEW in item.permissions)
    assert editing.covers(SHENHE)
    assert not editing.covers(HEPING)
    assert looking.covers(SHENHE)
    assert looking.covers(HEPING)


def test_a_role_holds_from_its_first_to_its_last_day(session: Session) -> None:
    account = make_account("wang")
    grant("wang", Role.DISTRICT_OFFICER, SHENHE, began_on=TODAY, ended_on=TODAY + timedelta(days=1))
    held = [len(queries.list_held(account.id, on=TODAY + timedelta(days=day))) for day in (-1, 0, 1, 2)]
    assert held == [0, 1, 1, 0]


def test_a_management_area_and_a_company_are_scopes(session: Session) -> None:
    from regulator.features.divisions.actions import set_management_area

    officer, user = make_account("wang"), make_account("li")
    with transaction():
        set_management_area("SY-GX", "高新区", [SHENHE], actor=SYSTEM, now=NOW)
    grant("wang", Role.DISTRICT_OFFICER, "SY-GX")
    grant("li", Role.COMPANY_USER, "91210103MA10000151")
    assert queries.list_held(officer.id, on=TODAY)[0].scope.covers("210103001")
    assert queries.list_held(user.id, on=TODAY)[0].scope.credit_code == "91210103MA10000151"
    with pytest.raises(Conflict, match="other_company"):
        grant("li", Role.COMPANY_USER, "91210103MA10000232")
    with pytest.raises(BadInput, match="scope_unknown"):
        grant("wang", Role.DISTRICT_OFFICER, "219999")
    with pytest.raises(BadInput, match="scope_unknown"):
        grant("wang", Role.COMPANY_USER, SHENHE)


def test_powers_are_separated_in_words_before_the_database_has_to(session: Session) -> None:
    make_account("guanli", (Role.SYSTEM_ADMINISTRATOR, CITY))
    for role in (Role.AUDITOR, Role.SECURITY_ADMINISTRATOR, Role.CITY_OFFICER):
        with pytest.raises(Conflict, match="branch_separated"):
            grant("guanli", role, CITY)


def test_nobody_grants_to_themselves(session: Session) -> None:
    account = make_account("anquan", (Role.SECURITY_ADMINISTRATOR, CITY))
    own = Actor(account.id, "anquan", "Anquan", "security_administrator", "沈阳市", None)
    with pytest.raises(Conflict, match="own_account"), transaction():
        actions.grant_role(
            account, Role.SECURITY_ADMINISTRATOR, CITY, began_on=TODAY, ended_on=None,
            is_company=lambda _code: False, actor=own, now=NOW,
        )  # fmt: skip


def test_a_deputy_holds_the_principals_roles_on_just_the_days_named(session: Session) -> None:
    chief = make_account("chief", (Role.DISTRICT_OFFICER, SHENHE))
    deputy = make_account("deputy", (Role.POLICY_EDITOR, HEPING))
    last = TODAY + timedelta(days=2)
    with transaction():
        actions.name_deputy(chief, deputy, began_on=TODAY, ended_on=last, reason="休假", actor=SYSTEM, now=NOW)
    held = queries.list_held(deputy.id, on=TODAY)
    assert [(item.role, item.deputy_for) for item in held] == [
        (Role.POLICY_EDITOR, None),
        (Role.DISTRICT_OFFICER, "chief"),
    ]
    acting = queries.actor_of(deputy.id, "deputy", "Deputy", held[1:], None)
    assert (acting.deputy_for, acting.role, acting.scope) == ("chief", "district_officer", "沈河区")
    assert queries.actor_of(deputy.id, "deputy", "Deputy", held, None).deputy_for is None
    days = [len(queries.list_held(deputy.id, on=TODAY + timedelta(days=day))) for day in (-1, 0, 2, 3)]
    assert days == [1, 2, 2, 1]
    with pytest.raises(Conflict, match="deputy_present"), transaction():
        actions.name_deputy(chief, deputy, began_on=last, ended_on=last, reason="x", actor=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("place", "scope", "deputy_for"),
    [
        pytest.param("210103005001", "沈河区", "chief", id="in-the-principals-district"),
        pytest.param("210102001", "和平区", None, id="in-their-own"),
        pytest.param("210104", "和平区、沈河区", None, id="in-neither"),
        pytest.param(None, "和平区、沈河区", None, id="nowhere"),
    ],
)
def test_the_place_of_an_act_says_whether_somebody_stood_in(
    session: Session, place: str | None, scope: str, deputy_for: str | None
) -> None:
    chief = make_account("chief", (Role.DISTRICT_OFFICER, SHENHE))
    deputy = make_account("deputy", (Role.DISTRICT_OFFICER, HEPING))
    with transaction():
        actions.name_deputy(chief, deputy, began_on=TODAY, ended_on=TODAY, reason="休假", actor=SYSTEM, now=NOW)
    actor = queries.actor_of(deputy.id, "deputy", "Deputy", queries.list_held(deputy.id, on=TODAY), None)
    with transaction():
        audit.record(actor, "estate.corrected", "estate", "E", now=NOW, division_code=place)
    entry = trail.list_history("estate", "E").items[0]
    assert (entry.role, entry.scope, entry.deputy_for) == ("district_officer", scope, deputy_for)


def test_a_deputy_of_a_suspended_principal_holds_nothing_of_theirs(session: Session) -> None:
    chief, deputy = make_account("chief", (Role.DISTRICT_OFFICER, SHENHE)), make_account("deputy")
    with transaction():
        actions.name_deputy(chief, deputy, began_on=TODAY, ended_on=TODAY, reason="休假", actor=SYSTEM, now=NOW)
    with transaction():
        actions.suspend_account(queries.get_account("chief"), reason="调离", actor=SYSTEM, now=NOW)
    assert queries.list_held(deputy.id, on=TODAY) == ()


def test_deputies_stay_within_their_branch_and_are_never_oneself(session: Session) -> None:
    chief, auditor = make_account("chief"), make_account("shenji", (Role.AUDITOR, CITY))
    for other, code in ((auditor, "branch_separated"), (chief, "deputy_is_principal")):
        with pytest.raises(Conflict, match=code), transaction():
            actions.name_deputy(chief, other, began_on=TODAY, ended_on=TODAY, reason="x", actor=SYSTEM, now=NOW)


def test_a_deputys_time_can_be_cut_short(session: Session) -> None:
    chief, deputy = make_account("chief", (Role.DISTRICT_OFFICER, SHENHE)), make_account("deputy")
    with transaction():
        last = TODAY + timedelta(days=9)
        row = actions.name_deputy(chief, deputy, began_on=TODAY, ended_on=last, reason="x", actor=SYSTEM, now=NOW)
    with transaction():
        row = lists.get_deputy(chief.id, row.id)
        actions.end_deputy(row, chief, last_day=TODAY - timedelta(days=1), actor=SYSTEM, now=NOW)
    assert queries.list_held(deputy.id, on=TODAY) == ()
    assert lists.list_deputed(chief.id) == []


def test_the_command_line_acts_as_somebody_or_as_the_built_in_account(session: Session) -> None:
    make_account("wang", (Role.DISTRICT_OFFICER, SHENHE))
    make_account("anquan", (Role.SECURITY_ADMINISTRATOR, CITY))
    with transaction():
        actions.create_built_in(IMPORT_USERNAME, "系统导入", actor=SYSTEM, now=NOW)
    own = queries.command_line_capacity("wang", Permission.IMPORTS_RUN, on=TODAY)
    assert (own.actor.username, own.scope.label) == ("wang", "沈河区")
    built_in = queries.command_line_capacity(None, Permission.IMPORTS_RUN, on=TODAY)
    assert built_in.actor.username == IMPORT_USERNAME
    assert built_in.scope.covers("210102001001")
    with pytest.raises(Forbidden):
        queries.command_line_capacity("anquan", Permission.IMPORTS_RUN, on=TODAY)
    with pytest.raises(NotFound):
        queries.command_line_capacity("nobody", Permission.IMPORTS_RUN, on=TODAY)


# --- lists, corrections, forgetting ---


def test_the_list_finds_and_narrows_and_pages(session: Session) -> None:
    for number in range(5):
        make_account(f"wang{number}", (Role.DISTRICT_OFFICER, SHENHE))
    make_account("shenji", (Role.AUDITOR, CITY))
    with transaction():
        actions.suspend_account(queries.get_account("wang4"), reason="x", actor=SYSTEM, now=NOW)

    def names(**wanted: object) -> list[str]:
        page = lists.list_accounts(lists.WantedAccounts(**wanted), on=TODAY, cursor=None, limit=50)  # type: ignore[arg-type]
        return [item.card.username for item in page.items]

    assert names() == ["shenji", *(f"wang{number}" for number in range(5))]
    assert names(q="NG3") == ["wang3"]
    assert names(q="%") == []
    assert names(role=Role.AUDITOR) == ["shenji"]
    assert names(state=AccountState.SUSPENDED) == ["wang4"]
    first = lists.list_accounts(lists.WantedAccounts(), on=TODAY, cursor=None, limit=4)
    rest = lists.list_accounts(lists.WantedAccounts(), on=TODAY, cursor=first.next, limit=4)
    assert [item.card.username for item in rest.items] == ["wang3", "wang4"]
    assert first.items[1].roles == ((Role.DISTRICT_OFFICER, "沈河区"),)


def test_of_two_administrators_the_second_is_told(session: Session) -> None:
    make_account("wang")
    account = queries.get_account("wang")
    with transaction():
        actions.change_account(
            queries.get_account("wang"), name="王芳", authority=None, version=1, actor=SYSTEM, now=NOW
        )
    with pytest.raises(StaleVersion), transaction():
        actions.change_account(
            queries.get_account("wang"), name="王方", authority=None, version=1, actor=SYSTEM, now=NOW
        )
    session.expire_all()
    assert account.name == "王芳"


def test_old_traces_are_forgotten_and_fresh_ones_kept(session: Session) -> None:
    make_account("wang")
    for minute in range(5):
        enter("wang", "wrong", HERE, minute)
    with transaction():
        actions.forget_old(NOW + timedelta(minutes=10))
    assert len(lists.list_lockouts(now=NOW + timedelta(minutes=10))) == 2
    with transaction():
        actions.forget_old(NOW + timedelta(minutes=40))
    assert lists.list_lockouts(now=NOW + timedelta(minutes=10)) == []


def test_a_form_is_acted_on_once(session: Session) -> None:
    key = "a" * 64
    with transaction():
        assert actions.claim_form(key, now=NOW) is None
        actions.remember_form(key, "/office/companies/1")
    with transaction():
        assert actions.claim_form(key, now=NOW) == "/office/companies/1"
    other = "b" * 64
    with transaction():
        assert actions.claim_form(other, now=NOW) is None
        actions.release_form(other)
    with transaction():
        assert actions.claim_form(other, now=NOW) is None


def test_touching_a_session_never_waits(session: Session) -> None:
    account = make_account("wang")
    enter("wang")
    visit_id = session.scalars(select(SignInSession.id)).one()
    session.rollback()
    later = NOW + timedelta(minutes=2)
    actions.touch_session(visit_id, now=later)
    assert queries.list_sessions(account.id, now=later)[0].last_seen_at == later
    with transaction() as writing:  # somebody else holds the row (and, on SQLite, the database)
        writing.execute(select(SignInSession).with_for_update()).all()
        actions.touch_session(visit_id, now=later + timedelta(minutes=2))
    assert queries.list_sessions(account.id, now=later)[0].last_seen_at == later
