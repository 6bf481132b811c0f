"""`regulator demo`: an invented city to look around in, with an account for every role; never on a real register."""

import json
import os
import secrets as random_secrets
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import exists, select

from regulator.commands.context import in_app
from regulator.commands.demo_applications import write_applications
from regulator.commands.demo_certificates import write_certificates
from regulator.commands.demo_custody import community_to_survey, write_custody
from regulator.commands.demo_endings import write_endings
from regulator.commands.demo_papers import found_authorities, write_papers
from regulator.commands.demo_reviews import write_reviews
from regulator.features.accounts import actions as accounts
from regulator.features.accounts import queries as account_queries
from regulator.features.accounts import secrets
from regulator.features.accounts.models import Authority
from regulator.features.accounts.terms import BRANCHES, PORTALS, Portal, Role
from regulator.features.audit.actions import seal_all
from regulator.features.audit.terms import Actor
from regulator.features.coverage.actions.months import close_month
from regulator.features.coverage.metrics import TARGETED
from regulator.features.coverage.rules.counting import month_before, month_of
from regulator.features.divisions.actions import copy_city, set_management_area
from regulator.features.divisions.queries import DivisionRow, list_below, list_cities
from regulator.features.divisions.terms import Level, Scope
from regulator.features.licensing.certificate_terms import CertificateOrigin
from regulator.features.licensing.models import Certificate
from regulator.features.maps.actions import load_schematic
from regulator.features.maps.schematic import schematic_point, shift_of
from regulator.features.metrics.actions import set_target
from regulator.features.papers.actions.following import open_waiting
from regulator.features.papers.queries.following import list_missing
from regulator.features.registry.actions.demo import fill_city, index_afterwards, refuse_filled
from regulator.features.registry.demo.plan import CityPlan, Place
from regulator.features.registry.models import Company
from regulator.features.registry.queries.matters import SOURCES
from regulator.features.registry.terms import CompanyStatus
from regulator.features.zones.actions.deciding import adopt_zone
from regulator.features.zones.actions.proposing import NONE_SEEN, propose_zones
from regulator.features.zones.queries.estates import list_uncovered
from regulator.features.zones.queries.zones import list_drafts
from regulator.features.zones.rules.deciding import PRACTICE
from regulator.foundation import clock
from regulator.foundation.bulk import pouring
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import BadInput

ACCOUNTS_FILE = "demo-accounts.json"
FIRST_INVENTED_CITY = 9001
MONTHS_CLOSED = 12
IN_OFFICE = timedelta(days=400)
"""So long the people of the accounts have held their posts: what the demo tells of the last year, they did."""
STREETS_WITH_ZONES = 3
ZONE_CODE, ZONE_NAME = "SYKFQ", "经济技术开发区"
SENTENCES = {
    "register_is_real": "This register holds real rows; demonstration data never goes into it.",
    "register_not_empty": "This register is filled already; the demo is made once, on an empty one.",
    "register_in_use": "Somebody has the register open. Stop `regulator serve` and try again.",
    "no_city": "There are no divisions yet. Run: regulator init",
}


@click.command("demo")
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--companies", type=click.IntRange(1, 20_000), default=1200, show_default=True)
@click.option("--estates", type=click.IntRange(0, 100_000), default=6000, show_default=True)
@click.option("--people", type=click.IntRange(0, 1_000_000), default=40_000, show_default=True)
@click.option(
    "--cities",
    type=click.IntRange(1, 500),
    default=1,
    show_default=True,
    help="Copy the tree under invented city codes and fill each city: for measuring, not for looking around.",
)
@in_app
def demo_command(seed: int, companies: int, estates: int, people: int, cities: int) -> None:
    """Fill an empty register with invented companies, people and estates on its real divisions."""
    try:
        with _room_for(cities), transaction():
            refuse_filled()
            with index_afterwards():
                _fill(seed, companies, estates, people, _copy_cities(cities))
            if cities == 1:
                _tell_of_coverage()
                _adopt_zones()
            authorities = found_authorities() if cities == 1 else {}
            if cities == 1:
                write_certificates(authorities, _two_districts())
            draft = _write(_open_accounts(authorities))
            if cities == 1:
                _write_custody()
            _open_matters()
            if cities == 1:
                write_papers(authorities)
                _write_applications()
                _write_reviews(authorities)
                write_endings(authorities)
            load_schematic(clock.now())
            seal_all(clock.now())
    except BadInput as error:
        click.echo(SENTENCES.get(error.code, error.code), err=True)
        sys.exit(2)
    written = draft.replace(current_app.config["SETTINGS"].data_dir / ACCOUNTS_FILE)
    click.echo(f"The demo register is ready. Accounts for every role stand in {written}.")


def _room_for(cities: int) -> AbstractContextManager[None]:
    """One city is an ordinary transaction; hundreds want the register for themselves."""
    return pouring() if cities > 1 else nullcontext()


