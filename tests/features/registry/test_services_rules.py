"""Rules of services: who serves on a day, on what ground, and what a list or an act may change."""

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulator.features.registry.rules.contracts import ContractFacts, disputes_of, overlap_of, overlaps, proof_of
from regulator.features.registry.rules.services import (
    DAY,
    End,
    Open,
    Outcome,
    Plan,
    ProposedService,
    Repeat,
    Restate,
    Resume,
    ServiceFacts,
    Statement,
    apply_statement,
    basis_of_service,
    judge_leaving,
    judge_service_change,
    mode_on,
    service_on,
)
from regulator.features.registry.terms import Basis, Mode, RecordedBasis

A, B, C = "91210103AAAAAAAAA1", "91210103BBBBBBBBB2", "91210103CCCCCCCCC3"
PRO, NONE, LOST, SELF = Mode.PROFESSIONAL, Mode.NONE, Mode.ABANDONED, Mode.OWNERS_SELF


def d(text: str) -> date:
    return date.fromisoformat(text)


def served(
    company: str | None = A,
    began: str | None = None,
    stated: str | None = "2026-09-30",
    ended: str | None = None,
    mode: Mode = PRO,
    **others: object,
) -> ServiceFacts:
    days = {
        name: d(text) if text else None
        for name, text in (("began_on", began), ("stated_for", stated), ("ended_on", ended))
    }
    return ServiceFacts(mode, company, key=f"{company}-{began}-{stated}", **days, **others)  # type: ignore[arg-type]


def contract(company: str, began: str, ended: str | None = None, order: int = 0) -> ContractFacts:
    return ContractFacts(company, d(began), d(ended) if ended else None, order)


# --- basis (民法典 948, 950) ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "contracts", "day", "basis"),
    [
        pytest.param(
            served(), [contract(A, "2024-01-01", "2026-12-31")], "2026-10-01", Basis.RUNNING, id="938-running"
        ),
        pytest.param(
            served(), [contract(A, "2024-01-01", "2026-10-01")], "2026-10-01", Basis.RUNNING, id="938-last-day"
        ),
        pytest.param(served(), [contract(A, "2026-10-01")], "2026-10-01", Basis.RUNNING, id="938-first-day-no-end"),
        pytest.param(
            served(),
            [contract(A, "2024-01-01", "2026-10-01")],
            "2026-10-02",
            Basis.CONTINUED,
            id="948-day-after-the-end",
        ),
        pytest.param(
            served(),
            [contract(A, "2020-01-01", "2022-12-31"), contract(A, "2023-01-01", "2027-12-31")],
            "2026-10-01",
            Basis.RUNNING,
            id="948-renewed",
        ),
        pytest.param(
            served(), [contract(B, "2024-01-01", "2027-12-31")], "2026-10-01", Basis.UNSTATED, id="33-another-company's"
        ),
        pytest.param(served(), [], "2026-10-01", Basis.UNSTATED, id="none-known"),
        pytest.param(served(), [contract(A, "2027-01-01")], "2026-10-01", Basis.UNSTATED, id="not-begun"),
        pytest.param(
            served(began="2025-01-01", stated=None),
            [contract(A, "2010-01-01", "2012-12-31")],
            "2026-10-01",
            Basis.UNSTATED,
            id="948-ended-before-this-service-began",
        ),
        pytest.param(
            served(recorded_basis=RecordedBasis.HANDOVER),
            [contract(A, "2024-01-01", "2026-01-01")],
            "2026-10-01",
            Basis.HANDOVER,
            id="950-handover-recorded",
        ),
        pytest.param(
            served(recorded_basis=RecordedBasis.EMERGENCY), [], "2026-10-01", Basis.EMERGENCY, id="emergency-recorded"
        ),
        pytest.param(served(None, mode=NONE), [contract(A, "2024-01-01")], "2026-10-01", None, id="nobody-serves"),
        pytest.param(served(), [contract(A, "2020-01-01")], "2026-09-29", None, id="not-known-before-the-list"),
        pytest.param(served(ended="2026-10-31"), [contract(A, "2020-01-01")], "2026-11-01", None, id="after-it-left"),
        pytest.param(
            served(None, spelling="万科", proof=B),
            [contract(B, "2024-01-01")],
            "2026-10-01",
            Basis.RUNNING,
            id="unconfirmed-with-proof",
        ),
        pytest.param(
            served(None, spelling="万科"),
            [contract(B, "2024-01-01")],
            "2026-10-01",
            Basis.UNSTATED,
            id="unconfirmed-without-proof",
        ),
    ],
)
def test_basis(service: ServiceFacts, contracts: list[ContractFacts], day: str, basis: Basis | None) -> None:
    assert basis_of_service(service, contracts, d(day)) is basis


