"""A small application that renders every macro: the kitchen, where the shared pieces are tried without the product."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest
from flask import Blueprint, Flask, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy.exc import OperationalError

from regulator.features.accounts.terms import Permission
from regulator.features.audit.terms import Actor
from regulator.foundation.charts import Axis, Bar, Look, Reading, Series, Spec, Target, bar_chart, line_chart
from regulator.foundation.errors import BadInput, Conflict, Forbidden, NotFound, StaleVersion, Unavailable
from regulator.foundation.extensions import csrf
from regulator.foundation.files import FileDamaged
from regulator.foundation.paging import Page
from regulator.law.citations import Citation
from regulator.law.findings import Finding, Refused
from regulator.resources import resource_dir
from regulator.web import forms, navigation, pages
from regulator.web.navigation import MenuGroup
from regulator.web.templates import Application

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MOMENT = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
ARTICLE = Citation("物业管理条例", "33", date(2018, 3, 19))


class Mode(StrEnum):
    PROFESSIONAL = "professional"
    UNIT_LOGISTICS = "unit_logistics"
    COMMUNITY_CUSTODY = "community_custody"
    OWNERS_SELF = "owners_self"
    INTERIM_CUSTODY = "interim_custody"
    ABANDONED = "abandoned"
    NONE = "none"


class KitchenForm(forms.Form):
    name: forms.Text
    credit_code: Annotated[str, forms.Field(pattern="^[0-9A-Z]{18}$")]
    founded_on: forms.OptionalDay = None
    floor_area: forms.OptionalArea = None
    capital: forms.OptionalYuan = None
    group: MenuGroup
    kind: forms.OptionalText = None
    roles: tuple[MenuGroup, ...] = ()
    full_time: forms.Ticked = False
    reason: forms.LongText


@dataclass(frozen=True)
class Row:
    name: str
    code: str
    mode: Mode | None
    area: int | None
    share: float | None


@dataclass(frozen=True)
class Entry:
    at: datetime
    who: str
    role: str
    act: object
    changes: list[tuple[str, object, object]]
    reason: str = ""


ROWS = [
    Row("沈阳和智川城市服务有限公司", "91210103815188447C", mode, area, share)
    for mode, area, share in zip(
        [*Mode, None],
        [8160000, 14770000, 390000, None, 100, 5000, 9999, 0],
        [0.951, 0.875, 0.733, None, 0, 1, 0.5, 0.9],
        strict=True,
    )
]
CHANGES: list[tuple[str, object, object]] = [
    ("注册资本", "500 万元", "5,000 万元"),
    ("电话", None, "024-26099226"),
    ("传真", "1", None),
]
ENTRIES = [
    Entry(MOMENT, "张晓敏", "区房产局", "更正", CHANGES, "营业执照"),
    Entry(MOMENT, "系统导入", "", MenuGroup.REGISTER, []),
]
FAILURES: dict[str, Exception] = {
    "not-found": NotFound(),
    "forbidden": Forbidden(),
    "bad-input": BadInput("limit_out_of_range", {"maximum": 200}, about="limit"),
    "conflict": Conflict("credit_code_duplicate"),
    "stale": StaleVersion(3, 2),
    "store-full": Unavailable("file_store_full"),
    "store-away": Unavailable("file_store_unreachable"),
    "stored-damaged": FileDamaged("stored_file_damaged", {"name": "abc123"}),
    "refused": Refused([Finding("service_overlap", ARTICLE, {"day": date(2026, 1, 1)})]),
    "broken": RuntimeError("secret-of-the-database"),
    "busy": OperationalError("secret-of-the-database", {}, sqlite3.OperationalError("database is locked")),
}


RATE = Axis("覆盖率", ".0%", (0, 1))


def bars() -> Spec:
    """Rates of districts, one unknown, one with a name nobody should have."""
    found = [Bar("沈河区", Reading(0.91, "91.0%"), 0.8), Bar("沈北新区", Reading(None, "—"), 0.8)]
    found.append(Bar("<img src=x onerror=alert(1)>", Reading(0.5, "50.0%")))
    return bar_chart(found, axis=RATE, look=Look("各区覆盖率"), target_words="年度目标")


def lines() -> Spec:
    """Two rates over three months."""
    rising = Series("专业化", (Reading(0.5, "50.0%"), Reading(None, "—"), Reading(0.6, "60.0%")))
    full = Series("全口径", (Reading(0.7, "70.0%"), Reading(0.75, "75.0%"), Reading(0.9, "90.0%")))
    months = ["2026年8月", "2026年9月", "2026年10月"]
    return line_chart(months, [rising, full], axis=RATE, look=Look("逐月覆盖率"), target=Target(0.8, "目标 80%"))


def demo_site() -> pages.Site:
    return pages.Site("沈阳市", "demo", MOMENT, "沈阳市住房和城乡建设局", "Shenyang", "2101000000")


def build_kitchen() -> Flask:
    """The application; also served by hand for screenshots."""
    app = Application(
        "kitchen", static_folder=str(ROOT / "regulator" / "static"), template_folder=str(resource_dir("templates"))
    )
    app.config.update(SECRET_KEY="kitchen", WTF_CSRF_TIME_LIMIT=None, MAX_CONTENT_LENGTH=64 << 20)
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(str(resource_dir("templates"))), FileSystemLoader(str(HERE / "kitchen"))]
    )
    csrf.init_app(app)
    office = Blueprint("office", "kitchen")
    public = Blueprint("public", "kitchen")
    values = {
        "rows": ROWS,
        "entries": ENTRIES,
        "MenuGroup": MenuGroup,
        "group": MenuGroup.REGISTER,
        "moment_value": MOMENT,
        "charts": [(bars(), "各区覆盖率"), ("/lines.json", "逐月覆盖率")],
    }

    @office.get("/desk")
    def companies() -> str:
        return render_template("desk.html", page=Page(tuple(ROWS), next="abc"), **values)

    @office.route("/form", methods=["GET", "POST"])
    def form() -> ResponseReturnValue:
        filled = (
            forms.read(KitchenForm) if request.method == "POST" else forms.fill(KitchenForm, {"floor_area": 8160050})
        )
        if filled.value is not None:
            return jsonify(filled.value.model_dump(mode="json"))
        return render_template("form.html", form=filled, **values)

    @public.get("/public")
    def company() -> str:
        return render_template("public.html", **values)

    @public.get("/print")
    def sheet() -> str:
        return render_template("print.html", **values)

    @public.get("/work.json")
    def work() -> ResponseReturnValue:
        return jsonify(state="running", done=3600, total=6000, note="正在写入", next=None)

    @public.get("/lines.json")
    def lines_of_months() -> ResponseReturnValue:
        return jsonify(lines())

    @public.get("/fail/<name>")
    @public.get("/api/v1/fail/<name>")
    def fail(name: str) -> str:
        if name.isdigit():
            abort(int(name))
        raise FAILURES[name]

    app.register_blueprint(office)
    app.register_blueprint(public)
    pages.furnish(
        app,
        site=demo_site,
        actor=lambda: Actor(None, "zhangxm", "张晓敏", "district_officer,section_head", "沈河区", None),
        permissions=lambda: frozenset({Permission.COMPANIES_VIEW}),
    )
    navigation.describe("office", title="office", home="office.companies", search="office.companies")
    navigation.add("office", MenuGroup.DESK, "office.companies", _l("Search"))
    navigation.add(
        "office", MenuGroup.REGISTER, "office.form", _l("Reload"), Permission.COMPANIES_VIEW, badge=lambda: 1001
    )
    navigation.add("office", MenuGroup.SETTINGS, "public.sheet", _l("Reset"), Permission.AUDIT_SEARCH)
    navigation.add("public", MenuGroup.LOOK, "public.company", _l("Search"))
    return app


@pytest.fixture
def kitchen(monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The kitchen, with the menus put back afterwards."""
    monkeypatch.setattr(navigation, "_portals", {})
    return build_kitchen()
