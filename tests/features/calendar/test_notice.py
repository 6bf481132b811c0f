"""What a notice file must be like: the true ones pass, and each way of being wrong is named with its line."""

from datetime import date

import pytest

from regulator.features.calendar.imports import read_notice, write_notice
from regulator.features.calendar.rules.notice import judge_clash, judge_notice, notice_of
from regulator.features.calendar.rules.statutory import days_of, working_days
from regulator.features.calendar.seeding import known_years
from regulator.features.calendar.terms import StatedDay, parts_of
from tests.factories.calendar import HEAD, NEXT, NOTICES, bent, rows_of, without

KNOWN = dict(known_years())
TODAY = date(2026, 12, 1)
MISSING = ("calendar_make_up_missing", None)


def found(text: str) -> list[tuple[str, object]]:
    """The code and line of each finding."""
    verdict = judge_notice(rows_of(text), today=TODAY)
    return [(finding.code, finding.params.get("line")) for finding in verdict.findings]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_notices_of_these_years_are_sound_and_say_what_the_package_says(year: int) -> None:
    rows = read_notice(NOTICES / f"{year}.csv")
    assert judge_notice(rows, today=TODAY).findings == ()
    notice = notice_of(rows)
    read, known = working_days(KNOWN | {year: notice.days}), working_days(KNOWN)
    assert [day for day in days_of(year) if read.is_working(day) != known.is_working(day)] == []


@pytest.mark.parametrize("year", range(2014, 2027))
def test_every_year_under_the_present_rules_is_sound(year: int) -> None:
    """2020 had days beyond the law, for which a make-up day was taken back: they need a name of their own."""
    rows = stated(year)
    expected = ["calendar_make_up_missing"] if year == 2020 else []
    assert [finding.code for finding in judge_notice(rows, today=TODAY).findings] == expected
    if year == 2020:
        granted = stated(year, {date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 2)})
        assert judge_notice(granted, today=TODAY)


def stated(year: int, granted: set[date] = frozenset()) -> list[StatedDay]:
    return [
        StatedDay(
            line, str(item.day), item.day, item.kind, "春节、延长假期" if item.day in granted else item.name, year,
            "文号", date(year - 1, 11, 1),
        )
        for line, item in enumerate(KNOWN[year], start=2)
    ]  # fmt: skip