@pytest.mark.parametrize(
    ("periods", "day", "mode"),
    [
        pytest.param([], "2026-10-01", None, id="nothing-stated-is-not-known"),
        pytest.param([served()], "2026-09-29", None, id="day-before-the-list-is-not-known"),
        pytest.param([served()], "2026-09-30", PRO, id="day-of-the-list"),
        pytest.param([served(began="2020-05-01")], "2020-05-01", PRO, id="known-beginning-before-the-list"),
        pytest.param([served(None, mode=NONE)], "2026-09-30", NONE, id="none-is-a-mode"),
        pytest.param([served(ended="2026-10-01")], "2026-10-01", PRO, id="last-day-included"),
        pytest.param([served(ended="2026-10-01")], "2026-10-02", None, id="gap-is-not-known"),
        pytest.param(
            [served(ended="2026-10-01"), served(None, began="2026-10-02", stated=None, mode=LOST)],
            "2026-10-02",
            LOST,
            id="abandoned-follows",
        ),
    ],
)
def test_mode_on(periods: list[ServiceFacts], day: str, mode: Mode | None) -> None:
    assert mode_on(periods, d(day)) is mode


# --- acts (条例 33) ------------------------------------------------------------------------------------------------

TODAY = d("2026-11-23")


@pytest.mark.parametrize(
    ("periods", "proposed", "codes"),
    [
        pytest.param([], ProposedService(PRO, A, d("2026-10-01")), [], id="33-first"),
        pytest.param([served()], ProposedService(PRO, B, d("2026-10-01")), [], id="33-open-one-ends-the-day-before"),
        pytest.param(
            [served()],
            ProposedService(PRO, B, d("2026-09-30")),
            ["service_overlap"],
            id="33-cannot-end-before-it-is-known",
        ),
        pytest.param(
            [served()], ProposedService(PRO, B, d("2020-01-01")), ["service_overlap"], id="33-open-end-runs-into-it"
        ),
        pytest.param(
            [served()],
            ProposedService(PRO, B, d("2020-01-01"), d("2026-09-29")),
            [],
            id="33-up-to-the-day-before-is-free",
        ),
        pytest.param(
            [served()],
            ProposedService(PRO, B, d("2020-01-01"), d("2026-09-30")),
            ["service_overlap"],
            id="33-one-common-day",
        ),
        pytest.param(
            [served(ended="2026-10-31"), served(B, began="2026-11-01", stated=None)],
            ProposedService(PRO, C, d("2026-10-15")),
            ["service_overlap"],
            id="33-inside-an-ended-period",
        ),
        pytest.param([], ProposedService(PRO, A, d("2026-11-24")), ["began_on_in_future"], id="a-fact-not-a-plan"),
        pytest.param(
            [], ProposedService(PRO, None, d("2026-10-01")), ["credit_code_needed"], id="professional-needs-a-company"
        ),
        pytest.param([], ProposedService(SELF, None, d("2026-10-01")), [], id="self-management-needs-none"),
        pytest.param(
            [], ProposedService(NONE, A, d("2026-10-01")), ["company_without_service"], id="none-has-no-company"
        ),
        pytest.param(
            [],
            ProposedService(PRO, A, d("2026-10-01"), d("2026-09-01")),
            ["ended_on_before_beginning"],
            id="ends-before-it-begins",
        ),
        pytest.param(
            [],
            ProposedService(LOST, None, d("2026-10-01"), recorded_basis=RecordedBasis.HANDOVER),
            ["recorded_basis_without_service"],
            id="950-nobody-serves",
        ),
    ],
)
def test_change_of_service(periods: list[ServiceFacts], proposed: ProposedService, codes: list[str]) -> None:
    assert [finding.code for finding in judge_service_change(periods, proposed, today=TODAY).findings] == codes


