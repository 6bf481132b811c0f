"""Asking for the boundaries of divisions. Loads shapely only where geometry is asked for."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import version as installed
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from regulator.features.divisions.models import Division
from regulator.features.maps.models import DivisionBoundary
from regulator.features.maps.terms import DRAWING_FORMAT
from regulator.foundation.database import session

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Boundary:
    """A division with its boundary, EPSG:4490."""

    division_code: str
    name: str
    schematic: bool
    geometry: "BaseGeometry"


def list_boundaries() -> list[Boundary]:
    """Every boundary, by code. Loads shapely: for jobs and commands."""
    query = (
        select(DivisionBoundary.division_code, Division.name, DivisionBoundary.schematic, DivisionBoundary.geometry)
        .join(Division, Division.code == DivisionBoundary.division_code)
        .order_by(DivisionBoundary.division_code)
    )
    return [Boundary(*row) for row in session().execute(query)]


def count_boundaries() -> int:
    """How many divisions have one."""
    return session().scalar(select(func.count()).select_from(DivisionBoundary)) or 0


def wanted_version() -> str:
    """The version a page shell drawn now would have: boundaries, names, folium and our own format, as a digest."""
    digest = hashlib.sha256(f"{DRAWING_FORMAT} {installed('folium')}".encode())
    query = (
        select(DivisionBoundary.division_code, Division.name, DivisionBoundary.schematic, DivisionBoundary.updated_at)
        .join(Division, Division.code == DivisionBoundary.division_code)
        .order_by(DivisionBoundary.division_code)
    )
    for code, name, schematic, updated_at in session().execute(query):
        digest.update(f"\n{code} {name} {schematic} {updated_at.isoformat()}".encode())
    return digest.hexdigest()[:20]


def any_schematic() -> bool:
    """Whether one of the boundaries shown is only schematic."""
    return bool(session().scalar(select(DivisionBoundary.schematic).where(DivisionBoundary.schematic).limit(1)))
