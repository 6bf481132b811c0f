"""An official's errands with people, page by page, on both databases."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.audit.models import AuditEntry
from regulator.features.registry.models import Employment, ManagerAssignment, Person
from tests.factories import registry as make

Open = Callable[..., Any]


def look_again(session: Session) -> None:
    """Forget what was read: requests have written since."""
    session.rollback()
    session.expire_all()


def test_a_person_is_registered_moves_answers_for_an_estate_and_is_retired(sign_in: Open, session: Session) -> None:
    first, second, estate = make.make_company("甲物业"), make.make_company("乙物业"), make.make_estate()
    session.commit()
    desk, number = sign_in(Role.DISTRICT_OFFICER, make.SHENHE), make.make_id_number()
    desk.get("/office/people/new")
    made = desk.post(
        "/office/people/new", id_number=number, name="李建国", credit_code=first.credit_code, began_on="2020-01-01",
        is_full_time="yes", is_head_of_post="",
    )  # fmt: skip
    path = made.location
    page = desk.get(path)
    assert number not in page
    assert f"{number[:3]}{'*' * 13}{number[-2:]}" in page
    ending = re.findall(r'href="([^"]+/employments/[^"]+/end)"', page)[0]
    desk.get(ending)
    desk.post(ending, ended_on="2026-09-30", reason="离职")
    desk.get(f"{path}/employments/new")
    desk.post(f"{path}/employments/new", credit_code=second.credit_code, began_on="2026-10-01")
    desk.get(f"{path}/estates/new?estate={estate.code}")
    desk.post(f"{path}/estates/new", estate_code=estate.code, began_on="2026-10-01")
    desk.get(f"{path}/retire")
    assert 'role="alert"' in desk.post(f"{path}/retire", 409, retired_on="2026-11-01", reason="重复").text
    page = desk.get(path)
    release = re.findall(r'href="([^"]+/estates/[^"]+/end)"', page)[0]
    desk.get(release)
    desk.post(release, ended_on="2026-10-31", reason="调离")
    desk.get(f"{path}/retire")
    desk.post(f"{path}/retire", retired_on="2026-11-01", reason="重复登记")
    look_again(session)
    person = session.scalars(select(Person)).one()
    assert person.retired_on is not None
    jobs = session.scalars(select(Employment).order_by(Employment.began_on)).all()
    assert [(job.is_full_time, job.is_head_of_post, job.ended_on is None) for job in jobs] == [
        (True, None, False),
        (None, None, True),
    ]
    assert session.scalars(select(ManagerAssignment)).one().ended_on is not None
    assert "重复登记" in desk.get(f"/office/history/person/{person.id}")


def test_what_cannot_be_taken_is_said_at_its_field(sign_in: Open, session: Session) -> None:
    known = make.make_id_number()
    company, other = make.make_company(), make.make_company("别区物业", make.HEPING)
    make.make_person("他区人员", other, id_number=known)
    session.commit()
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    desk.get("/office/people/new")
    given = {"name": "李", "credit_code": company.credit_code}
    for number in (known, known[:-1] + ("0" if known[-1] != "0" else "1"), "123"):
        page = desk.post("/office/people/new", 409, id_number=number, **given).text
        assert 'id="f-id_number-error"' in page, number
    assert "他区人员" not in page
    given = {"name": "李", "credit_code": other.credit_code, "id_number": make.make_id_number()}
    assert 'id="f-credit_code-error"' in desk.post("/office/people/new", 400, **given).text


def test_a_number_is_shown_once_for_a_reason_and_only_by_right(sign_in: Open, session: Session) -> None:
    number = make.make_id_number()
    person = make.make_person("李建国", make.make_company(), id_number=number)
    path = f"/office/people/{person.id}"
    session.commit()
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    desk.get(path)
    desk.post(f"{path}/number", 400, reason="")
    assert number in desk.post(f"{path}/number", 200, reason="核对身份证").text
    assert number not in desk.get(path)
    look_again(session)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "person.number_revealed")).all()
    assert [("核对身份证" in entry.facts, number in entry.facts) for entry in entries] == [(True, False)]
    street = sign_in(Role.STREET_OFFICER, make.SHENHE)  # sees people, may not reveal
    assert f"{path}/number" not in street.get(path)
    street.post(f"{path}/number", 403, reason="核对身份证")


def test_people_are_found_by_the_whole_number_in_list_and_search_and_exported_masked(
    sign_in: Open, session: Session
) -> None:
    number = make.make_id_number()
    make.make_person("欧阳文静", make.make_company(), id_number=number)
    session.commit()
    desk = sign_in()
    for page in ("/office/people", "/office/search"):
        assert "欧阳文静" in desk.get(f"{page}?q={number}")
        assert "欧阳文静" not in desk.get(f"{page}?q={number[:14]}")
    text = desk.fetch("/office/people?export=csv").data.decode("utf-8-sig")
    assert "欧阳文静" in text
    assert number not in text


def test_people_are_narrowed_to_a_district_in_list_and_file(sign_in: Open, session: Session) -> None:
    make.make_person("沈河人", make.make_company("甲物业"))
    make.make_person("和平人", make.make_company("乙物业", make.HEPING))
    session.commit()
    desk = sign_in()
    for path in (f"/office/people?division={make.HEPING}", f"/office/people?division={make.HEPING}&export=csv"):
        shown = desk.fetch(path).text
        assert "和平人" in shown
        assert "沈河人" not in shown
    assert desk.fetch("/office/people?division=999999").status_code == 400


def test_another_districts_person_is_404_everywhere(sign_in: Open, session: Session) -> None:
    person = make.make_person("李建国", make.make_company(division_code=make.HEPING))
    path = f"/office/people/{person.id}"
    session.commit()
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    for page in (path, f"{path}/correct", f"{path}/retire", f"/office/history/person/{person.id}"):
        desk.get(page, 404)
    assert "李建国" not in desk.get("/office/people")
    desk.post(f"{path}/number", 404, reason="核对身份证")


def test_who_may_not_see_people_meets_none(sign_in: Open, session: Session) -> None:
    person = make.make_person("李建国", make.make_company())
    session.commit()
    desk = sign_in(Role.POLICY_EDITOR)
    desk.get("/office/people", 403)
    desk.get(f"/office/history/person/{person.id}", 404)
    assert f"/office/people/{person.id}" not in desk.get("/office/search?q=李建国")
    assert "/office/people" not in desk.get("/office/")


def test_a_companys_desk_shows_its_own_people_and_record_and_no_others(sign_in: Open, session: Session) -> None:
    mine, other = make.make_company("我的物业", remark="内部备注"), make.make_company("别家物业")
    make.make_service(make.make_estate("我管的小区"), mine)
    make.make_person("我的员工", mine)
    make.make_person("别家员工", other)
    session.commit()
    desk = sign_in(Role.COMPANY_USER, mine.credit_code)
    page = desk.get("/company/")
    assert "我管的小区" in page
    assert "内部备注" not in page
    people = desk.get("/company/people")
    assert "我的员工" in people
    assert "别家员工" not in people
    desk.get("/office/", 403)
