"""Errand f: two officials correct one record at once; the second sees both versions and nothing is overwritten."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.errands.installation import Installation
from tests.errands.visitor import Answer, Visitor

COMPANY = re.compile(r"/office/companies/(\w{18})$")
PERSON = re.compile(r"/office/people/([0-9a-f-]{36})$")
ROW = re.compile(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', re.DOTALL)
CELL = re.compile(r"<td>(.*?)</td>", re.DOTALL)


@pytest.fixture(scope="module")
def officials(shared_place: Installation) -> tuple[Visitor, Visitor]:
    """Two colleagues of the city, each in a browser of their own; each test takes what it finds there."""
    wang = shared_place.add_account("wangyi", "city_officer", "210100")
    li = shared_place.add_account("lier", "city_officer", "210100")
    del shared_place.settings["web_workers"]  # two, so that it is not one process that keeps them apart
    shared_place.start()
    return shared_place.signed_in("wangyi", wang), shared_place.signed_in("lier", li)


def first_of(visitor: Visitor, listed: str, link: re.Pattern[str]) -> str:
    """The address of the first record of a list."""
    addresses = [address for address, _words in visitor.get(listed).ok().links if link.search(address)]
    return addresses[0]


def compared(answer: Answer) -> dict[str, list[str]]:
    """Field → [when opened, in the register now, what was typed], as the page sets them side by side."""
    return {
        field.strip(): [re.sub(r"<[^>]+>", "", cell).strip() for cell in CELL.findall(rest)[:3]]
        for field, rest in ROW.findall(answer.text)
    }


def test_the_second_of_two_officials_sees_both_versions_and_redoes(officials: tuple[Visitor, Visitor]) -> None:
    first, second = officials
    record = first_of(first, "/office/companies", COMPANY)
    form_of_first, form_of_second = first.get(f"{record}/correct").ok(), second.get(f"{record}/correct").ok()
    before = form_of_second.form("/correct").held

    done = first.submit(
        form_of_first, "/correct", legal_representative="王先到", phone="024-11110000", reason="按营业执照"
    )
    assert done.status == 200
    assert "王先到" in done.words

    refused = second.submit(
        form_of_second, "/correct", legal_representative="李后到", remark="后到者的备注", reason="按年报"
    )
    assert refused.status == 409
    rows = compared(refused)
    assert rows["法定代表人"] == [before["legal_representative"], "王先到", "李后到"]
    assert rows["备注"][-1] == "后到者的备注"
    assert any("024-11110000" in cells for cells in rows.values())
    now = second.get(record).ok().words
    assert "王先到" in now, "nothing was overwritten"
    assert "后到者的备注" not in now

    offered = refused.form("/correct").held
    assert offered["phone"] == "024-11110000", "what the second had not touched is as the register has it now"
    assert (offered["legal_representative"], offered["remark"]) == ("李后到", "后到者的备注")

    redone = second.submit(refused, "/correct", legal_representative="王先到", reason="按年报")
    assert redone.status == 200
    page = first.get(record).ok().words
    assert all(words in page for words in ("王先到", "024-11110000", "后到者的备注", "按营业执照", "按年报"))


def test_sent_in_the_same_moment_exactly_one_is_taken(officials: tuple[Visitor, Visitor]) -> None:
    record = first_of(officials[0], "/office/companies", COMPANY)
    for turn in range(4):
        pages = [visitor.get(f"{record}/correct").ok() for visitor in officials]

        def correct(number: int, pages: list[Answer] = pages, turn: int = turn) -> Answer:
            return officials[number].submit(
                pages[number], "/correct", legal_representative=f"第{turn}次{number}号", reason="同时"
            )

        with ThreadPoolExecutor(2) as both:
            statuses = [answer.status for answer in both.map(correct, (0, 1))]
        assert sorted(statuses) == [200, 409]
        winner = statuses.index(200)
        assert f"第{turn}次{winner}号" in officials[0].get(record).ok().words


def test_a_person_is_guarded_the_same_way_and_a_form_sent_twice_acts_once(
    shared_place: Installation, officials: tuple[Visitor, Visitor]
) -> None:
    first, second = officials
    record = first_of(first, "/office/people", PERSON)
    pages = first.get(f"{record}/correct").ok(), second.get(f"{record}/correct").ok()
    first.submit(pages[0], "/correct", remark="先到", reason="先")
    assert second.submit(pages[1], "/correct", remark="后到", reason="后").status == 409
    assert "后到" not in first.get(record).ok().words

    entries = "SELECT count(*) AS n FROM record_change"
    before = shared_place.select(entries)
    assert first.submit(pages[0], "/correct", remark="先到", reason="先").status == 200  # the same form once more
    assert shared_place.select(entries) == before
