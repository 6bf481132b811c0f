"""What an address asks of a collection. What cannot be used becomes BadInput; unknown parameters are never ignored."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from flask import request

from regulator.features.maps.features import Period, Wanted
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.foundation.geo import BBox
from regulator.portals.ogc.collections.properties import Property

FOR_ALL = ("f", "lang")
"""What every address takes: the format, and the language of titles and pages."""
OF_ITEMS = ("bbox", "bbox-crs", "datetime", "limit", "cursor")
OF_ITEM = ("datetime",)
DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_SHOWN = 40
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OPEN = ("", "..")


def only(*names: str) -> None:
    """Refuse every parameter but these and those of all addresses, and one that is given twice. Raises BadInput."""
    offered = (*names, *FOR_ALL)
    for name, values in request.args.lists():
        if name not in offered:
            params = {"given": name[:_SHOWN], "offered": ", ".join(sorted(offered))}
            raise BadInput("parameter_unknown", params, about=name)
        if len(values) > 1:
            raise BadInput("parameter_repeated", {"given": name}, about=name)


def wanted(properties: Iterable[Property]) -> Wanted:
    """What is asked of a collection with these properties. Raises BadInput."""
    asked = tuple(item for item in properties if item.asked is not None)
    only(*OF_ITEMS, *(item.name for item in asked))
    boxes = _boxes()
    _crs_of_boxes()
    filters = {item.name: _value(item) for item in asked if item.name in request.args}
    return Wanted(period(), _limit(), boxes, filters, request.args.get("cursor"))


def period() -> Period:
    """The days of `datetime`, today when it is not given; its last day, today at most, is the one shown."""
    today = clock.today()
    if "datetime" not in request.args:
        return Period(today, today, today)
    first, last = _days(request.args["datetime"])
    return Period(first, last, today if last is None else min(last, today))


def _days(given: str) -> tuple[date | None, date | None]:
    parts = given.split("/")
    if len(parts) == 1:
        instant = _day(parts[0])
        return instant, instant
    if len(parts) > 2:
        raise _unreadable(given)
    first, last = (None if part in _OPEN else _day(part) for part in parts)
    if first is not None and last is not None and first > last:
        raise BadInput("datetime_reversed", {"given": given[:_SHOWN]}, about="datetime")
    return first, last


def _day(given: str) -> date:
    """A moment's day in China. Raises BadInput."""
    try:
        if _DAY.fullmatch(given):
            return date.fromisoformat(given)
        if _MOMENT.fullmatch(given):
            return clock.day_of(datetime.fromisoformat(given.upper()))
    except (ValueError, OverflowError) as error:
        raise _unreadable(given) from error
    raise _unreadable(given)


def _unreadable(given: str) -> BadInput:
    return BadInput("datetime_unreadable", {"given": given[:_SHOWN]}, about="datetime")


def _boxes() -> tuple[BBox, ...]:
    """The box of `bbox`, as two where west lies east of east: then it crosses the date line."""
    if "bbox" not in request.args:
        return ()
    given = request.args["bbox"]
    unusable = BadInput("box_unreadable", {"given": given[:_SHOWN]}, about="bbox")
    parts = [part.strip() for part in given.split(",")]
    if len(parts) not in (4, 6) or not all(_NUMBER.fullmatch(part) for part in parts):
        raise unusable
    numbers = [float(part) for part in parts]
    flat = len(numbers) == 4
    west, south, east, north = numbers if flat else (*numbers[:2], *numbers[3:5])
    if not flat and numbers[2] > numbers[5]:
        raise unusable
    try:
        if west > east:
            return BBox(west, south, 180.0, north), BBox(-180.0, south, east, north)
        return (BBox(west, south, east, north),)
    except ValueError as error:
        raise unusable from error


def _crs_of_boxes() -> None:
    given = request.args.get("bbox-crs", CRS84)
    if given != CRS84:
        raise BadInput("crs_not_offered", {"given": given[:_SHOWN], "offered": CRS84}, about="bbox-crs")


def _limit() -> int:
    """More than the most is the most, as the standard has it (17-069r4, 7.15.2 D). Raises BadInput."""
    given = request.args.get("limit", str(DEFAULT_LIMIT))
    if not (given.isascii() and given.isdigit() and int(given[:20]) >= 1):
        raise BadInput("limit_out_of_range", {"given": given[:20], "maximum": MAX_LIMIT}, about="limit")
    return min(int(given[:20]), MAX_LIMIT)


def _value(item: Property) -> str:
    """The value a property is to have. Raises BadInput for one that it never can have."""
    given = request.args[item.name]
    schema = item.asked or {}
    params = {"name": item.name, "given": given[:_SHOWN]}
    if "enum" in schema:
        if given not in schema["enum"]:
            offered = {"offered": ", ".join(schema["enum"])}
            raise BadInput("value_not_offered", params | offered, about=item.name)
    elif not re.fullmatch(schema["pattern"], given, re.ASCII):
        raise BadInput("value_unreadable", params | {"example": schema["example"]}, about=item.name)
    return given
