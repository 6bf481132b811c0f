"""The coverage rate as rules: what counts, what does not, and why a rate changed (domain.md §6)."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulator.features.coverage.rules.counting import (
    PRACTICE,
    canonical,
    content_hash,
    explain,
    figure_of,
    judge_closing,
    judge_rule,
    month_after,
    month_before,
    read_canonical,
    state_of,
    tallies_of,
)
from regulator.features.coverage.terms import (
    LEFT_OUT,
    NOTHING,
    Amounts,
    ChangeReason,
    CountingRule,
    Exclusion,
    Line,
    Measure,
    Measured,
    Rate,
)
from regulator.features.registry.terms import Condition, EstateKind, Mode

DAY = date(2026, 10, 31)
BEFORE, AFTER = date(2026, 10, 30), date(2026, 11, 1)
STATES = [*Mode, *LEFT_OUT]


def line(code: str = "1", state: Any = Mode.PROFESSIONAL, **given: Any) -> Line:
    values = {"division_code": "210103001001", "kind": EstateKind.RESIDENTIAL, "floor_area": 1000, "households": 10}
    return Line(code, state=state, **(values | given))


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        pytest.param({"mode": Mode.PROFESSIONAL}, Mode.PROFESSIONAL, id="managed"),
        pytest.param({"mode": Mode.ABANDONED}, Mode.ABANDONED, id="abandoned-once-had-and-lost"),
        pytest.param({"mode": Mode.NONE}, Mode.NONE, id="none-never-had"),
        pytest.param({"mode": None}, Exclusion.MODE_UNKNOWN, id="nothing-stated-is-not-none"),
        pytest.param({"condition": Condition.UNDER_CONSTRUCTION}, Exclusion.UNDER_CONSTRUCTION, id="being-built"),
        pytest.param({"condition_since": AFTER}, Exclusion.UNDER_CONSTRUCTION, id="occupied-only-later"),
        pytest.param({"condition_since": DAY}, Mode.PROFESSIONAL, id="occupied-from-this-day"),
        pytest.param({"condition": Condition.DEMOLISHED}, Exclusion.DEMOLISHED, id="gone-nobody-knows-since-when"),
        pytest.param(
            {"condition": Condition.DEMOLISHED, "condition_since": DAY}, Exclusion.DEMOLISHED, id="gone-this-day"
        ),
        pytest.param(
            {"condition": Condition.DEMOLISHED, "condition_since": AFTER}, Mode.PROFESSIONAL, id="still-stands"
        ),
        pytest.param({"retired_on": DAY}, Exclusion.RETIRED, id="off-the-register-from-this-day"),
        pytest.param({"retired_on": AFTER}, Mode.PROFESSIONAL, id="still-on-the-register"),
        pytest.param(
            {"retired_on": BEFORE, "condition": Condition.DEMOLISHED}, Exclusion.RETIRED, id="retired-comes-first"
        ),
    ],
)
def test_what_an_estate_counts_as(facts: dict[str, Any], state: str) -> None:
    usual = {"mode": Mode.PROFESSIONAL, "condition": Condition.OCCUPIED, "condition_since": None, "retired_on": None}
    assert state_of(**(usual | facts), day=DAY) == state


def test_a_sum_of_which_nothing_is_known_is_none_and_not_zero() -> None:
    lines = [
        line("1", Mode.NONE, floor_area=None, households=None),
        line("2", Mode.OWNERS_SELF, floor_area=0, households=None),
        line("3", Mode.OWNERS_SELF, floor_area=None, households=7),
        line("4", Exclusion.DEMOLISHED, floor_area=None),
    ]
    figure = figure_of(tallies_of(lines), PRACTICE)
    assert figure.modes[Mode.NONE] == Amounts(1, None, None)
    assert figure.modes[Mode.OWNERS_SELF] == Amounts(2, 0, 7)
    assert figure.modes[Mode.ABANDONED] == Amounts(0, 0, 0)
    assert figure.excluded[Exclusion.DEMOLISHED] == Amounts(1, None, 10)


def test_the_two_rates_and_everything_they_are_made_of() -> None:
    lines = [
        line("1", Mode.PROFESSIONAL, floor_area=3000, households=30),
        line("2", Mode.OWNERS_SELF, floor_area=1000, households=None),
        line("3", Mode.NONE, floor_area=None, households=20),
        line("4", Mode.ABANDONED, kind=EstateKind.SCATTERED_BUILDING, floor_area=500, households=5),
        line("5", Exclusion.MODE_UNKNOWN),
        line("6", Exclusion.DEMOLISHED),
        line("7", Mode.PROFESSIONAL, kind=EstateKind.OFFICE),
    ]
    found = figure_of(tallies_of(lines), PRACTICE)
    assert found.by == {
        Measure.ESTATES: Measured(2, 1, 4),
        Measure.FLOOR_AREA: Measured(4000, 3000, 4500),
        Measure.HOUSEHOLDS: Measured(30, 30, 55),
    }
    assert found.estates.share().exact == Fraction(1, 2)
    assert found.estates.share(Rate.PROFESSIONAL).exact == Fraction(1, 4)
    assert found.gap == 2
    excluded = {code: amounts.estates for code, amounts in found.excluded.items() if amounts.estates}
    assert excluded == {
        Exclusion.DEMOLISHED: 1,
        Exclusion.FLOOR_AREA_UNKNOWN: 1,
        Exclusion.HOUSEHOLDS_UNKNOWN: 1,
        Exclusion.KIND_NOT_COUNTED: 1,
        Exclusion.MODE_UNKNOWN: 1,
    }
    assert {mode: amounts.estates for mode, amounts in found.modes.items() if amounts.estates} == {
        Mode.PROFESSIONAL: 1,
        Mode.OWNERS_SELF: 1,
        Mode.NONE: 1,
        Mode.ABANDONED: 1,
    }


def test_single_buildings_apart() -> None:
    lines = [line("1"), line("2", Mode.NONE, kind=EstateKind.SCATTERED_BUILDING)]
    found = figure_of(tallies_of(lines), PRACTICE, [EstateKind.SCATTERED_BUILDING])
    assert found.estates == Measured(0, 0, 1)
    assert found.excluded[Exclusion.KIND_NOT_COUNTED].estates == 0


def test_nothing_to_divide_by_is_no_rate() -> None:
    assert figure_of([], PRACTICE).estates.share().exact is None


def test_which_modes_count_is_data() -> None:
    strict = CountingRule(DAY, PRACTICE.kinds, frozenset({Mode.PROFESSIONAL}), "a decision")
    lines = [line("1"), line("2", Mode.OWNERS_SELF)]
    assert figure_of(tallies_of(lines), strict).estates == Measured(1, 1, 2)


@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        pytest.param(CountingRule(AFTER, PRACTICE.kinds, PRACTICE.full, "沈房〔2026〕1号"), [], id="good"),
        pytest.param(CountingRule(AFTER, frozenset(), PRACTICE.full, "x"), ["rule_counts_nothing"], id="no-kind"),
        pytest.param(
            CountingRule(AFTER, PRACTICE.kinds, frozenset(), "x"), ["rule_counts_no_mode"], id="not-even-professional"
        ),
        pytest.param(
            CountingRule(AFTER, PRACTICE.kinds, PRACTICE.full | {Mode.NONE}, "x"),
            ["rule_counts_unmanaged"],
            id="nobody-manages",
        ),
        pytest.param(CountingRule(AFTER, PRACTICE.kinds, PRACTICE.full), ["rule_without_source"], id="no-source"),
        pytest.param(
            CountingRule(DAY, PRACTICE.kinds, PRACTICE.full, "x"), ["rule_days_frozen"], id="in-a-closed-month"
        ),
    ],
)
def test_a_counting_rule(rule: CountingRule, codes: list[str]) -> None:
    assert [finding.code for finding in judge_rule(rule, DAY).findings] == codes


# --- why a rate changed ---------------------------------------------------------------------------------------------


def reasons(
    first: Line | None, last: Line | None, frozen_first: Any = "same", frozen_last: Any = "same"
) -> list[ChangeReason]:
    begin, end = (first if frozen_first == "same" else frozen_first), (last if frozen_last == "same" else frozen_last)
    a, b, c, d = ({item.code: item} if item else {} for item in (begin, first, last, end))
    return [part.reason for part in explain(a, b, c, d, PRACTICE).parts]


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        pytest.param(line(state=Mode.NONE), line(), ChangeReason.NEWLY_MANAGED, id="none-to-professional"),
        pytest.param(
            line(state=Mode.ABANDONED), line(state=Mode.OWNERS_SELF), ChangeReason.NEWLY_MANAGED, id="taken-over"
        ),
        pytest.param(line(), line(state=Mode.ABANDONED), ChangeReason.LOST, id="company-left"),
        pytest.param(line(state=Mode.OWNERS_SELF), line(), ChangeReason.MODE_CHANGED, id="only-the-professional-rate"),
        pytest.param(None, line(), ChangeReason.ADDED, id="registered"),
        pytest.param(line(state=Exclusion.UNDER_CONSTRUCTION), line(), ChangeReason.ADDED, id="built"),
        pytest.param(line(), line(state=Exclusion.DEMOLISHED), ChangeReason.RETIRED, id="demolished"),
        pytest.param(line(), line(state=Exclusion.RETIRED), ChangeReason.RETIRED, id="off-the-register"),
        pytest.param(line(state=Exclusion.MODE_UNKNOWN), line(), ChangeReason.BECAME_KNOWN, id="first-list"),
    ],
)
def test_what_happened_between_two_days(first: Line | None, last: Line | None, reason: ChangeReason) -> None:
    assert reasons(first, last) == [reason]


@pytest.mark.parametrize(
    ("now", "frozen", "reason"),
    [
        pytest.param(line(floor_area=900), line(), ChangeReason.AREA_CHANGED, id="area-measured-anew"),
        pytest.param(line(households=None), line(), ChangeReason.AREA_CHANGED, id="households-no-longer-claimed"),
        pytest.param(line(state=Mode.NONE), line(), ChangeReason.CORRECTED, id="never-managed-at-all"),
        pytest.param(line(kind=EstateKind.OFFICE), line(), ChangeReason.CORRECTED, id="no-residential-estate"),
        pytest.param(line(), None, ChangeReason.ADDED, id="registered-after-closing"),
    ],
)
def test_what_was_put_right_since_a_month_was_closed(now: Line, frozen: Line | None, reason: ChangeReason) -> None:
    assert reasons(now, now, frozen_first=frozen) == [reason]


def test_what_was_put_right_in_both_months_is_no_change() -> None:
    assert reasons(line(floor_area=900), line(floor_area=900), line(), line()) == []


def test_a_change_that_both_happened_and_was_put_right_is_told_as_both() -> None:
    first, last = line(state=Mode.NONE, floor_area=900), line(floor_area=900)
    assert reasons(first, last, frozen_first=line(state=Mode.NONE)) == [
        ChangeReason.NEWLY_MANAGED,
        ChangeReason.AREA_CHANGED,
    ]


LINES = st.dictionaries(
    st.sampled_from("abcdef"),
    st.builds(
        Line,
        st.just(""),
        st.just("210103001001"),
        st.sampled_from(list(EstateKind)),
        st.sampled_from(STATES),
        st.none() | st.integers(0, 10**9),
        st.none() | st.integers(0, 10**5),
    ),
)


@given(LINES, LINES, LINES, LINES)
def test_the_parts_add_up_exactly_to_the_change(
    begin: dict[str, Line], first: dict[str, Line], last: dict[str, Line], end: dict[str, Line]
) -> None:
    told = explain(begin, first, last, end, PRACTICE)
    for measure in Measure:
        sums = told.first[measure]
        for part in told.parts:
            listed = NOTHING
            for change in part.estates:
                listed = listed.plus(change.by[measure])
            assert listed == part.by[measure]
            sums = sums.plus(part.by[measure])
            assert part.rates[measure] == sums.share()
        assert sums == told.last[measure]
    assert told.first == figure_of(tallies_of(begin.values()), PRACTICE).by
    assert told.last == figure_of(tallies_of(end.values()), PRACTICE).by


# --- months ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "latest", "codes"),
    [
        pytest.param("2026-10", None, [], id="first-ever"),
        pytest.param("2026-10", "2026-09", [], id="in-order"),
        pytest.param("2026-10", "2026-10", ["month_closed_already"], id="twice"),
        pytest.param("2026-09", "2026-10", ["month_out_of_order"], id="an-earlier-one-that-was-never-closed"),
        pytest.param("2026-10", "2026-08", ["month_out_of_order"], id="one-left-out"),
        pytest.param("2026-11", "2026-10", ["month_not_over"], id="the-running-one"),
        pytest.param("2027-01", None, ["month_not_over"], id="the-future"),
    ],
)
def test_closing_a_month(month: str, latest: str | None, codes: list[str]) -> None:
    last_day = date(int(month[:4]), int(month[5:]), 28)
    verdict = judge_closing(month, last_day, latest, date(2026, 11, 6), closed=month == latest)
    assert [item.code for item in verdict.findings] == codes


@pytest.mark.parametrize(("month", "after"), [("2026-10", "2026-11"), ("2026-11", "2026-12"), ("2026-12", "2027-01")])
def test_the_month_after(month: str, after: str) -> None:
    assert month_after(month) == after
    assert month_before(after) == month


@given(LINES)
def test_a_snapshot_is_read_back_as_it_was_and_hashed_whatever_the_order(lines: dict[str, Line]) -> None:
    kept = [Line(code, *(getattr(item, name) for name in Line.__slots__[1:])) for code, item in lines.items()]
    content = canonical(kept)
    assert sorted(read_canonical(content), key=lambda item: item.code) == sorted(kept, key=lambda item: item.code)
    assert content_hash(content) == content_hash(canonical(reversed(kept)))
