"""Why a shape is not taken, or taken with a remark: one list of codes that documents itself. Pure."""

from enum import Enum, StrEnum
from typing import Self


class Effect(Enum):
    """What a reason does to its shape."""

    REJECTED = "rejected"
    FLAG = "flag"
    NOTE = "note"


class GeoReason(StrEnum):
    """Every reason with its effect and its meaning."""

    effect: Effect
    meaning: str

    def __new__(cls, code: str, effect: Effect, meaning: str) -> Self:
        """A member that knows what it does and means."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.effect = effect
        member.meaning = meaning
        return member

    BARRIER_KIND_MISSING = (
        "barrier_kind_missing",
        Effect.REJECTED,
        "Neither the file nor its sender says whether this is a road, a river, a railway or a wall.",
    )
    BARRIER_KIND_UNKNOWN = (
        "barrier_kind_unknown",
        Effect.REJECTED,
        "The kind is no word for a road, a river, a railway or a wall; say the kind of the whole file instead.",
    )
    BARRIER_SCHEMATIC = (
        "barrier_schematic",
        Effect.REJECTED,
        "The file says that this line is schematic; estates are not parted by it.",
    )
    DIVISION_AMBIGUOUS = (
        "division_ambiguous",
        Effect.REJECTED,
        "Several divisions of the city bear this name; give the code, or the level.",
    )
    DIVISION_CLOSED = (
        "division_closed",
        Effect.REJECTED,
        "The division's code is out of date: it was closed, and its successors are named.",
    )
    DIVISION_UNKNOWN = "division_unknown", Effect.REJECTED, "The city has no division of this code or name."
    DIVISION_WRONG_LEVEL = "division_wrong_level", Effect.REJECTED, "The division is not of the level that was chosen."
    DUPLICATE_IN_FILE = (
        "duplicate_in_file",
        Effect.REJECTED,
        "An earlier row of the file is about the same thing; the first stays.",
    )
    ESTATE_AMBIGUOUS = (
        "estate_ambiguous",
        Effect.REJECTED,
        "Several estates bear this name; give the estate's code, or its division.",
    )
    ESTATE_RETIRED = "estate_retired", Effect.REJECTED, "The estate has been taken out of the register."
    ESTATE_UNKNOWN = "estate_unknown", Effect.REJECTED, "The territory has no estate of this code or name."
    GEOMETRY_MISSING = "geometry_missing", Effect.REJECTED, "There is no shape, or none that can be read."
    GEOMETRY_REPAIRED = (
        "geometry_repaired",
        Effect.FLAG,
        "The outline was not valid (it crosses itself, for example) and was repaired; the change of area is stated.",
    )
    GEOMETRY_WRONG_KIND = (
        "geometry_wrong_kind",
        Effect.REJECTED,
        "A shape of this kind is not wanted here: no boundary is a line, no barrier is a point.",
    )
    KEY_MISSING = "key_missing", Effect.REJECTED, "Neither a code nor a name is given."
    NAME_DIFFERS = "name_differs", Effect.FLAG, "The name is not the one registered under this code; the code counts."
    NAME_IS_NUMBER = (
        "name_is_number",
        Effect.REJECTED,
        "The name is a number and nothing is called so; perhaps the wrong column was taken for the name.",
    )
    OUTLINE_TOO_LARGE = (
        "outline_too_large",
        Effect.REJECTED,
        "The outline is larger (10 k㎡) or wider (0.2°) than any estate's; drawing one by hand is refused as well.",
    )
    POINT_OUTSIDE_BOUNDARY = (
        "point_outside_boundary",
        Effect.FLAG,
        "The estate's registered position does not lie inside this boundary.",
    )
    POINT_OUTSIDE_DIVISION = (
        "point_outside_division",
        Effect.FLAG,
        "The position does not lie inside the boundary of the estate's division.",
    )
    POSITION_NOT_DEGREES = (
        "position_not_degrees",
        Effect.REJECTED,
        "The numbers are no degrees; if they are metres, declare the projection (EPSG:n).",
    )
    POSITION_OUTSIDE_CHINA = (
        "position_outside_china",
        Effect.REJECTED,
        "The shape lies outside China, where the declared datum does not hold.",
    )
    POSITION_OUTSIDE_CITY = "position_outside_city", Effect.REJECTED, "The shape does not lie in the city."
    POSITION_SWAPPED = "position_swapped", Effect.REJECTED, "Longitude and latitude stand the wrong way round."
    POSITION_ZERO = "position_zero", Effect.REJECTED, "The position is 0, 0: it was never filled in."
    RECORD_CONTRADICTS_ITSELF = (
        "record_contradicts_itself",
        Effect.REJECTED,
        "The estate's record cannot be corrected before another of its facts is put right.",
    )
    SCHEMATIC = "schematic", Effect.NOTE, "The file says that this boundary is schematic; nothing is judged by it."


def find_reason(code: str) -> GeoReason:
    """The reason of a code that was kept; raises ValueError."""
    return next(reason for reason in GeoReason if reason.value == code)


def documentation() -> str:
    """The list of reasons as a page of the manual (docs/geodata.md holds it word for word)."""
    lines = ["| code | effect on the shape | meaning |", "|---|---|---|"]
    lines += [f"| `{reason.value}` | {reason.effect.value} | {reason.meaning} |" for reason in GeoReason]
    return "\n".join(lines) + "\n"
