"""What a list says of an estate: period by period as a table, and whatever the order in which lists come in."""

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulator.features.registry.rules.contracts import ContractFacts, proof_of
from regulator.features.registry.rules.services import (
    End,
    Open,
    Outcome,
    Plan,
    Repeat,
    Restate,
    Resume,
    ServiceFacts,
    Statement,
    apply_statement,
    basis_of_service,
    mode_on,
    service_on,
)
from regulator.features.registry.terms import Mode
from tests.factories.periods import LOST, NONE, PRO, SELF, A, B, C, d, served, stated

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
