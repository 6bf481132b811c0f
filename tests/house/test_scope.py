"""Another district's and another company's rows answer 404 at every address, and stand in no list and no file."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from regulator.features.accounts.terms import PERMISSIONS, Role
from regulator.features.licensing.terms import EndingKind
from regulator.foundation.extensions import db
from regulator.web import access
from tests.factories import registry as make
from tests.house.world import MARK, Made, make_one_of_each, open_round
from tests.portals.conftest import Desk, sign_in

__all__ = ["sign_in"]

SignIn = Callable[..., Desk]
ROOT = Path(__file__).parents[2]
WORKLISTS = ("placing", "links", "disputes", "continued", "mode", "stale", "moves")
WARNINGS = ("company_leaves", "dismissed", "contract_ending", "continued", "abandoned")
HISTORIES = ("company", "estate", "person")
EVERYBODYS = {
    "office.coverage_warning": "a list of warnings is everybody's; its rows are looked for below",
    "office.rule_set": "rules bind everybody",
    "office.verification_close": "a round is the whole city's; closing it is refused by right, not by place",
    "office.verification_differences": "a round is the whole city's; its rows are looked for below",
    "office.verification_records": "a round is the whole city's; its rows are looked for below",
    "office.verification_round": "a round is the whole city's; its rows are looked for below",
    "office.worklist": "a work list is everybody's; its rows are looked for below",
}
"""Addresses with a part that names no owned row."""
DRAFTS = {"office.paper_correct", "office.paper_preview"}
"""Of drafts only; other addresses of papers take one that was served."""
LED = "office.handover"
"""Shown to who gives, who takes, and leaders of the territory."""
OF_MATTERS = ("/office/matters/", "/office/files/")
"""Addresses whose number is a matter's."""
OF_APPLICATIONS = ("/office/licensing/applications/", "/window/applications/")
"""Addresses whose number is an application's."""
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)\b", re.IGNORECASE)


@pytest.fixture
def made(app: Flask, session: Session) -> Made:
    """One of each thing in one district, and a round."""
    make.make_tree()
    found = make_one_of_each(session)
    open_round(session, found)
    session.commit()
    app.config["WTF_CSRF_ENABLED"] = False  # place is asked for here, not the token
    return found


def rules(app: Flask, desks: tuple[str, ...] = ("office.", "window.")) -> Iterator[Rule]:
    """Every address of these desks that names a thing."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if rule.endpoint.startswith(desks) and rule.arguments:
            yield rule


def addresses(rule: Rule, made: Made) -> Iterator[str]:
    """The rule's addresses with the made things in the place of its parts. KeyError: world.py lacks such a thing."""
    parts: dict[str, object] = {**made.parts, "number": 1, "kind": "", "key": "", "name": WORKLISTS[0]}
    if "name_id" in rule.arguments:
        parts["name_id"] = made.parts["company_name_id" if "credit_code" in rule.arguments else "estate_name_id"]
    if str(rule).startswith(OF_MATTERS):
        parts["number"] = made.parts["matter"]
    if str(rule).startswith(OF_APPLICATIONS):
        parts["number"] = made.parts["application"]
    if "/endings/" in str(rule):
        parts |= {"number": made.parts["ending"], "kind": EndingKind.ANNULMENT.value}
    parts["act"] = act_of(rule)
    choices = [parts]
    if rule.endpoint == "office.history":
        keys = {"company": "credit_code", "estate": "code", "person": "person_id"}
        choices = [parts | {"kind": kind, "key": made.parts[keys[kind]]} for kind in HISTORIES]
    if rule.endpoint in DRAFTS:
        choices = [parts | {"paper_id": made.parts["draft_id"]}]
    if rule.endpoint == "office.coverage_warning":
        choices = [parts | {"kind": kind} for kind in WARNINGS]
    if rule.endpoint == "office.worklist":
        choices = [parts | {"name": name} for name in WORKLISTS]
    for chosen in choices:
        yield filled_in(rule, chosen)


def act_of(rule: Rule) -> str:
    """An act there is at such an address."""
    at_the_office = rule.endpoint.startswith("office.")
    if "/endings/" in str(rule):
        return "drop" if at_the_office else "state"
    if rule.endpoint == "office.review_act":
        return "return"
    return "reject" if at_the_office else "retract"


def filled_in(rule: Rule, parts: Mapping[str, object]) -> str:
    """The rule's address with these in the place of its parts."""
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda part: str(parts[part[1]]), str(rule))


def test_another_districts_things_are_not_there(app: Flask, made: Made, sign_in: SignIn) -> None:
    """By every address and every method, for the officers who may do most in the district beside.

    What the role may do somewhere answers 404 here, what it may do nowhere 403.
    """
    for role in (Role.DISTRICT_OFFICER, Role.SECTION_HEAD, Role.DIRECTOR):
        stranger = sign_in(role, make.SHENHE)
        found = [
            f"{method} {path}: {answer.status_code}"
            for rule in rules(app)
            if rule.endpoint not in EVERYBODYS
            for path in addresses(rule, made)
            for method in sorted({"GET", "POST"} & (rule.methods or set()))
            if (answer := stranger.browser.open(path, method=method, data={"version": "1", "reason": "x"})).status_code
            != (404 if access.declared(app, rule.endpoint) & PERMISSIONS[role] else 403)
        ]
        assert found == []


