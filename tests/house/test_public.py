"""Every public address: no cookie, nothing from elsewhere, a policy on each answer, no field that is not public."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from regulator.features.licensing.actions.certificates import end_certificate
from regulator.features.licensing.certificate_terms import CertificateState
from regulator.web import access
from tests.factories import registry as make
from tests.factories.certificates import issue, record
from tests.factories.paper_rows import code_of, make_paper
from tests.portals.public.conftest import Fetch, World, fetch, world

__all__ = ["fetch", "world"]  # the small world of the public pages

PUBLIC = ("public.", "api.", "ogc.")
OUTSIDE = re.compile(
    r"""(?:src|href|action|srcset|data-[\w-]+)\s*=\s*["']\s*((?:https?:)?//[^"']+)|url\(\s*['"]?((?:https?:)?//[^)]+)"""
)
POLICY = "default-src 'self'"
NUMBER = "沈河房物〔2026〕1号"
CERTIFICATE = "DJ210100-2026-00001"


def addresses(app: Flask, world: World) -> Iterator[str]:
    """Every address of the public portals, its parts filled from the small world, in both languages."""
    filled = {
        "credit_code": world.company.credit_code,
        "code": world.estate.code,
        "version": "x",
        "name": "x",
        "collection": "estates",
        "feature": world.estate.code,
        "z": "1",
        "x": "0",
        "y": "0",
        "number": NUMBER,
        "year": "2005",
    }
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if rule.endpoint.startswith(PUBLIC) and rule.methods and "GET" in rule.methods:
            parts = filled | ({"code": make.SHENHE} if "division" in rule.endpoint else {})
            path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda part, parts=parts: parts[part[1]], str(rule))  # type: ignore[misc]
            yield from (path, f"{path}?lang=en", *((f"{path}?f=html",) if rule.endpoint.startswith("ogc.") else ()))
    yield from ("/companies?q=x", "/estates?q=x&mode=unknown", "/companies?division=1", "/nothing", "/api/v1/nothing")
    yield f"/estates/{world.unknown.code}"
    yield f"/ogc/collections/estates/items/{world.unknown.code}"
    yield "/ogc/collections/divisions/items?f=html&level=city"
    yield f"/companies/{world.other.credit_code}?as_of=2025-01-01"
    yield from (f"/verify/{CERTIFICATE}", f"/verify?number={CERTIFICATE}", f"/api/v1/certificates/{CERTIFICATE}")
    yield from (f"/papers/{NUMBER}?code={code_of(NUMBER)}", f"/papers/{NUMBER}?code={'0' * 16}")


def test_every_address_is_declared_public_and_there_are_the_promised_ones(app: Flask) -> None:
    found = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith(PUBLIC)}
    assert found >= {
        "public.home", "public.companies", "public.company", "public.estates", "public.estate", "public.divisions",
        "public.about", "public.healthz", "public.readyz", "public.metrics", "public.map_page",
        "api.companies", "api.company", "api.estates", "api.estate", "api.divisions", "api.openapi_document",
        "api.docs", "ogc.landing", "ogc.conformance", "ogc.collections", "ogc.collection", "ogc.items", "ogc.item",
        "ogc.api",
    }  # fmt: skip
    assert [endpoint for endpoint in found if access.declared(app, endpoint) != access.PUBLIC] == []


def test_no_cookie_and_a_policy_on_every_answer(app: Flask, world: World, fetch: Fetch) -> None:
    for address in addresses(app, world):
        answer = fetch(address)
        assert answer.status_code < 500, address
        assert "Set-Cookie" not in answer.headers, address
        assert "Cookie" not in answer.headers.get("Vary", ""), address
        assert answer.headers["Content-Security-Policy"].startswith(POLICY), address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address


def test_a_cookie_from_elsewhere_changes_nothing(app: Flask, world: World) -> None:
    client: FlaskClient = app.test_client()
    for name in ("regulator_session", "regulator_page", "session"):
        client.set_cookie(name, "x" * 50)
    for address in ("/", "/companies", f"/estates/{world.estate.code}", "/api/v1/companies"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers


def test_nothing_is_loaded_or_linked_from_elsewhere(app: Flask, world: World, fetch: Fetch) -> None:
    for address in addresses(app, world):
        answer = fetch(address)
        if answer.mimetype == "text/html":
            assert OUTSIDE.findall(answer.text) == [], address
            assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", answer.text), address


@pytest.fixture
def secrets(session: Session, world: World) -> dict[str, str]:
    """One value of each kind that only the bureau may see, written into the rows the public pages read."""
    values = {
        "company.remark": "只供内部",
        "company.retired_reason": "撤出理由甲",
        "estate.remark": "小区备注乙",
        "estate.owning_unit": "主管单位丙",
        "estate.community_as_stated": "原填社区丁",
        "service.company_spelling": "名单写法戊",
        "service.basis_document": "依据文号己",
        "contract.number": "合同编号庚",
        "contract.remark": "合同备注辛",
        "person.name of other staff": "钱普通",
        "person.id": "210103198506070015",
        "person.id_masked": "210*************15",
        "paper.title": "文书标题壬",
        "paper.addressee": "文书收件人癸",
        "paper.facts": "文书事实子",
        "paper.withdrawn_reason": "撤销理由丑",
        "paper.drafted_by": "拟稿人寅",
        "paper.signed_by": "签批人卯",
        "certificate.ended_reason": "终止理由辰",
        "certificate.ended_paper": "终止文书巳",
        "certificate.document": "补录来源午",
        "certificate.recorded_by": "登记人未",
    }
    acting = {"actor": make.actor(values["certificate.recorded_by"]), "now": make.NOW}
    issued = issue(world.company, **acting)
    end_certificate(
        issued, CertificateState.WITHDRAWN, on=make.TODAY, reason=values["certificate.ended_reason"],
        paper=values["certificate.ended_paper"], version=1, **acting,
    )  # fmt: skip
    record(world.company, document=values["certificate.document"])
    make_paper(
        NUMBER, make.SHENHE, title=values["paper.title"], addressee=values["paper.addressee"],
        facts={"place": values["paper.facts"]}, withdrawn_reason=values["paper.withdrawn_reason"],
        drafted_by=values["paper.drafted_by"], signed_by=values["paper.signed_by"],
    )  # fmt: skip
    world.company.retired_reason = values["company.retired_reason"]
    world.estate.remark = values["estate.remark"]
    world.estate.owning_unit = values["estate.owning_unit"]
    world.estate.community_as_stated = values["estate.community_as_stated"]
    other = make.make_estate("待核对小区")
    make.make_service(
        other,
        company_spelling=values["service.company_spelling"],
        basis_document=values["service.basis_document"],
    )
    make.make_contract(other, world.company, number=values["contract.number"], remark=values["contract.remark"])
    session.commit()
    world.unknown = other
    return values


def test_nothing_but_disclosable_fields(app: Flask, world: World, fetch: Fetch, secrets: dict[str, str]) -> None:
    pages: dict[str, Any] = {address: fetch(address).text for address in addresses(app, world)}
    pages |= {
        path: fetch(path).text
        for path in (f"/api/v1/estates/{world.unknown.code}", "/map/estates.json?bbox=123,41,124,42&zoom=9")
    }
    assert any("陈伟艳" in text for text in pages.values()), "the world is there"
    assert any("赵项目" in text for text in pages.values()), "the project manager is public"
    assert any("已撤回" in text for text in pages.values()), "so is the state of a certificate"
    assert any("校验码与文号一致" in text for text in pages.values()), "so is a paper's number"
    for field, value in secrets.items():
        assert [address for address, text in pages.items() if value in text] == [], field
