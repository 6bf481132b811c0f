"""Errand g: a round opened by the city, confirmed by two districts, closed; differences to the round before listed."""

import re

from tests.errands.installation import Installation
from tests.errands.visitor import Answer, Visitor

HEPING, SHENHE = "210102", "210103"


def open_round(city: Visitor, name: str) -> str:
    """The city opens a round; gives its address."""
    page = city.submit(
        "/office/verification",
        "/office/verification",
        having="due_on",
        name=name,
        due_on="2027-06-30",
        instruction="逐条核对",
    ).ok()
    return page.path


def confirm_everything(district: Visitor, round_: str) -> int:
    """Confirm page after page of estates and companies; gives how many pages it took."""
    pages = 0
    for kind in ("estate", "company"):
        address = f"{round_}/records?kind={kind}&limit=200"
        page = district.get(address).ok()
        while 'name="shown"' in page.text:
            page = district.submit(page, having="shown", all="1").ok()
            page = district.get(address).ok()
            pages += 1
            assert pages < 30, "confirming does not come to an end"
    return pages


def declare_done(district: Visitor, round_: str, code: str) -> Answer:
    """The district says that it is done."""
    return district.submit(f"{round_}/done/{code}", "/done/", having="remark", remark="本区已逐条核对")


def row_of(page: Answer, district: str) -> str:
    """A district's line of the progress."""
    found = re.search(rf'<tr><th scope="row">{district}</th>.*?</tr>', page.text, re.DOTALL)
    assert found, district
    return found[0]


def test_two_rounds_and_their_differences(place: Installation) -> None:
    place.today = "2026-11-23"  # before the accounts, whose roles hold from the day they are made
    people = {
        name: place.add_account(name, role, scope)
        for name, role, scope in (
            ("city", "city_officer", "210100"),
            ("heping", "district_officer", HEPING),
            ("shenhe", "district_officer", SHENHE),
        )
    }
    with place.serve():
        city, heping, shenhe = (place.signed_in(name, password) for name, password in people.items())
        assert 'name="due_on"' not in heping.get("/office/verification").ok().text, "only the city opens rounds"
        first = open_round(city, "2026 年下半年数据核对")
        refused = declare_done(heping, first, HEPING)
        assert refused.status == 409, "not before every record is confirmed"
        assert heping.get(f"{first}/done/{SHENHE}").status == 404
        for district, code in ((heping, HEPING), (shenhe, SHENHE)):
            confirm_everything(district, first)
            declare_done(district, first, code).ok()
        progress = city.get(first).ok()
        assert "已完成" in row_of(progress, "和平区")
        assert "已完成" in row_of(progress, "沈河区")
        assert "已完成" not in row_of(progress, "铁西区")
        assert "沈河区" not in heping.get(first).ok().words, "a district sees its own part"
        city.submit(first, "/close").ok()
        assert heping.get(f"{first}/records").status == 200
        stale = heping.post(f"{first}/records", {})
        assert stale.status in (400, 403, 409), "without the form's token nothing is taken"
        assert "/close" not in city.get(first).ok().text

        # between the rounds: a correction, a change of manager, a new estate
        estates = city.get(f"/api/v1/estates?division={HEPING}&mode=professional&limit=50").ok().data["items"]
        corrected, changed = [item for item in estates if item["company"] and item["households"]][:2]
        heping.submit(
            f"/office/estates/{corrected['code']}/correct",
            "/correct",
            having="households",
            households="4321",
            reason="现场核实",
        ).ok()
        other = next(
            item
            for item in city.get("/api/v1/companies?limit=20").ok().data["items"]
            if item["credit_code"] != changed["company"]["credit_code"]
        )
        heping.submit(
            f"/office/estates/{changed['code']}/services/change",
            "/services/change",
            having="began_on",
            mode="professional",
            company=other["credit_code"],
            began_on="2026-11-01",
            reason="业主大会选聘",
        ).ok()
        street = corrected["division"]["code"][:9]
        added = heping.submit(
            f"/office/estates/new?street={street}",
            "/estates/new",
            having="households",
            name="核对新增小区",
            division_code=street,
        ).ok()
        second = open_round(city, "2027 年上半年数据核对")
        records = heping.get(f"{second}/records?limit=200").ok()
        assert "未变" in records.words
        confirm_everything(heping, second)
        declare_done(heping, second, HEPING).ok()
        city.submit(second, "/close").ok()

        for reader in (city, heping):
            page = reader.get(f"{second}/differences?limit=200&division={HEPING}").ok()
            lines = re.findall(r"<tr><th scope=\"row\"><a href=\"([^\"?]+)[^>]*>.*?</tr>", page.text, re.DOTALL)
            codes = {line.rsplit("/", 1)[-1] for line in lines}
            assert codes == {corrected["code"], changed["code"], added.path.rsplit("/", 1)[-1]}
            assert "4321" in page.words
            assert str(corrected["households"]) in page.words
            assert other["credit_code"] in page.words
            assert "新增" in page.words
        assert shenhe.get(f"{second}/differences?kind=added").ok().words.count("核对新增小区") == 0
        missing = city.get(f"{second}/differences?kind=missing&division={SHENHE}").ok()
        assert "未再确认" in missing.words, "Shenhe confirmed in the first round only"
        exported = city.get(f"{second}/differences?division={HEPING}&export=csv").ok().body.decode("utf-8-sig")
        assert "4321" in exported
        late = heping.get(f"{second}/records?limit=200").ok()
        assert 'name="shown"' not in late.text or heping.submit(late, having="shown", all="1").status == 409
