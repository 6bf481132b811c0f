"""A small city on the map: its divisions, estates where one says, and the shell drawn as the worker draws it."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import Level
from regulator.features.maps import actions, following
from regulator.features.registry.models import Company, Estate, EstateSearch, Service
from regulator.features.registry.terms import CompanyStatus, Condition, EstateKind, Mode, RecordSource
from regulator.features.registry.tokens import estate_tokens
from regulator.foundation.database import session, transaction

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
GEODATA = Path(__file__).resolve().parents[2] / "geodata"
DISTRICTS: dict[str, Any] = {
    feature["properties"]["code"]: feature
    for feature in json.loads((GEODATA / "boundaries.geojson").read_text("utf-8"))["features"]
}
RECORD: dict[str, Any] = {"source": RecordSource.TYPED, "registered_at": NOW, "updated_at": NOW}
COMPANY = "沈阳和智川城市服务有限公司"


def make_territory() -> None:
    """The city with its box and its districts."""
    with transaction() as current:
        box = {"west": 122.4, "south": 41.1, "east": 123.9, "north": 43.1}
        current.add(Division(code="210100", level=Level.CITY, name="沈阳市", **box))
        current.flush()
        for code, feature in DISTRICTS.items():
            name = feature["properties"]["name"]
            current.add(Division(code=code, level=Level.DISTRICT, name=name, parent_code="210100"))


def estate(number: int, lon: float | None, lat: float | None, **others: Any) -> Estate:
    """An estate of the second district, not yet added; its code and name tell its number."""
    given: dict[str, Any] = {
        "code": f"210103005001{number:04d}",
        "name": f"小区{number}",
        "kind": EstateKind.RESIDENTIAL,
        "condition": Condition.OCCUPIED,
        "division_code": "210103",
        "lon": lon,
        "lat": lat,
    }
    return Estate(**(RECORD | given | others))


def company() -> Company:
    """One company, not yet added."""
    return Company(credit_code="91210103MA0000000A", name=COMPANY, status=CompanyStatus.OPERATING, **RECORD)


def service(of: Estate, mode: Mode, **others: Any) -> Service:
    """A service of an estate that has its key already."""
    return Service(estate_id=of.id, mode=mode, **(RECORD | others))


def register(rows: Iterable[tuple[Estate, Mode | None]]) -> None:
    """Put estates into the register with modes and search tokens; professional ones get COMPANY."""
    pairs, firm = list(rows), company()
    with transaction() as current:
        current.add_all([firm, *(item for item, _ in pairs)])
        current.flush()
        for item, mode in pairs:
            where = {"division_code": item.division_code, "kind": item.kind, "condition": item.condition}
            tokens = estate_tokens(name=item.name, addresses=[item.address], **where)
            current.add(EstateSearch(subject_id=item.id, tokens=tokens))
            if mode is not None:
                firm_id = firm.id if mode is Mode.PROFESSIONAL else None
                current.add(service(item, mode, stated_for=date(2026, 9, 30), company_id=firm_id))
        current.flush()
        following.start_map(NOW)


def draw_map() -> None:
    """What a sweep and the worker do: schematic boundaries where there are none, and the page shell."""
    with transaction():
        actions.keep_shell_fresh(NOW)
    with transaction():
        list(actions.draw_shell({}))
    session().close()
