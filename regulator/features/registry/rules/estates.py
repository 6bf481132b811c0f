"""Codes and facts of estates: numbering, places, areas that add up. Pure."""

from collections.abc import Sequence
from datetime import date

from regulator.law.findings import Finding, Verdict

NUMBER_DIGITS = 4
LAST_NUMBER = 9999
COUNTED_PLACES = (9, 12)
"""An estate is numbered in its community (12 digits) or, while that is not known, in its street (9)."""

SUM_TOLERANCE_PERCENT = 1
EARLIEST_COMPLETION = 1800


def next_code(division_code: str, last: int) -> str:
    """The next estate's code: community or street code and four digits in order of registration.

    Numbers are never reused and stay when the community changes. Raises ValueError for another level's code and
    when a community's 9,999 numbers are used up.
    """
    if len(division_code) not in COUNTED_PLACES or not (division_code.isascii() and division_code.isdigit()):
        raise ValueError(f"not a community or street: {division_code!r}")
    if not 0 <= last < LAST_NUMBER:
        raise ValueError(f"no number left in {division_code}")
    return f"{division_code}{last + 1:0{NUMBER_DIGITS}d}"


def is_placed(division_code: str) -> bool:
    """Whether an estate stands in a community; at a street it waits to be placed."""
    return len(division_code) == max(COUNTED_PLACES)


def judge_estate(
    *,
    floor_area: int | None,
    parts: Sequence[int | None],
    lon: float | None,
    lat: float | None,
    box: tuple[float, float, float, float] | None,
    completion_year: int | None,
    condition_since: date | None,
    today: date,
) -> Verdict:
    """Whether an estate's facts can be true: areas in 0.01 ㎡, degrees in EPSG:4490; box: west, south, east, north."""
    return Verdict.of(
        [
            judge_area_sum(floor_area, parts),
            *judge_point(lon, lat, box),
            Finding("completion_year_improbable", None, {"given": completion_year}, "completion_year")
            if completion_year is not None and not EARLIEST_COMPLETION <= completion_year <= today.year + 10
            else None,
            Finding("condition_since_in_future", None, {"today": today}, "condition_since")
            if condition_since is not None and condition_since > today
            else None,
        ]
    )


def judge_area_sum(total: int | None, parts: Sequence[int | None]) -> Finding | None:
    """A finding when the stated parts miss the stated total by more than one percent of it."""
    stated = [part for part in parts if part is not None]
    if not stated or total is None or abs(sum(stated) - total) * 100 <= total * SUM_TOLERANCE_PERCENT:
        return None
    return Finding("floor_area_sum_mismatch", None, {"percent": SUM_TOLERANCE_PERCENT}, "floor_area")


def judge_point(
    lon: float | None, lat: float | None, box: tuple[float, float, float, float] | None
) -> list[Finding | None]:
    """Findings when only one coordinate is given, or the point lies outside the city."""
    if lon is None and lat is None:
        return []
    if lon is None or lat is None:
        return [Finding("lon_incomplete", None, {}, "lon")]
    if box is None or (box[0] <= lon <= box[2] and box[1] <= lat <= box[3]):
        return []
    return [Finding("lon_outside_city", None, {}, "lon")]
