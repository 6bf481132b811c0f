"""Matters from desk to desk, on both databases: opening, handing on, rising tones, closing; who may do what."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Permission, Role
from regulator.features.audit.models import AuditEntry
from regulator.features.papers.actions.matters import NewMatter, open_matter
from regulator.features.papers.models import Matter, MatterEntry, Reminder
from regulator.features.papers.terms import MatterKind, MatterState, Outcome, PaperState
from regulator.foundation import clock
from regulator.foundation.database import new_key
from tests.factories import registry as make
from tests.factories.matters import account_named, make_matter, make_paper

Open = Callable[..., Any]


def again(session: Session) -> Matter:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Matter).order_by(Matter.number.desc())).first()  # type: ignore[return-value]


def test_an_official_opens_notes_moves_the_term_and_closes(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    desk.get("/office/matters/new")
    tomorrow = clock.today() + timedelta(days=1)
    given = {"title": "老旧电梯摸底", "division_code": make.HEPING_STREET, "note": "据街道来电"}
    desk.post("/office/matters/new", 409, **given, due_on=(clock.today() - timedelta(days=1)).isoformat())
    assert "期限不能早于立项日" in desk.page
    path = desk.post("/office/matters/new", **given, due_on=tomorrow.isoformat()).location
    matter = again(session)
    assert path == f"/office/matters/{matter.number}"
    assert matter.owner_id == account_named("王承办").id
    assert (matter.kind, matter.due_on) == (MatterKind.OFFICIAL, tomorrow)
    page = desk.get(path)
    assert "据街道来电" in page
    assert "立项，由王承办承办" in page
    desk.post(f"{path}/note", note="已到现场查看")
    desk.get(path)
    desk.post(f"{path}/term", due_on="", because="等厂家回复")
    assert again(session).due_on is None
    assert "取消期限" in desk.get(path)
    desk.post(f"{path}/close", 400, outcome="done", reason="")
    desk.post(f"{path}/close", outcome="done", reason="已更换")
    closed = again(session)
    assert (closed.state, closed.outcome, closed.closed_by) == (MatterState.CLOSED, Outcome.DONE, "王承办")
    page = desk.get(path)
    assert "办结：已办理" in page or "办结：" in page
    assert "/note" not in page, "nothing more can be done"
    desk.post(f"{path}/note", 403, note="再记一笔")
    acts = [
        entry.act for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.seq)) if entry.act[:6] == "matter"
    ]
    assert acts == ["matter.opened", "matter.noted", "matter.noted", "matter.term_set", "matter.closed"]


def test_a_form_sent_twice_opens_one_matter(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET)
    desk.get("/office/matters/new")
    given = {"title": "只开一件", "division_code": make.HEPING_STREET}
    first = desk.post("/office/matters/new", **given).location
    assert desk.post("/office/matters/new", **given).location == first
    assert session.query(Matter).count() == 1


def test_a_place_of_another_district_is_not_offered_nor_taken(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET)
    assert make.SHENHE not in desk.get("/office/matters/new")
    desk.post("/office/matters/new", 400, title="越界", division_code=make.SHENHE_STREET)
    assert session.query(Matter).count() == 0


def test_a_community_worker_opens_one_for_the_community(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.COMMUNITY_WORKER, make.HEPING_COMMUNITY)
    assert 'value="210102001001" selected' in desk.get("/office/matters/new")
    desk.post("/office/matters/new", title="社区的事", division_code=make.HEPING_COMMUNITY)
    assert again(session).division_code == make.HEPING_COMMUNITY


def test_the_owner_hands_on_to_somebody_who_may_have_it(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="孙同事")
    sign_in(Role.STREET_OFFICER, make.SHENHE_STREET, name="外区人")
    sign_in(Role.POLICY_EDITOR, make.HEPING, name="编辑")
    matter = make_matter("要转的事", account_named("王承办").id)
    session.commit()
    path = f"/office/matters/{matter.number}"
    page = desk.get(path)
    assert "孙同事" in page
    assert "外区人" not in page
    assert "编辑" not in page
    desk.post(f"{path}/assign", 400, to=str(account_named("外区人").id))
    desk.get(path)
    desk.post(f"{path}/assign", to=str(account_named("孙同事").id), why="分工调整")
    assert again(session).owner_id == account_named("孙同事").id
    page = desk.get(path)
    assert "由王承办转交孙同事" in page
    assert "分工调整" in page
    desk.post(f"{path}/assign", 403, to=str(account_named("王承办").id))


def test_of_two_leaders_at_once_the_second_is_told(sign_in: Open, session: Session) -> None:
    first = sign_in(Role.DIRECTOR, make.HEPING, name="赵局长")
    second = sign_in(Role.SECTION_HEAD, make.HEPING, name="钱科长")
    sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="孙同事")
    matter = make_matter("两人同派的事", account_named("王承办").id)
    session.commit()
    path = f"/office/matters/{matter.number}"
    first.get(path)
    second.get(path)
    first.post(f"{path}/assign", to=str(account_named("孙同事").id))
    second.post(f"{path}/assign", 409, to=str(account_named("钱科长").id))
    assert again(session).owner_id == account_named("孙同事").id


def test_tones_rise_and_only_leaders_supervise_and_circulate(sign_in: Open, session: Session) -> None:
    leader = sign_in(Role.DIRECTOR, make.HEPING, name="赵局长")
    colleague = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="孙同事")
    owner = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    matter = make_matter("拖着的事", account_named("王承办").id)
    session.commit()
    path = f"/office/matters/{matter.number}"
    assert "/remind" not in owner.get(path), "nobody reminds oneself"
    owner.post(f"{path}/remind", 403, tone="urge", text="x")
    page = colleague.get(path)
    assert 'value="urge"' in page
    assert 'value="supervise"' not in page
    colleague.post(f"{path}/remind", 403, tone="supervise", text="督办")
    leader.get(path)
    leader.post(f"{path}/remind", 409, tone="supervise", text="直接督办")
    assert "请先" in leader.page or "先发出" in leader.page
    leader.get(path)
    leader.post(f"{path}/remind", tone="urge", text="请抓紧")
    leader.get(path)
    leader.post(f"{path}/remind", tone="supervise", text="三日内办结")
    leader.get(path)
    leader.post(f"{path}/remind", tone="circulate", text="全局通报")
    assert [one.tone.value for one in session.scalars(select(Reminder).order_by(Reminder.sent_at))] == [
        "urge", "supervise", "circulate",
    ]  # fmt: skip
    assert "全局通报" in owner.get(path)


def test_matters_of_the_register_are_closed_by_their_own_act(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING, name="王承办")
    kind = {
        "kind": MatterKind.LINK,
        "subject_key": f"2101020010001/{new_key()}",
        "title": "独见物业",
        "division_code": make.HEPING_COMMUNITY,
    }
    matter = open_matter(NewMatter(handled_by=Permission.LINKS_CONFIRM, **kind), actor=make.actor(), now=clock.now())
    session.commit()
    path = f"/office/matters/{matter.number}"
    page = desk.get(path)
    assert "确认或否定该企业名称" in page
    assert "/close" not in page
    desk.post(f"{path}/close", 403, outcome="done", reason="x")
    desk.get(path)
    desk.post(f"{path}/term", 403, due_on="2030-01-01")
    assert again(session).state is MatterState.OPEN


def test_a_matter_with_unfinished_papers_stays_open(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING, name="王承办")
    person = account_named("王承办")
    matter = make_matter("发文的事", person.id)
    make_paper(matter, person, PaperState.DRAFT)
    session.commit()
    path = f"/office/matters/{matter.number}"
    assert "情况通报" in desk.get(path)
    desk.post(f"{path}/close", 409, outcome="done", reason="办完")
    assert again(session).state is MatterState.OPEN


def test_the_list_filters_searches_and_exports_what_it_shows(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.CITY_OFFICER, make.CITY, name="王承办")
    me = account_named("王承办").id
    first = make_matter(
        "电梯 100% 停运", me, due_on=clock.today() - timedelta(days=4), now=clock.now() - timedelta(days=9)
    )
    make_matter("供热投诉", me, make.SHENHE_COMMUNITY)
    make_matter("全市的事", me, None)  # type: ignore[arg-type]
    other = make_matter("外市的事", me, make.OTHER_DISTRICT)
    session.commit()
    page = desk.get("/office/matters")
    assert "全市的事" in page, "a matter without a place is the city's"
    assert "外市的事" not in page
    desk.get(f"/office/matters/{other.number}", 404)
    for query, there, gone in (
        ("q=100%25", "电梯", "供热"),
        (f"q={first.number}", "电梯", "供热"),
        (f"division={make.SHENHE}", "供热", "电梯"),
        ("due=overdue", "电梯", "供热"),
        ("owner=王", "电梯", "无此事项"),
        ("kind=official", "供热", "无此事项"),
    ):
        page = desk.get(f"/office/matters?{query}")
        table = page[page.index("<table") :]
        assert there in table, query
        assert gone not in table, query
    assert "没有符合条件的事项" in desk.get("/office/matters?state=closed")
    assert "供热" not in desk.fetch("/office/matters?due=overdue&export=csv").text
    district = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    page = district.get("/office/matters")
    assert "全市的事" not in page, "not the district's"
    assert desk.fetch("/office/matters?due=never").status_code == 400


def test_history_names_the_deputy(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    matter = make_matter("代办的事", account_named("王承办").id)
    session.add(
        MatterEntry(matter_id=matter.id, at=clock.now(), kind="noted", by_name="孙同事", deputy_for="wang", text="代记")
    )
    session.commit()
    assert "wang" in desk.get(f"/office/matters/{matter.number}")
