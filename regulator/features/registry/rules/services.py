"""Who serves an estate on a day, on what ground, and what a list or an act changes about it. Pure; no rows."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from regulator.features.registry.rules.contracts import ContractFacts
from regulator.features.registry.terms import Basis, Mode, RecordedBasis
from regulator.law.citations import Citation
from regulator.law.findings import Finding, Verdict

ONE_COMPANY = Citation("物业管理条例", "33", date(2018, 3, 19))
CONTINUED_SERVICE = Citation("民法典", "948", date(2021, 1, 1))
UNTIL_HANDOVER = Citation("民法典", "950", date(2021, 1, 1))
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A period as recorded. ``company`` is a credit code; ``spelling`` what a list wrote while no company is confirmed.

    ``proof`` is the credit code a contract offers for an unconfirmed company. ``key`` is whatever names the row.
    """

    mode: Mode
    company: str | None = None
    spelling: str | None = None
    began_on: date | None = None
    stated_for: date | None = None
    ended_on: date | None = None
    recorded_basis: RecordedBasis | None = None
    proof: str | None = None
    key: Hashable = None

    @property
    def known_from(self) -> date:
        """The first day on which the mode is known: the beginning, else the day of the list that states it."""
        found = self.began_on or self.stated_for
        if found is None:
            raise ValueError("a period is known from its beginning or from the day of a list")
        return found

    @property
    def last_stated(self) -> date:
        """The latest day for which somebody stated this period."""
        return max(day for day in (self.began_on, self.stated_for) if day is not None)

    def covers(self, day: date) -> bool:
        """Whether the mode is known to hold on that day."""
        return self.known_from <= day and (self.ended_on is None or day <= self.ended_on)

    def meets(self, began_on: date, ended_on: date | None) -> bool:
        """Whether the two have a day in common, both ends included."""
        return (ended_on is None or self.known_from <= ended_on) and (
            self.ended_on is None or began_on <= self.ended_on
        )


def in_order(periods: Iterable[ServiceFacts]) -> list[ServiceFacts]:
    """The periods from the earliest to the latest."""
    return sorted(periods, key=lambda period: period.known_from)


def service_on(periods: Iterable[ServiceFacts], day: date) -> ServiceFacts | None:
    """The period that holds on a day; None when nothing is known of that day."""
    return next((period for period in periods if period.covers(day)), None)


def mode_on(periods: Iterable[ServiceFacts], day: date) -> Mode | None:
    """The mode on a day; None is *not known*, never the mode "none"."""
    found = service_on(periods, day)
    return found.mode if found else None


def basis_of_service(service: ServiceFacts, contracts: Iterable[ContractFacts], day: date) -> Basis | None:
    """On what a service rests on a day (民法典 948, 950); None when nobody serves on that day.

    ``contracts`` are those of the estate; only the serving company's count (an unconfirmed one's: the proof's).
    """
    if not service.covers(day) or not service.mode.is_managed:
        return None
    if service.recorded_basis is not None:
        return Basis(service.recorded_basis.value)
    company = service.company or service.proof
    own = [item for item in contracts if company is not None and item.credit_code == company]
    if any(item.covers(day) for item in own):
        return Basis.RUNNING
    if any(_ended_within(item, service, day) for item in own):
        return Basis.CONTINUED
    return Basis.UNSTATED


def _ended_within(contract: ContractFacts, service: ServiceFacts, day: date) -> bool:
    """Whether a contract has ended before the day, and not before this very service began."""
    if contract.ended_on is None or contract.ended_on >= day:
        return False
    return service.began_on is None or contract.ended_on >= service.began_on


# --- acts of the office ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProposedService:
    """A period as an official wants it recorded."""

    mode: Mode
    company: str | None
    began_on: date
    ended_on: date | None = None
    recorded_basis: RecordedBasis | None = None


