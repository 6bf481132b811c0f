"""Places by the names people write for them, as one city's tree knows them on a day. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regulator.features.divisions.terms import Level
from regulator.features.registry.imports.values import name_key


@dataclass(frozen=True, slots=True)
class Place:
    """A division as far as an import needs to know it."""

    code: str
    name: str
    level: Level
    parent: str | None


class PlaceBook:
    """The divisions of the city an import is for, found by exact name inside what they belong to."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._cities: list[Place] = []
        self._districts: dict[str, str] = {}
        self._streets: dict[tuple[str | None, str], list[str]] = {}
        self._communities: dict[tuple[str, str], str] = {}
        for place in places:
            self._add(place)

    def _add(self, place: Place) -> None:
        key = name_key(place.name)
        match place.level:
            case Level.CITY:
                self._cities.append(place)
            case Level.DISTRICT:
                self._districts[key] = place.code
            case Level.STREET:
                self._streets.setdefault((place.parent, key), []).append(place.code)
                self._streets.setdefault((None, key), []).append(place.code)
            case Level.COMMUNITY:
                self._communities[place.parent or "", key] = place.code

    @property
    def cities(self) -> Sequence[Place]:
        """The city or cities the book is of."""
        return self._cities

    def find_district(self, written: str) -> str | None:
        """A district by its name, with or without the city's in front."""
        key = name_key(written)
        for city in self._cities:
            key = key.removeprefix(name_key(city.name))
        return self._districts.get(key)

    def district_named_in(self, line: str) -> str | None:
        """The one district whose name stands in a title, None when there is none or more than one."""
        key = name_key(line)
        found = {code for name, code in self._districts.items() if name in key}
        return found.pop() if len(found) == 1 else None

    def find_streets(self, district: str | None, written: str) -> Sequence[str]:
        """The streets of a name in a district, or in the whole city when no district is stated."""
        return self._streets.get((district, name_key(written)), ())

    def find_community(self, street: str, written: str) -> str | None:
        """A community of a street by its exact name; brackets belong to the name."""
        return self._communities.get((street, name_key(written)))