def test_a_period_corrected_does_not_stand_in_its_own_way() -> None:
    period = served()
    wanted = ProposedService(PRO, A, d("2020-01-01"))
    assert judge_service_change([period], wanted, today=TODAY, replaces=period.key)
    assert not judge_service_change(
        [served(B, stated="2019-01-01", ended="2020-01-01"), period], wanted, today=TODAY, replaces=period.key
    )


@pytest.mark.parametrize(
    ("service", "left_on", "codes"),
    [
        pytest.param(served(), "2026-10-31", [], id="left"),
        pytest.param(served(), "2026-09-30", [], id="on-its-only-known-day"),
        pytest.param(served(), "2026-09-29", ["left_on_before_beginning"], id="before-it-is-known"),
        pytest.param(served(), "2026-11-24", ["left_on_in_future"], id="not-yet"),
        pytest.param(served(ended="2026-10-01"), "2026-10-31", ["service_already_ended"], id="left-already"),
        pytest.param(served(None, mode=LOST), "2026-10-31", ["service_nobody_serves"], id="nobody-there"),
    ],
)
def test_leaving(service: ServiceFacts, left_on: str, codes: list[str]) -> None:
    assert [finding.code for finding in judge_leaving(service, d(left_on), today=TODAY).findings] == codes


# --- statements of lists -------------------------------------------------------------------------------------------


def stated(day: str, company: str | None = A, mode: Mode = PRO, spelling: str | None = None) -> Statement:
    return Statement(d(day), mode, company, spelling)


LIST = served()


