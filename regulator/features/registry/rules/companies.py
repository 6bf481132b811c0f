"""Whether what is said of a company can be true, and whether it may be retired. Pure."""

from datetime import date

from regulator.law.findings import Finding, Verdict

EARLIEST_FOUNDED = date(1949, 10, 1)


def judge_company(*, founded_on: date | None, today: date) -> Verdict:
    """A company is founded before today; one founded before 1949 is a slip of the pen."""
    if founded_on is None:
        return Verdict()
    return Verdict.of(
        [
            Finding("founded_on_in_future", None, {"today": today}, "founded_on") if founded_on > today else None,
            Finding("founded_on_improbable", about="founded_on") if founded_on < EARLIEST_FOUNDED else None,
        ]
    )


def judge_former_name(name: str, present: str, ended_on: date | None, today: date) -> Verdict:
    """A name beside the present one differs from it, and a former name's last day lies before today."""
    return Verdict.of(
        [
            Finding("name_is_present_one", about="name") if name == present else None,
            Finding("last_day_in_future", None, {"today": today}, "last_day")
            if ended_on is not None and ended_on > today
            else None,
        ]
    )


def judge_retiring(day: date, today: date, open_services: int) -> Verdict:
    """A record is retired on a day that has come; a company not while it serves an estate."""
    return Verdict.of(
        [
            Finding("retired_on_in_future", None, {"today": today}, "retired_on") if day > today else None,
            Finding("retiring_while_serving", None, {"count": open_services}) if open_services else None,
        ]
    )