def judge_service_change(
    periods: Sequence[ServiceFacts], proposed: ProposedService, *, today: date, replaces: Hashable = None
) -> Verdict:
    """Whether a period may be recorded beside the others; the open one is ended the day before, so it does not count.

    ``replaces`` names a period that is corrected into the proposed one and does not count either.
    """
    others = [period for period in periods if replaces is None or period.key != replaces]
    return Verdict.of(
        [
            *_judge_proposed(proposed, today),
            _overlap(others, proposed, ends_open=replaces is None and proposed.ended_on is None),
        ]
    )


def _judge_proposed(proposed: ProposedService, today: date) -> list[Finding | None]:
    return [
        Finding("began_on_in_future", None, {"today": today}, "began_on") if proposed.began_on > today else None,
        judge_days(proposed.began_on, proposed.ended_on),
        _judge_company(proposed.mode, proposed.company),
        _judge_recorded_basis(proposed),
    ]


def judge_days(began_on: date, ended_on: date | None, about: str = "ended_on") -> Finding | None:
    """A finding when a period ends before it begins."""
    if ended_on is None or ended_on >= began_on:
        return None
    return Finding("ended_on_before_beginning", None, {"began_on": began_on}, about)


def _judge_company(mode: Mode, company: str | None) -> Finding | None:
    if company and not mode.takes_company:
        return Finding("company_without_service", None, {"mode": mode}, "credit_code")
    if company is None and mode is Mode.PROFESSIONAL:
        return Finding("credit_code_needed", None, {"mode": mode}, "credit_code")
    return None


def _judge_recorded_basis(proposed: ProposedService) -> Finding | None:
    if proposed.recorded_basis is None or proposed.mode.is_managed:
        return None
    return Finding("recorded_basis_without_service", UNTIL_HANDOVER, {"mode": proposed.mode}, "recorded_basis")


def _overlap(others: Sequence[ServiceFacts], proposed: ProposedService, *, ends_open: bool) -> Finding | None:
    for period in others:
        begins_before = period.known_from < proposed.began_on
        if ends_open and period.ended_on is None and begins_before:
            continue  # this act ends it the day before
        if period.meets(proposed.began_on, proposed.ended_on):
            params = {"began_on": period.known_from, "ended_on": period.ended_on}
            return Finding("service_overlap", ONE_COMPANY, params, "began_on")
    return None


def judge_leaving(service: ServiceFacts, left_on: date, *, today: date) -> Verdict:
    """Whether a company may be recorded as having really left on a day (the last day it served)."""
    return Verdict.of(
        [
            Finding("left_on_in_future", None, {"today": today}, "left_on") if left_on > today else None,
            Finding("left_on_before_beginning", None, {"began_on": service.known_from}, "left_on")
            if left_on < service.known_from
            else None,
            Finding("service_already_ended", None, {"ended_on": service.ended_on}) if service.ended_on else None,
            None if service.mode.is_managed else Finding("service_nobody_serves", None, {"mode": service.mode}),
        ]
    )


def judge_basis(service: ServiceFacts, basis: RecordedBasis) -> Verdict:
    """Whether hand-over (950) or emergency may be recorded as the basis of a service."""
    if service.mode.is_managed:
        return Verdict()
    return Verdict((Finding("recorded_basis_without_service", UNTIL_HANDOVER, {"basis": basis}, "recorded_basis"),))


# --- what a list states ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """What a list says of one estate as of a day. No company in a managed mode says nothing about the manager."""

    stated_for: date
    mode: Mode
    company: str | None = None
    spelling: str | None = None


class Outcome(StrEnum):
    """What a statement means to what is recorded already."""

    UNCHANGED = "unchanged"
    OPENED = "opened"  # nothing was known of the estate
    CHANGED = "changed"  # a later day: the period ended the day before
    INSERTED = "inserted"  # an earlier day of which nothing was known
    DIFFERS = "differs"  # a day already stated otherwise: a proposed correction, applied only on demand


@dataclass(frozen=True, slots=True)
class End:
    """End the period ``key`` with ``ended_on`` as its last day."""

    key: Hashable
    ended_on: date