@pytest.mark.parametrize(
    ("periods", "statement", "plan"),
    [
        pytest.param(
            [], stated("2026-09-30"), Plan(Outcome.OPENED, (Open(PRO, A, None, d("2026-09-30"), None),)), id="first"
        ),
        pytest.param([LIST], stated("2026-09-30"), Plan(Outcome.UNCHANGED), id="same-day-same"),
        pytest.param(
            [LIST],
            stated("2026-12-31"),
            Plan(Outcome.UNCHANGED, (Repeat(d("2026-12-31")),)),
            id="later-same-is-remembered",
        ),
        pytest.param([LIST], stated("2026-12-31", None), Plan(Outcome.UNCHANGED), id="no-name-says-nothing"),
        pytest.param(
            [LIST],
            stated("2026-12-31", B),
            Plan(Outcome.CHANGED, (End(LIST.key, d("2026-12-30")), Open(PRO, B, None, d("2026-12-31"), None))),
            id="later-other-manager",
        ),
        pytest.param(
            [LIST],
            stated("2026-12-31", None, NONE),
            Plan(Outcome.CHANGED, (End(LIST.key, d("2026-12-30")), Open(NONE, None, None, d("2026-12-31"), None))),
            id="later-other-mode",
        ),
        pytest.param(
            [LIST],
            stated("2026-12-31", None, PRO, "万科"),
            Plan(Outcome.CHANGED, (End(LIST.key, d("2026-12-30")), Open(PRO, None, "万科", d("2026-12-31"), None))),
            id="later-unconfirmed-name",
        ),
        pytest.param(
            [LIST],
            stated("2026-09-30", B),
            Plan(Outcome.DIFFERS, (Restate(LIST.key, PRO, B, None, None),)),
            id="same-day-other-is-a-correction",
        ),
        pytest.param(
            [LIST],
            stated("2026-06-30", B),
            Plan(Outcome.INSERTED, (Open(PRO, B, None, d("2026-06-30"), d("2026-09-29")),)),
            id="earlier-fills-up-to-the-day-before",
        ),
        pytest.param(
            [LIST],
            stated("2026-06-30"),
            Plan(Outcome.INSERTED, (Open(PRO, A, None, d("2026-06-30"), d("2026-09-29")),)),
            id="earlier-same-leaves-the-later-row-alone",
        ),
        pytest.param(
            [served(ended="2026-12-30"), served(B, stated="2026-12-31")],
            stated("2026-10-31", C),
            Plan(
                Outcome.DIFFERS, (End(LIST.key, d("2026-10-30")), Open(PRO, C, None, d("2026-10-31"), d("2026-12-30")))
            ),
            id="between-two-lists-is-a-correction",
        ),
        pytest.param(
            [served(began="2020-01-01", ended="2020-12-31", stated=None)],
            stated("2026-09-30", B),
            Plan(Outcome.CHANGED, (Open(PRO, B, None, d("2026-09-30"), None),)),
            id="after-a-gap",
        ),
        pytest.param(
            [served(began="2020-01-01")],
            stated("2024-12-31", B),
            Plan(
                Outcome.DIFFERS,
                (
                    End(served(began="2020-01-01").key, d("2024-12-30")),
                    Open(PRO, B, None, d("2024-12-31"), d("2026-09-29")),
                    Resume(served(began="2020-01-01").key, d("2026-09-30"), None),
                ),
            ),
            id="earlier-than-the-list-that-stated-it-is-a-correction-up-to-that-list",
        ),
        pytest.param(
            [served(None, spelling="万科")],
            stated("2026-12-31", None, PRO, "万科"),
            Plan(Outcome.UNCHANGED, (Repeat(d("2026-12-31")),)),
            id="same-spelling-waits-on",
        ),
        pytest.param(
            [served(A, spelling="万科")],
            stated("2026-12-31", None, PRO, "万科"),
            Plan(Outcome.UNCHANGED, (Repeat(d("2026-12-31")),)),
            id="same-spelling-confirmed",
        ),
        pytest.param(
            [served(None, mode=LOST)],
            stated("2026-12-31", None, LOST),
            Plan(Outcome.UNCHANGED, (Repeat(d("2026-12-31")),)),
            id="still-abandoned",
        ),
    ],
)
def test_statement(periods: list[ServiceFacts], statement: Statement, plan: Plan) -> None:
    assert apply_statement(periods, statement) == plan


# A on the 1st and again on the 9th (known of by one row and the day of the second list), then a list in between.
FIRST_TO_NINTH = served(stated="2026-03-01")
KEY = FIRST_TO_NINTH.key


