"""The collections on offer, by their id. A further one is a class like these and its name below."""

from regulator.foundation.errors import NotFound
from regulator.portals.ogc.collections.divisions import Divisions
from regulator.portals.ogc.collections.estates import Estates
from regulator.portals.ogc.collections.properties import Collection
from regulator.portals.ogc.collections.zones import Zones

COLLECTIONS: dict[str, Collection] = {found.id: found for found in (Estates(), Divisions(), Zones())}


def get_collection(name: str) -> Collection:
    """The collection of this id. Raises NotFound."""
    if name not in COLLECTIONS:
        raise NotFound(name)
    return COLLECTIONS[name]