def _copy_cities(count: int) -> list[tuple[str, str]]:
    """The four-digit prefixes to fill with the cities' names: the register's own first, then invented copies."""
    found = list_cities()
    if not found:
        raise BadInput("no_city")
    original = found[0]
    filled = [(original.code[:4], original.name.removesuffix("市"))]
    for number in range(1, count):
        prefix, name = str(FIRST_INVENTED_CITY + number - 1), f"示范{number}"
        copy_city(original.code, prefix, f"{name}市", actor=Actor.system(), now=clock.now())
        filled.append((prefix, name))
    return filled


def _fill(seed: int, companies: int, estates: int, people: int, cities: Sequence[tuple[str, str]]) -> None:
    """Fill each city in turn; only one of them is held in memory."""
    tree = _tree(cities[0][0])
    with click.progressbar(list(enumerate(cities)), label="cities") as shown:
        for number, (prefix, name) in shown:
            plan = CityPlan(
                seed=seed + number * 4096,
                today=clock.today(),
                districts=_moved(tree[Level.DISTRICT][""], prefix),
                streets={prefix + above[4:]: _moved(rows, prefix) for above, rows in tree[Level.STREET].items()},
                communities={prefix + above[4:]: _moved(rows, prefix) for above, rows in tree[Level.COMMUNITY].items()},
                companies=companies,
                estates=estates,
                people=people,
                place=_place(cities[0][0], number),
                city_name=name,
            )
            fill_city(plan, actor=Actor.system(), now=clock.now())


def _tell_of_coverage() -> None:
    """Targets of this year and the next, and a year of closed months, so that there is a course to look at."""
    city, today = list_cities()[0], clock.today()
    for year, value in ((today.year, 8000), (today.year + 1, 10_000)):
        set_target(
            Scope.everything(), TARGETED, city.code, year, value, actor=Actor.system(), now=clock.now(), note="演示"
        )
    months = [month_of(today.replace(day=1) - timedelta(days=1))]
    while len(months) < MONTHS_CLOSED:
        months.insert(0, month_before(months[0]))
    for month in months:
        close_month(city, month, actor=Actor.system(), now=clock.now())


def _adopt_zones() -> None:
    """In the streets with the most uncovered estates groups are on the table, and the largest of each is a zone."""
    now, day = clock.now(), clock.today()
    streets = [row for row in list_below(list_cities()[0].code, levels=(Level.STREET,)) if row.ended_on is None]
    uncovered = {street.code: len(list_uncovered(street, day=day)) for street in streets}
    some = [street for street in streets if uncovered[street.code]]
    for street in sorted(some, key=lambda row: (-uncovered[row.code], row.code))[:STREETS_WITH_ZONES]:
        propose_zones(street, PRACTICE, version=NONE_SEEN, actor=Actor.system(), now=now)
        drafts = list_drafts(street, day=day).items
        if drafts:  # an estate without a position is in no group
            zone = max(drafts, key=lambda row: row.totals.estates).zone
            adopt_zone(zone, name=f"{street.name}一号片区", version=zone.version, actor=Actor.system(), now=now)