@pytest.mark.parametrize(
    ("period", "repeated", "statement", "plan"),
    [
        pytest.param(
            FIRST_TO_NINTH,
            ["2026-03-09"],
            stated("2026-03-05", B),
            Plan(
                Outcome.DIFFERS,
                (
                    End(KEY, d("2026-03-04")),
                    Open(PRO, B, None, d("2026-03-05"), d("2026-03-08")),
                    Resume(KEY, d("2026-03-09"), None),
                ),
            ),
            id="between-is-a-correction-up-to-the-next-list",
        ),
        pytest.param(
            FIRST_TO_NINTH,
            ["2026-03-09", "2026-03-07"],
            stated("2026-03-05", None, NONE),
            Plan(
                Outcome.DIFFERS,
                (
                    End(KEY, d("2026-03-04")),
                    Open(NONE, None, None, d("2026-03-05"), d("2026-03-06")),
                    Resume(KEY, d("2026-03-07"), None),
                ),
            ),
            id="the-nearest-of-several-lists-counts",
        ),
        pytest.param(
            FIRST_TO_NINTH,
            ["2026-03-09"],
            stated("2026-03-01", B),
            Plan(Outcome.DIFFERS, (Restate(KEY, PRO, B, None, d("2026-03-08")), Resume(KEY, d("2026-03-09"), None))),
            id="its-first-day-is-restated-up-to-the-next-list",
        ),
        pytest.param(
            FIRST_TO_NINTH,
            ["2026-03-09"],
            stated("2026-03-09", B),
            Plan(Outcome.DIFFERS, (End(KEY, d("2026-03-08")), Open(PRO, B, None, d("2026-03-09"), None))),
            id="the-last-stated-day-itself-is-a-correction",
        ),
        pytest.param(
            FIRST_TO_NINTH,
            ["2026-03-09"],
            stated("2026-03-10", B),
            Plan(Outcome.CHANGED, (End(KEY, d("2026-03-09")), Open(PRO, B, None, d("2026-03-10"), None))),
            id="later-than-the-last-list-is-a-change",
        ),
        pytest.param(
            FIRST_TO_NINTH,
            ["2026-03-09"],
            stated("2026-03-05"),
            Plan(Outcome.UNCHANGED, (Repeat(d("2026-03-05")),)),
            id="between-and-the-same-is-remembered-too",
        ),
        pytest.param(
            FIRST_TO_NINTH, ["2026-03-09"], stated("2026-03-09"), Plan(Outcome.UNCHANGED), id="remembered-once"
        ),
        pytest.param(
            FIRST_TO_NINTH,
            [],
            stated("2026-03-09", None),
            Plan(Outcome.UNCHANGED),
            id="without-a-name-it-confirms-no-manager",
        ),
        pytest.param(
            served(stated="2026-03-01", ended="2026-03-20"),
            ["2026-03-09"],
            stated("2026-03-05", B),
            Plan(
                Outcome.DIFFERS,
                (
                    End(KEY, d("2026-03-04")),
                    Open(PRO, B, None, d("2026-03-05"), d("2026-03-08")),
                    Resume(KEY, d("2026-03-09"), d("2026-03-20")),
                ),
            ),
            id="an-ended-period-goes-on-to-its-end",
        ),
    ],
)
def test_statement_beside_repeated_ones(
    period: ServiceFacts, repeated: list[str], statement: Statement, plan: Plan
) -> None:
    assert apply_statement([period], statement, {d(day) for day in repeated}) == plan


# --- whatever the order --------------------------------------------------------------------------------------------

FIRST = d("2026-01-01")
DAYS = [FIRST + timedelta(days=n) for n in range(14)]
STATEMENTS = st.builds(
    lambda day, what: Statement(FIRST + timedelta(days=day), *what),
    st.integers(0, 12),
    st.sampled_from([(PRO, A), (PRO, B), (PRO, C), (SELF, None), (NONE, None), (LOST, None)]),
)


