"""Accounts from the command line: who they belong to."""

import pytest
from sqlalchemy.orm import Session

from regulator.commands.accounts import add
from regulator.features.accounts.models import Account, Authority
from regulator.features.accounts.queries import find_account
from regulator.features.accounts.terms import Role
from regulator.foundation.database import new_key
from tests.factories import registry as make

PASSWORD = "Blue-Kettle-73"


@pytest.mark.parametrize(
    ("role", "scope", "authorities", "belongs"),
    [
        pytest.param(Role.DISTRICT_OFFICER, make.SHENHE, ["沈河区房产局"], "沈河区房产局", id="the-divisions"),
        pytest.param(Role.HALL_CLERK, make.SHENHE, ["沈河区房产局"], "沈河区房产局", id="a-clerk-too"),
        pytest.param(Role.DISTRICT_OFFICER, make.SHENHE, ["沈河区房产局", "沈河区大厅"], None, id="none-of-several"),
        pytest.param(Role.STREET_OFFICER, make.SHENHE_STREET, ["沈河区房产局"], None, id="not-the-one-above"),
        pytest.param(Role.AUDITOR, make.SHENHE, ["沈河区房产局"], None, id="no-administrator"),
    ],
)
def test_an_official_belongs_to_the_authority_of_the_division(
    session: Session, role: Role, scope: str, authorities: list[str], belongs: str | None
) -> None:
    make.make_tree()
    for name in authorities:
        session.add(Authority(id=new_key(), name=name, division_code=make.SHENHE))
    session.flush()
    assert add("anna", role, scope, PASSWORD) is None
    account = find_account("anna")
    assert isinstance(account, Account)
    own = session.get(Authority, account.authority_id) if account.authority_id else None
    assert (own.name if own else None) == belongs
