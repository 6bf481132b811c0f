"""Errand h: a deputy acts on day 1, is refused on the day after the end."""

import json

from tests.errands.installation import Installation
from tests.errands.visitor import Visitor

DAY, LAST_DAY, DAY_AFTER = "2026-10-08", "2026-10-09", "2026-10-10"
SHENHE, CITY = "210103", "210100"
NEW = "/office/companies/new"
COMPANIES = {
    "91210103MA1000015F": "沈阳代办物业服务有限公司",
    "91210103MA10000126": "沈阳末日物业服务有限公司",
    "91210103MA1000023A": "沈阳次日物业服务有限公司",
}
OURS, LAST, LATER = COMPANIES


def names_deputy(security: Visitor, principal: str, deputy: str, first: str, last: str) -> str:
    """The security administrator names a deputy on the principal's page; what the page says then."""
    page = security.get(f"/admin/accounts/{principal}").ok()
    values = {"deputy": deputy, "began_on": first, "ended_on": last, "reason": "国庆休假"}
    return security.submit(page, "/deputies", **values).words


def registers(officer: Visitor, credit_code: str) -> int:
    """Type a company in; gives the status of the answer."""
    page = officer.get(NEW)
    if page.status != 200:
        return page.status
    values = {"credit_code": credit_code, "name": COMPANIES[credit_code], "division_code": SHENHE}
    return officer.submit(page, NEW, **values).status


def corrects(officer: Visitor, address: str, phone: str) -> int:
    """Correct the phone of a company of the workbooks; gives the status of the answer."""
    page = officer.get(f"{address}/correct")
    if page.status != 200:
        return page.status
    return officer.submit(page, "/correct", phone=phone, reason="来函更正").status


def test_a_deputy_acts_from_day_1_to_the_last_day_and_not_a_day_longer(place: Installation) -> None:
    place.today = DAY
    chief = place.add_account("wangchief", "district_officer", SHENHE)
    li = place.add_account("lideputy", "policy_editor", SHENHE)
    guard = place.add_account("anquan", "security_administrator", CITY)
    known = place.select(f"SELECT credit_code FROM company WHERE division_code = '{SHENHE}' ORDER BY 1")[0]
    company = f"/office/companies/{known['credit_code']}"
    with place.serve():
        deputy = place.signed_in("lideputy", li)
        assert registers(deputy, OURS) == 403  # a policy editor alone
        assert corrects(deputy, company, "024-11110001") == 403

        security = place.signed_in("anquan", guard)
        assert "代理人已指定" in names_deputy(security, "wangchief", "lideputy", DAY, LAST_DAY)

        assert registers(deputy, OURS) == 200  # on day 1, for the chief
        assert COMPANIES[OURS] in deputy.get(f"/office/companies/{OURS}").ok().words
        assert corrects(deputy, company, "024-11110001") == 200
        assert "wangchief" in deputy.get("/account").ok().words

        place.restart_on(LAST_DAY)
        deputy = place.signed_in("lideputy", li)
        assert registers(deputy, LAST) == 200
        page_of_the_last_day = deputy.get(NEW).ok()

        place.restart_on(DAY_AFTER)
        assert deputy.get(NEW).path.startswith("/sign-in")  # nobody stays signed in over night
        late = place.signed_in("lideputy", li)
        assert late.get("/office/").status == 200  # the role of their own goes on
        assert registers(late, LATER) == 403
        assert corrects(late, company, "024-11110002") == 403
        left_open = page_of_the_last_day.form(NEW).filled({"credit_code": LATER, "name": COMPANIES[LATER]})
        assert late.post(NEW, left_open).status in (400, 403)
        chief_again = place.signed_in("wangchief", chief)
        assert "024-11110001" in chief_again.get(company).ok().words
        assert registers(chief_again, LATER) == 200  # nobody else was hindered

    entries = place.select("SELECT * FROM audit_entry ORDER BY seq")
    about = {entry["subject_key"]: entry for entry in entries if entry["subject_kind"] == "company"}
    for done in (OURS, LAST, known["credit_code"]):
        entry = about[done]
        assert (entry["username"], entry["deputy_for"], entry["role"]) == ("lideputy", "wangchief", "district_officer")
    assert (about[LATER]["username"], about[LATER]["deputy_for"]) == ("wangchief", None)
    named = next(entry for entry in entries if entry["act"] == "deputy.named")
    assert json.loads(named["facts"])["ended_on"] == LAST_DAY