@dataclass
class Register:
    """The periods of one estate and the days on which lists said the same again."""

    periods: list[ServiceFacts] = field(default_factory=list)
    repeated: set[date] = field(default_factory=set)

    def read(self, statement: Statement, *, on_demand: bool = False) -> Outcome:
        """Take a list in, as an import carries it out."""
        plan = apply_statement(self.periods, statement, self.repeated)
        if plan.outcome is not Outcome.DIFFERS or on_demand:
            self.carry_out(plan)
        return plan.outcome

    def carry_out(self, plan: Plan) -> None:
        before = {period.key: period for period in self.periods}
        now = dict(before)
        for step in plan.steps:
            match step:
                case End(key, ended_on):
                    now[key] = replace(before[key], ended_on=ended_on)
                case Open(mode, company, spelling, stated_for, ended_on):
                    key = len(now)
                    now[key] = ServiceFacts(mode, company, spelling, None, stated_for, ended_on, key=key)
                case Restate(key, mode, company, spelling, ended_on):
                    now[key] = replace(before[key], mode=mode, company=company, spelling=spelling, ended_on=ended_on)
                case Resume(key, stated_for, ended_on):
                    resumed = replace(
                        before[key], began_on=None, stated_for=stated_for, ended_on=ended_on, key=len(now)
                    )
                    now[len(now)] = resumed
                case Repeat(stated_for):
                    self.repeated.add(stated_for)
        self.periods = list(now.values())

    def on(self, day: date) -> tuple[Mode, str | None] | None:
        """Mode and manager of a day."""
        found = service_on(self.periods, day)
        return (found.mode, found.company) if found else None


@given(st.lists(STATEMENTS, max_size=12), st.booleans())
def test_at_most_one_mode_a_day_whatever_lists_say(statements: list[Statement], on_demand: bool) -> None:
    register = Register()
    for statement in statements:
        register.read(statement, on_demand=on_demand)
        periods = register.periods
        for day in DAYS:
            assert sum(period.covers(day) for period in periods) <= 1
        assert all(period.ended_on is None or period.ended_on >= period.known_from for period in periods)
        first = min(period.known_from for period in periods)
        assert all(mode_on(periods, day) is not None for day in DAYS if day >= first)


@given(st.lists(STATEMENTS, max_size=10), STATEMENTS, st.booleans())
def test_an_earlier_list_never_alters_later_periods(
    statements: list[Statement], late: Statement, on_demand: bool
) -> None:
    register = Register()
    taken = [s.stated_for for s in statements if register.read(s) is not Outcome.DIFFERS]
    later = [period for period in register.periods if period.known_from > late.stated_for]
    stated_next = min((day for day in taken if day > late.stated_for), default=date.max)
    before = {day: register.on(day) for day in DAYS}
    register.read(late, on_demand=on_demand)
    assert all(period in register.periods for period in later)
    for day in DAYS:
        if day < late.stated_for or day >= stated_next:
            assert register.on(day) == before[day]


@given(st.lists(STATEMENTS, max_size=8, unique_by=lambda s: s.stated_for))
def test_lists_in_order_of_time_are_each_true_on_their_day(statements: list[Statement]) -> None:
    register = Register()
    for statement in sorted(statements, key=lambda s: s.stated_for):
        assert register.read(statement) is not Outcome.DIFFERS
    for statement in statements:
        assert register.on(statement.stated_for) == (statement.mode, statement.company)


@given(st.lists(STATEMENTS, max_size=8, unique_by=lambda s: s.stated_for), st.randoms(use_true_random=False))
def test_lists_in_any_order_come_to_the_same_register(statements: list[Statement], chance: random.Random) -> None:
    """Each day is as the latest list up to it says, whatever the order in which the lists are taken in."""
    shuffled = chance.sample(statements, len(statements))
    register = Register()
    for statement in shuffled:
        register.read(statement, on_demand=True)
    for day in DAYS:
        latest = max((s for s in statements if s.stated_for <= day), key=lambda s: s.stated_for, default=None)
        assert register.on(day) == (latest and (latest.mode, latest.company))


@given(st.lists(STATEMENTS, max_size=6), STATEMENTS)
def test_a_list_sent_twice_changes_nothing(statements: list[Statement], again: Statement) -> None:
    register = Register()
    for statement in [*statements, again]:
        register.read(statement, on_demand=True)
    assert apply_statement(register.periods, again, register.repeated) == Plan(Outcome.UNCHANGED)


CONTRACTS = st.builds(
    lambda company, day, length: ContractFacts(
        company, FIRST + timedelta(days=day), None if length is None else FIRST + timedelta(days=day + length)
    ),
    st.sampled_from([A, B, C]),
    st.integers(-10, 10),
    st.none() | st.integers(0, 10),
)