def test_another_companys_things_are_not_there(app: Flask, made: Made, sign_in: SignIn) -> None:
    """By every address and every method of the company's desk."""
    stranger = sign_in(Role.COMPANY_USER, make.make_company("沈阳旁人物业有限公司", make.HEPING).credit_code)
    asked = [
        (method, path)
        for rule in rules(app, ("company.",))
        for path in addresses(rule, made)
        for method in sorted({"GET", "POST"} & (rule.methods or set()))
    ]
    assert len(asked) >= 3
    found = [(method, path, stranger.browser.open(path, method=method).status_code) for method, path in asked]
    assert [answer for answer in found if answer[2] != 404] == []


@pytest.mark.parametrize("desks", [("office.", "window."), ("company.",)], ids=["office", "company"])
def test_whose_they_are_finds_them_and_looking_writes_nothing(
    app: Flask, made: Made, sign_in: SignIn, desks: tuple[str, ...]
) -> None:
    """So that a 404 above means another's, not an address that answers nobody; and GET never writes on real rows."""
    is_company = desks == ("company.",)
    own = sign_in(Role.COMPANY_USER, made.credit_code) if is_company else sign_in(Role.CITY_OFFICER, make.CITY)
    leader, clerk = sign_in(Role.SECTION_HEAD, make.CITY), sign_in(Role.HALL_CLERK, make.CITY)
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if WRITES.match(statement):
            written.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for rule in rules(app, desks):
            if "GET" not in (rule.methods or ()) or rule.endpoint.startswith("office.import_"):
                continue  # a batch without its file; errand a walks those pages
            for path in addresses(rule, made):
                looks = leader if rule.endpoint.startswith(LED) else clerk if path.startswith("/window") else own
                answer = looks.fetch(path)
                assert answer.status_code in {200, 409}, f"{path}: {answer.status_code}"
                assert written == [], f"GET {path} writes"
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_no_list_page_search_or_file_of_another_district_shows_them(app: Flask, made: Made, sign_in: SignIn) -> None:
    own, stranger = sign_in(Role.CITY_OFFICER, make.CITY), sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    lists = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("office.") and not rule.arguments and "GET" in (rule.methods or ())
    ]
    lists += [f"/office/coverage/warnings/{kind}" for kind in WARNINGS]
    lists += [f"/office/worklists/{name}" for name in WORKLISTS] + [
        "/office/verification/1",
        "/office/verification/1/differences",
    ]
    shown = 0
    for path in lists:
        for query in ("", f"q={MARK}", "export=csv", "retired=1", f"company={made.credit_code}"):
            answer = stranger.fetch(f"{path}?{query}")
            assert answer.status_code in {200, 400, 403, 404}, f"{path}?{query}: {answer.status_code}"
            text = answer.text.replace(f'value="{MARK}"', "").replace(f"“{MARK}”", "")
            text = text.replace(made.company_name, "") if query.startswith("company=") else text  # names are public
            assert MARK not in text, f"{path}?{query} shows another district's rows"
            shown += MARK in own.fetch(f"{path}?{query}").text
    assert shown > 20, "the city sees them"


FOR_EVERYBODY = {
    "choosing.find_companies": "whoever takes over an estate may be registered anywhere; names and codes are public",
    "choosing.get_registered": "the company chosen above",
    "companies.find_companies": "names and codes are public",
    "companies.find_company_name": "names and codes are public",
    "companies.get_registered": "the company chosen above",
    "contracts.find_company": "names and codes are public",
    "estates.find_estate_by_key": "whether a name is taken in a place",
    "verification.find_open_round": "a round is the whole city's",
    "verification.get_round": "a round is the whole city's",
    "verification.list_district_codes": "divisions are public",
    "verification.list_rounds": "a round is the whole city's",
}
"""Questions to the register that no scope narrows."""
HELD = re.compile(r"UUID|Company|Contract|Estate|Service|VerificationRound")


def questions() -> Iterator[tuple[str, str]]:
    """Each public question of the office's rooms with what its first argument is."""
    for path in sorted((ROOT / "regulator" / "features" / "registry" / "queries").glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith(("count_", "find_", "get_", "list_")):
                arguments = [ast.unparse(one.annotation) for one in node.args.args if one.annotation]
                yield f"{path.stem}.{node.name}", next((a for a in arguments if a == "Scope" or HELD.search(a)), "")


def test_owned_rows_are_asked_for_within_a_scope_or_by_a_row_found_in_one() -> None:
    """By a business number, which anybody can type, only with a Scope; by an inner key only what hangs on a row."""
    without = {name for name, asked_by in questions() if not asked_by}
    assert without - set(FOR_EVERYBODY) - PLUMBING == set(), "take a Scope first, or say why none is needed"
    assert set(FOR_EVERYBODY) <= without, "these are gone, or take a Scope by now"


PLUMBING = {"integrity.list_discrepancies", "matters.list_keys", "moves.list_open_notices"}
"""Asked by `regulator verify`, and when the one calendar of all changes."""