def _tree(prefix: str) -> Mapping[Level, Mapping[str, list[tuple[str, str]]]]:
    """The city's divisions by level and by the division above; districts stand under the empty code."""
    found: dict[Level, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    row: DivisionRow
    for row in list_below(f"{prefix}00"):
        if row.ended_on is None and row.level is not Level.CITY:
            above = "" if row.level is Level.DISTRICT else str(row.parent_code)
            found[row.level][above].append((row.code, row.name))
    return found


def _moved(rows: Sequence[tuple[str, str]], prefix: str) -> list[tuple[str, str]]:
    return [(prefix + code[4:], name) for code, name in rows]


def _place(original: str, copy: int) -> Place:
    """Where an invented estate stands: on the drawn districts, or on a copy of them elsewhere in the country."""
    east, north = shift_of(copy)

    def place(code: str, number: int) -> tuple[float, float]:
        lon, lat = schematic_point(original + code[4:], number)
        return round(lon + east, 6), round(lat + north, 6)

    return place


def _open_accounts(authorities: Mapping[str, Authority]) -> list[dict[str, object]]:
    """An account for every role with a random password; gives what stands in the file of accounts.

    Officials belong to the authority of their division where there is one.
    """
    city = list_cities()[0].code
    listed: list[dict[str, object]] = []
    for username, name, role, scope in _wanted(city):
        if account_queries.find_account(username) is not None:
            continue
        password = secrets.new_password()
        account = accounts.create_account(
            username=username,
            name=name,
            branch=BRANCHES[role],
            authority=authorities.get(scope) if PORTALS[role] in {Portal.OFFICE, Portal.WINDOW} else None,
            credit_code=scope if role is Role.COMPANY_USER and scope else None,
            password=password,
            must_change=False,
            actor=Actor.system(),
            now=clock.now(),
        )
        accounts.grant_role(
            account,
            role,
            scope,
            began_on=clock.today() - IN_OFFICE,
            ended_on=None,
            is_company=_is_company,
            actor=Actor.system(),
            now=clock.now(),
        )
        listed.append(
            {
                "username": username,
                "password": password,
                "roles": [role.value],
                "scope": scope,
                "portal": PORTALS[role].path,
            }
        )
    return listed


def _wanted(city: str) -> list[tuple[str, str, Role, str]]:
    below = list_below(city)
    first: Callable[[Level], list[str]] = lambda level: [row.code for row in below if row.level is level]  # noqa: E731
    districts, streets, communities = (first(level) for level in (Level.DISTRICT, Level.STREET, Level.COMMUNITY))
    company = _company_of(districts[0])
    zone = [row.code for row in below if row.level is Level.STREET and "开发区" in row.name]
    if zone:
        set_management_area(ZONE_CODE, ZONE_NAME, zone, actor=Actor.system(), now=clock.now())
    wanted = [
        ("city", "市局物业处 周敏", Role.CITY_OFFICER, city),
        ("cityhead", "市局物业处处长 何伟", Role.SECTION_HEAD, city),
        ("citydirector", "市局分管局长 林涛", Role.DIRECTOR, city),
        ("district", "区房产局 张晓", Role.DISTRICT_OFFICER, districts[0]),
        ("district2", "区房产局 李静", Role.DISTRICT_OFFICER, districts[1]),
        *([("district3", "区房产局 何宁", Role.DISTRICT_OFFICER, districts[2])] if len(districts) > 2 else []),
        ("street", "街道办 王强", Role.STREET_OFFICER, streets[0]),
        ("community", "社区 陈兰", Role.COMMUNITY_WORKER, community_to_survey(streets[0]) or communities[0]),
        ("head", "物业科科长 刘军", Role.SECTION_HEAD, districts[0]),
        ("director", "分管局长 赵平", Role.DIRECTOR, districts[0]),
        ("clerk", "窗口 孙洁", Role.HALL_CLERK, districts[0]),
        ("policy", "政策编辑 吴琳", Role.POLICY_EDITOR, city),
        ("company", "企业用户", Role.COMPANY_USER, company),
        ("sysadmin", "系统管理员", Role.SYSTEM_ADMINISTRATOR, city),
        ("secadmin", "安全管理员", Role.SECURITY_ADMINISTRATOR, city),
        ("auditor", "审计员", Role.AUDITOR, city),
    ]
    if zone:
        wanted.append(("zone", "开发区管委会 马超", Role.DISTRICT_OFFICER, ZONE_CODE))
    return wanted


def _company_of(district: str) -> str:
    """The company whose own account there is: one of the district whose officers have theirs, with a certificate."""
    held = exists().where(Certificate.company_id == Company.id, Certificate.ended_as.is_(None))
    held = held.where(Certificate.origin == CertificateOrigin.ISSUED)
    order = (Company.division_code != district, ~held, Company.status != CompanyStatus.OPERATING, Company.id)
    return session().scalar(select(Company.credit_code).order_by(*order).limit(1)) or ""


def _write_applications() -> None:
    """Of the companies of the two districts that have accounts."""
    write_applications(_two_districts(), list_cities()[0].code)


def _two_districts() -> list[str]:
    """Those whose officers have accounts."""
    return [row.code for row in list_below(list_cities()[0].code) if row.level is Level.DISTRICT][:2]


def _write_reviews(authorities: Mapping[str, Authority]) -> None:
    """Of the three districts that have accounts; the others have not opened theirs."""
    city = list_cities()[0].code
    write_reviews(
        [row.code for row in list_below(city) if row.level is Level.DISTRICT][:3], city, authorities.get(city)
    )


def _write_custody() -> None:
    """Of the district and the street that have accounts."""
    below = list_below(list_cities()[0].code, levels=(Level.DISTRICT, Level.STREET))
    first = {row.level: row.code for row in reversed(below)}
    write_custody(first[Level.DISTRICT], first[Level.STREET])


def _open_matters() -> None:
    """What waits for a person is a matter of an account that may act there; of the built-in one where there is none."""
    for source in SOURCES:
        open_waiting(source, list_missing(source), actor=Actor.system(), now=clock.now())


def _is_company(credit_code: str) -> bool:
    return session().scalar(select(Company.id).where(Company.credit_code == credit_code)) is not None


def _write(listed: Sequence[Mapping[str, object]]) -> Path:
    """The accounts in a draft that only this user can read; it gets its name once the accounts are there to stay."""
    path: Path = current_app.config["SETTINGS"].data_dir / f".{ACCOUNTS_FILE}.{random_secrets.token_hex(4)}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(list(listed), file, ensure_ascii=False, indent=1)
    return path