@given(st.lists(st.one_of(STATEMENTS, CONTRACTS), max_size=10), st.data())
def test_a_contract_before_or_after_a_list_gives_the_same_register(
    events: list[Statement | ContractFacts], data: st.DataObject
) -> None:
    """Contracts never move a period: only the order of the lists among themselves counts."""
    places = data.draw(st.permutations(range(len(events))))
    lists = iter([event for event in events if isinstance(event, Statement)])
    contracts = iter([events[i] for i in places if isinstance(events[i], ContractFacts)])
    shuffled = [next(lists) if isinstance(events[i], Statement) else next(contracts) for i in places]
    assert _read(events) == _read(shuffled)  # type: ignore[arg-type]


def _read(events: list[Statement | ContractFacts]) -> list[object]:
    register = Register()
    contracts: list[ContractFacts] = []
    for event in events:
        if isinstance(event, Statement):
            register.read(event)
        else:
            contracts.append(event)
    found: list[object] = []
    for day in DAYS:
        service = service_on(register.periods, day)
        found.append(
            (service, basis_of_service(service, contracts, day) if service else None, proof_of([B], contracts, day))
        )
    return found


# --- contracts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        pytest.param(("2024-01-01", "2024-12-31"), ("2025-01-01", None), None, id="next-day"),
        pytest.param(("2024-01-01", "2024-12-31"), ("2024-12-31", None), ("2024-12-31", "2024-12-31"), id="one-day"),
        pytest.param(("2024-01-01", None), ("2025-01-01", None), ("2025-01-01", None), id="both-without-end"),
        pytest.param(
            ("2024-01-01", None), ("2020-01-01", "2024-06-30"), ("2024-01-01", "2024-06-30"), id="one-without-end"
        ),
        pytest.param(
            ("2024-01-01", "2024-12-31"), ("2024-03-01", "2024-04-01"), ("2024-03-01", "2024-04-01"), id="inside"
        ),
    ],
)
def test_overlapping_contracts(
    one: tuple[str, str | None], other: tuple[str, str | None], shared: tuple[str, str | None] | None
) -> None:
    first, second = contract(A, *one, order=1), contract(B, *other, order=2)
    found = overlap_of(first, second)
    assert (found and (found.began_on, found.ended_on)) == (
        shared and (d(shared[0]), d(shared[1]) if shared[1] else None)
    )
    assert overlaps(first, second) is overlaps(second, first) is (shared is not None)
    assert not overlaps(first, replace(second, credit_code=A)), "a renewal of the same company is no dispute"
    for disputes in (disputes_of(first, [second]), disputes_of(second, [first])):
        assert [(dispute.earlier, dispute.later) for dispute in disputes] == ([(first, second)] if shared else [])


@pytest.mark.parametrize(
    ("candidates", "contracts", "proof"),
    [
        pytest.param([A], [], None, id="none"),
        pytest.param([A], [contract(A, "2026-01-01")], None, id="not-begun"),
        pytest.param([], [contract(B, "2020-01-01", "2021-01-01")], B, id="ended"),
        pytest.param([A], [contract(A, "2020-01-01", "2021-01-01"), contract(B, "2024-01-01")], B, id="covering-first"),
        pytest.param([A], [contract(A, "2020-01-01"), contract(B, "2024-01-01")], A, id="candidate-first"),
        pytest.param([], [contract(A, "2020-01-01"), contract(B, "2024-01-01")], B, id="later-beginning-first"),
    ],
)
def test_proof(candidates: list[str], contracts: list[ContractFacts], proof: str | None) -> None:
    assert proof_of(candidates, contracts, d("2025-01-01")) == proof
    assert proof_of(candidates, contracts[::-1], d("2025-01-01")) == proof


def test_the_day_between() -> None:
    assert timedelta(days=1) == DAY
