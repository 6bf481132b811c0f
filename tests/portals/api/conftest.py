"""The same small world as the public pages have."""

from tests.portals.public.conftest import fetch, world

__all__ = ["fetch", "world"]