@dataclass(frozen=True, slots=True)
class Open:
    """Begin a period stated for a day, of unknown beginning; ``ended_on`` is the day before the next known one."""

    mode: Mode
    company: str | None
    spelling: str | None
    stated_for: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Restate:
    """Correct mode and manager of the period ``key`` on all its days up to ``ended_on``."""

    key: Hashable
    mode: Mode
    company: str | None
    spelling: str | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Resume:
    """Let the period ``key`` go on as it was from a later day, on which it was stated again, up to ``ended_on``."""

    key: Hashable
    stated_for: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """Remember that a list of this day said of the estate what was recorded already."""

    stated_for: date


Step = End | Open | Restate | Resume | Repeat


@dataclass(frozen=True, slots=True)
class Plan:
    """What a statement comes to, and the steps in their order; those of ``DIFFERS`` are taken only on demand."""

    outcome: Outcome
    steps: tuple[Step, ...] = ()


def same_manager(period: ServiceFacts, stated: Statement) -> bool:
    """Whether a statement names the manager a period has, or names none (which says nothing)."""
    if not stated.mode.is_managed or (stated.company is None and stated.spelling is None):
        return True
    if stated.company is not None and period.company is not None:
        return stated.company == period.company
    return stated.spelling is not None and stated.spelling == period.spelling


def apply_statement(periods: Iterable[ServiceFacts], stated: Statement, repeated: Collection[date] = ()) -> Plan:
    """What a list's statement does to an estate's periods (retired ones left out).

    ``repeated`` are days on which lists said again what was recorded. What a list says holds for its day and on, up to
    the day before the next day for which anything was stated: so lists come to the same register in whatever order
    they arrive. Later than all that was stated, and different: the period ends the day before and the next one opens.
    A day of which nothing was known is filled. Any other difference is a proposed correction, up to the day before
    the next stated one, on which the period goes on as it was. Days known from later statements are never touched.
    """
    known, day = in_order(periods), stated.stated_for
    current = service_on(known, day)
    if current is None:
        return _fill(known, stated)
    days = {*repeated, *(one.known_from for one in known), *(one.last_stated for one in known)}
    if current.mode is stated.mode and same_manager(current, stated):
        remembered = day in days or not _says_all(stated, current)
        return Plan(Outcome.UNCHANGED, () if remembered else (Repeat(day),))
    if day > max(days):
        return Plan(Outcome.CHANGED, (End(current.key, day - DAY), _open(stated, current.ended_on)))
    return Plan(Outcome.DIFFERS, _correction(current, stated, days))


def _correction(current: ServiceFacts, stated: Statement, days: Collection[date]) -> tuple[Step, ...]:
    """Another mode or manager from the statement's day up to the day before the period was stated again."""
    day = stated.stated_for
    again = min((one for one in days if one > day and current.covers(one)), default=None)
    ended_on = again - DAY if again else current.ended_on
    resumed = (Resume(current.key, again, current.ended_on),) if again else ()
    if current.known_from == day:
        return (Restate(current.key, stated.mode, *_manager(stated), ended_on), *resumed)
    return (End(current.key, day - DAY), _open(stated, ended_on), *resumed)


def _says_all(stated: Statement, current: ServiceFacts) -> bool:
    """Whether a statement leaves nothing open that the period knows: one without a name confirms no manager."""
    return bool(stated.company or stated.spelling) or not (current.company or current.spelling)


def _fill(known: list[ServiceFacts], stated: Statement) -> Plan:
    later = next((period for period in known if period.known_from > stated.stated_for), None)
    outcome = Outcome.OPENED if not known else Outcome.INSERTED if later else Outcome.CHANGED
    return Plan(outcome, (_open(stated, later.known_from - DAY if later else None),))


def _open(stated: Statement, ended_on: date | None) -> Open:
    return Open(stated.mode, *_manager(stated), stated_for=stated.stated_for, ended_on=ended_on)


def _manager(stated: Statement) -> tuple[str | None, str | None]:
    return (stated.company, stated.spelling) if stated.mode.takes_company else (None, None)
