"""Early warnings on the desk: from the counts to a list and a file, and what another district does not see."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import PERMISSIONS, Permission, Role
from regulator.features.calendar.queries import working_days
from regulator.features.coverage.terms import WarningKind
from regulator.features.registry.models import Notice
from regulator.features.registry.rules.notices import SIXTY_DAYS
from regulator.features.registry.terms import Mode, NoticeKind, Party, RecordSource
from regulator.foundation import clock
from regulator.foundation.database import new_key
from tests.factories import registry as make

Open = Callable[..., Any]
DAY = timedelta(days=1)


@pytest.fixture
def warned(sign_in: Open, session: Session) -> dict[WarningKind, str]:
    """In each of two districts one estate on every line; gives the names of those in Shenhe."""
    del sign_in  # it makes the tree
    names = {}
    for place, community in (("沈河", make.SHENHE_COMMUNITY), ("和平", make.HEPING_COMMUNITY)):
        for kind in WarningKind:
            name = f"{place}{kind.value}花园"
            one(kind, name, community, session)
            if place == "沈河":
                names[kind] = name
    session.commit()
    return names


def one(kind: WarningKind, name: str, community: str, session: Session) -> None:
    """An estate that stands on one line only."""
    today = clock.today()
    estate, company = make.make_estate(name, community), make.make_company(f"{name}物业")
    if kind is WarningKind.ABANDONED:
        make.make_service(estate, company, ended_on=today - DAY)
        make.make_service(estate, None, Mode.ABANDONED, began_on=today)
        return
    make.make_service(estate, company)
    if kind in (WarningKind.CONTRACT_ENDING, WarningKind.CONTINUED):
        ends = 30 if kind is WarningKind.CONTRACT_ENDING else -3
        make.make_contract(estate, company, ended_on=today + ends * DAY)
        return
    leaves = kind is WarningKind.COMPANY_LEAVES
    notice = Notice(
        id=new_key(),
        estate_id=estate.id,
        company_id=company.id,
        kind=NoticeKind.CONTINUED_SERVICE_ENDED if leaves else NoticeKind.DISMISSAL,
        given_by=Party.COMPANY if leaves else Party.OWNERS,
        dated_on=today - 10 * DAY,
        received_on=today - 10 * DAY,
        source=RecordSource.TYPED,
        registered_at=make.NOW,
        updated_at=make.NOW,
        version=1,
    )
    session.add(notice)


def test_from_the_menu_over_the_counts_to_each_list(sign_in: Open, warned: dict[WarningKind, str]) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    assert 'href="/office/coverage/warnings"' in desk.get("/office/")
    counts = desk.get("/office/coverage/warnings")
    given = clock.today() - 10 * DAY
    sixty = str((working_days().due(SIXTY_DAYS, given).day - clock.today()).days)  # 50, more where it ends on a day off
    days = {
        WarningKind.COMPANY_LEAVES: sixty, WarningKind.DISMISSED: sixty, WarningKind.CONTRACT_ENDING: "30",
        WarningKind.CONTINUED: "-3", WarningKind.ABANDONED: "0",
    }  # fmt: skip
    for kind, name in warned.items():
        link = f"/office/coverage/warnings/{kind.value}"
        line = counts[counts.index(f'href="{link}"') :].split("</tr>")[0]
        assert f'<td class="num"><a href="{link}">1</a></td>' in line
        page = desk.get(link)
        row = page[page.index(f">{name}<") :].split("</tr>")[0]
        assert f"{name}物业" in row
        assert f'<td class="num">{days[kind]}</td>' in row
        assert [other for other in warned.values() if other != name and other in page] == []
        assert "和平" not in page[page.index("<tbody>") :]


def test_the_city_narrows_to_a_district_and_the_day(sign_in: Open, warned: dict[WarningKind, str]) -> None:
    desk = sign_in(Role.DIRECTOR, make.CITY)
    name = warned[WarningKind.CONTRACT_ENDING]
    path = "/office/coverage/warnings/contract_ending"
    assert "和平contract_ending花园" in desk.get(path)
    page = desk.get(f"{path}?division={make.SHENHE}")
    assert name in page
    assert "和平contract_ending花园" not in page
    before = clock.today() - 61 * DAY  # then it ended 91 days later
    assert name not in desk.get(f"{path}?as_of={before}")
    assert name in desk.get(f"{path}?as_of={before + DAY}")
    counts = desk.get(f"/office/coverage/warnings?division={make.SHENHE}&as_of={before + DAY}")
    assert f"{path}?division={make.SHENHE}&amp;as_of={before + DAY}" in counts


@pytest.mark.parametrize("kind", WarningKind)
def test_the_file_holds_what_the_page_shows(sign_in: Open, warned: dict[WarningKind, str], kind: WarningKind) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    answer = desk.fetch(f"/office/coverage/warnings/{kind.value}?export=xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    text = "\n".join("\t".join(map(str, row)) for row in rows)
    assert warned[kind] in text
    assert "和平" not in text
    noticed = kind in (WarningKind.COMPANY_LEAVES, WarningKind.DISMISSED)
    assert ("通知日期" in text) == noticed
    csv = desk.fetch(f"/office/coverage/warnings/{kind.value}?export=csv").text
    assert warned[kind] in csv


@pytest.mark.usefixtures("warned")
def test_another_district_is_not_there(sign_in: Open) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    for path in ("warnings", "warnings/abandoned"):
        desk.get(f"/office/coverage/{path}?division={make.HEPING_STREET}")
        desk.get(f"/office/coverage/{path}?division={make.SHENHE}", 404)


def test_empty_lists_say_what_would_fill_them_in_both_languages(sign_in: Open) -> None:
    desk = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY)
    for kind in WarningKind:
        assert "没有此类预警" in desk.get(f"/office/coverage/warnings/{kind.value}")
        assert "Nothing to warn of here" in desk.get(f"/office/coverage/warnings/{kind.value}?lang=en")
    desk.get("/office/coverage/warnings/nothing", 404)


def test_who_may_see_the_coverage() -> None:
    holders = {role for role, held in PERMISSIONS.items() if Permission.COVERAGE_VIEW in held}
    assert holders == {
        Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.STREET_OFFICER, Role.SECTION_HEAD, Role.DIRECTOR,
        Role.COMMUNITY_WORKER, Role.POLICY_EDITOR,
    }  # fmt: skip


@pytest.mark.parametrize("role", [Role.HALL_CLERK, Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR])
def test_others_are_refused(sign_in: Open, role: Role) -> None:
    desk = sign_in(role, make.CITY)
    for path in ("warnings", "warnings/abandoned", "bulletin", "bulletin.pdf", "bulletin/progress.json"):
        assert desk.fetch(f"/office/coverage/{path}").status_code == 403
