"""Who looks after the unmanaged estates of the demo's first district, and the survey its first street has begun."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from regulator.commands.demo_applications import Official
from regulator.features.accounts.queries import find_account
from regulator.features.accounts.terms import Role
from regulator.features.coverage.actions.custody import NOBODY, name_custodian
from regulator.features.coverage.actions.surveys import open_survey
from regulator.features.coverage.queries.custody import CustodyFilter, list_needing
from regulator.features.coverage.queries.surveys import list_lacking
from regulator.features.coverage.terms import CustodianGiven
from regulator.features.divisions.queries import get_division
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Estate
from regulator.foundation import clock
from regulator.foundation.database import session
from regulator.foundation.paging import MAX_LIMIT

NAMES = ("刘桂兰", "张永强", "李秀英", "王建国", "陈玉梅", "赵德福")
UNITS = ("社区居民委员会", "产权单位后勤科", "业主自管小组")
BEGAN, DUE = timedelta(days=90), timedelta(days=21)
OF_EVERY = 3
"""One of so many estates that need a custodian still has none."""


def write_custody(district: str, street: str) -> None:
    """The survey is opened first, so that what was named since shows as its progress."""
    _open_survey(street)
    account = find_account("district")
    if account is None:
        return
    official = Official(account, Role.DISTRICT_OFFICER, Scope.division(district))
    wanted = CustodyFilter(named=False)
    codes = [row.code for row in list_needing(official.scope, wanted, day=clock.today(), limit=MAX_LIMIT).items]
    for number, estate in enumerate(session().scalars(select(Estate).where(Estate.code.in_(codes)))):
        if number % OF_EVERY:
            name_custodian(estate, _given(number), version=NOBODY, actor=official.actor, now=clock.now())


def community_to_survey(street: str) -> str | None:
    """The community of a street whose estates lack most: its worker has something to answer. None without any."""
    lacking = Counter(one.division_code for one in list_lacking(get_division(street), day=clock.today()))
    placed = [code for code, _count in lacking.most_common() if code != street]
    return placed[0] if placed else None


def _open_survey(street: str) -> None:
    account, row = find_account("street"), get_division(street)
    if account is None or not list_lacking(row, day=clock.today()):
        return
    actor = Official(account, Role.STREET_OFFICER, Scope.division(street)).actor
    title = f"{clock.today().year}年物业管理摸底调查"
    open_survey(row, title=title, due_on=clock.today() + DUE, actor=actor, now=clock.now())


def _given(number: int) -> CustodianGiven:
    """An invented person."""
    return CustodianGiven(
        name=NAMES[number % len(NAMES)],
        phone=f"024-8800{number:04}",
        began_on=clock.today() - BEGAN,
        unit=UNITS[number % len(UNITS)],
        people_cleaning=1 + number % 4,
        people_order=number % 3,
        people_repair=1 if number % 2 else None,
    )