def test_an_invented_year_passes_and_comes_back_from_its_file() -> None:
    assert found(NEXT) == []
    notice = notice_of(rows_of(NEXT))
    again = write_notice(notice.year, notice.days, notice.document_number, notice.issued_on)
    assert notice_of(rows_of(again)) == notice


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            NEXT + "2027-11-23,班,国庆节,,,\n", [("calendar_made_up_on_weekday", 33)], id="a-Tuesday-for-nothing"
        ),
        pytest.param(
            NEXT + "2027-06-12,班,端午节,,,\n", [("calendar_made_up_for_nothing", 33)], id="办法6-端午-borrows-nothing"
        ),
        pytest.param(
            bent(("2027-10-09,班", "2027-11-27,班")),
            [("calendar_made_up_for_nothing", 32)],
            id="办法6-seven-weeks-away",
        ),
        pytest.param(
            NEXT + "2027-06-12,班,端阳,,,\n", [("calendar_made_up_for_nothing", 33)], id="for-a-name-nobody-has"
        ),
        pytest.param(without("2027-10-09"), [MISSING], id="办法6-half-of-the-make-up-days"),
        pytest.param(without("2027-09-15"), [("calendar_holiday_missing", None)], id="办法2-中秋-missing"),
        pytest.param(
            without(*(f"2027-10-0{n}" for n in (1, 2, 3, 4, 5, 6, 7, 9)), "2027-09-26"),
            [("calendar_holiday_missing", None)],
            id="办法2-half-described",
        ),
        pytest.param(
            without("2027-05-02", "2027-05-08"), [("calendar_statutory_day_missing", None)], id="办法2-2-May-missing"
        ),
        pytest.param(
            bent(("2027-05-01,休", "2027-05-01,班")), [("calendar_statutory_day_missing", 16)], id="办法2-1-May-worked"
        ),
        pytest.param(
            NEXT + "2027-11-08,休,国庆节,,,\n", [MISSING, ("calendar_day_off_alone", 33)], id="a-day-off-in-November"
        ),
        pytest.param(NEXT + "2027-11-08,休,运动会假期,,,\n", [], id="a-day-granted-under-its-own-name"),
        pytest.param(NEXT + "2027-10-01,休,国庆节,,,\n", [("calendar_day_repeated", 33)], id="twice"),
        pytest.param(NEXT + "2027-05-08,休,劳动节,,,\n", [("calendar_day_both", 33)], id="off-and-made-up"),
        pytest.param(NEXT + "2028-01-03,休,元旦,,,\n", [("calendar_day_outside_year", 33)], id="next-year"),
        pytest.param(NEXT + "2026-12-24,休,元旦,,,\n", [("calendar_day_outside_year", 33)], id="before-the-turn"),
        pytest.param(
            NEXT + "2026-12-31,休,国庆节,,,\n", [("calendar_day_outside_year", 33)], id="the-turn-is-New-Year's"
        ),
        pytest.param(NEXT + "2026-12-31,休,元旦,,,\n2026-12-27,班,元旦,,,\n", [], id="the-turn-of-the-year-made-up"),
        pytest.param(bent(("2027-06-09,休", "2027-06-31,休")), [("calendar_day_unreadable", 22)], id="31-June"),
        pytest.param(bent(("2027-06-09,休", "2027-06-09,放")), [("calendar_kind_unknown", 22)], id="no-kind"),
        pytest.param(bent(("2027-06-09,休,端午节", "2027-06-09,休,")), [("calendar_name_missing", 22)], id="no-name"),
        pytest.param(bent((",2027,国办", ",,国办")), [("calendar_head_missing", None)], id="no-year"),
        pytest.param(bent(("国办发明电〔2026〕99号", "")), [("calendar_head_missing", None)], id="no-document"),
        pytest.param(bent((",2026-11-20", ",")), [("calendar_head_missing", None)], id="no-day-of-issue"),
        pytest.param(bent((",2026-11-20", ",2026-12-20")), [("calendar_issued_in_future", 2)], id="not-issued-yet"),
        pytest.param(
            bent(("春节,,,\n2027-02-06", "春节,2028,,\n2027-02-06")), [("calendar_head_differs", 5)], id="two-years"
        ),
        pytest.param(
            bent(("2027-02-05,休,春节,,,", "2027-02-05,休,春节,二〇二七,,")),
            [("calendar_head_unreadable", 5)],
            id="year-in-words",
        ),
        pytest.param(bent((",2027,国办", ",2127,国办")), [("calendar_year_unknown", 2)], id="another-century"),
        pytest.param(HEAD + "\n", [("calendar_rows_missing", None)], id="nothing"),
    ],
)
def test_what_a_notice_may_not_be(text: str, expected: list[tuple[str, object]]) -> None:
    assert found(text) == expected


def test_an_objection_says_what_is_owed() -> None:
    (finding,) = judge_notice(rows_of(without("2027-10-09")), today=TODAY).findings
    assert finding.citation is not None
    assert str(finding.citation).endswith("6")
    assert (finding.params["owed"], finding.params["paid"], finding.params["year"]) == (2, 1, 2027)


def test_a_day_of_another_years_notice_is_not_taken_over() -> None:
    notice = notice_of(rows_of(bent(("2027-01-02,休", "2026-12-31,休"))))
    assert judge_clash(notice, {date(2026, 12, 31): 2027})
    (finding,) = judge_clash(notice, {date(2026, 12, 31): 2026}).findings
    assert finding.code == "calendar_day_of_other_notice"


@pytest.mark.parametrize(
    ("name", "known"),
    [("国庆节、中秋节", 2), ("除夕", 1), ("五一", 1), ("清明", 1), ("国庆，国庆节", 1), ("端阳", 0), (" 、", 0)],
)
def test_names_of_holidays(name: str, known: int) -> None:
    assert sum(type(part) is not str for part in parts_of(name)) == known
