"""The menus: each portal adds its items, `menu_for` shows what the reader may reach; no pages, no rights of its own."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from flask import Flask, current_app, request, url_for

from regulator.features.accounts.terms import Permission


class MenuGroup(StrEnum):
    """The headings of the side menu, in their order."""

    DESK = "desk"
    PAPERS = "papers"
    REGISTER = "register"
    OVERSIGHT = "oversight"
    LOOK = "look"
    SETTINGS = "settings"


_ORDER = {group: place for place, group in enumerate(MenuGroup)}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a menu; `active` names further endpoints (or their beginnings) at which it is the current one."""

    group: MenuGroup
    endpoint: str
    label: object
    permission: Permission | None
    active: tuple[str, ...]
    badge: Callable[[], int | None] | None = None

    def is_current(self, endpoint: str) -> bool:
        """Whether a page of this endpoint lies under the item."""
        return endpoint == self.endpoint or any(endpoint.startswith(beginning) for beginning in self.active)


@dataclass(slots=True)
class Portal:
    """What the layout must know of a portal: its name, its entrance and where its search and account pages are."""

    title: object = ""
    home: str = ""
    search: str = ""
    account: str = ""
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Link:
    """A menu line ready to be shown."""

    text: str
    url: str
    current: bool
    badge: int | None = None


_portals: dict[str, Portal] = {}


def describe(portal: str, *, title: object, home: str, search: str = "", account: str = "") -> None:
    """State the fixed things of a portal; endpoints, not addresses."""
    known = _portals.setdefault(portal, Portal())
    known.title, known.home, known.search, known.account = title, home, search, account


def add(
    portal: str,
    group: MenuGroup,
    endpoint: str,
    label: object,
    permission: Permission | None = None,
    *,
    active: tuple[str, ...] = (),
    badge: Callable[[], int | None] | None = None,
) -> None:
    """Add an item to a portal's menu (at import of the portal); the same endpoint twice replaces the first."""
    items = _portals.setdefault(portal, Portal()).items
    items[:] = [item for item in items if item.endpoint != endpoint]
    items.append(Item(group, endpoint, label, permission, active, badge))


def portal_of_request(permissions: Collection[str] = ()) -> str:
    """The portal the current page belongs to: its outermost blueprint.

    A page beside the portals (one's own account) is shown in the first desk these permissions open.
    """
    own = request.blueprints[-1] if request.blueprints else ""
    return own if own in _portals else next((name for name in _portals if _opens(name, permissions)), own)


def _opens(name: str, permissions: Collection[str]) -> bool:
    return any(item.permission in permissions for item in _portals[name].items if item.permission)


def portal(name: str) -> Portal:
    """What is known of a portal; an empty one when nothing is."""
    return _portals.get(name) or Portal()


def menu_for(name: str, permissions: Collection[str]) -> list[tuple[MenuGroup, list[Link]]]:
    """The groups of a portal's menu with the items these permissions reach, the current one marked."""
    reachable = [item for item in portal(name).items if item.permission is None or item.permission in permissions]
    known = [item for item in reachable if item.endpoint in current_app.view_functions]
    known.sort(key=lambda item: _ORDER[item.group])  # stable: inside a group the order of adding
    current = _current(known, request.endpoint or "")
    groups = groupby(known, lambda item: item.group)
    return [(group, [_link(item, item is current) for item in items]) for group, items in groups]


def _current(items: Iterable[Item], endpoint: str) -> Item | None:
    """The item of this very page, else the one under which it lies."""
    candidates = list(items)
    exact = [item for item in candidates if item.endpoint == endpoint]
    under = [item for item in candidates if item.is_current(endpoint)]
    return next(iter(exact or under), None)


def _link(item: Item, current: bool) -> Link:  # noqa: FBT001  # a fact of the line, not a switch
    return Link(str(item.label), url_for(item.endpoint), current, item.badge() if item.badge else None)


def install(app: Flask) -> None:
    """Give the layouts their menu."""
    app.jinja_env.globals.update(portal_of_request=portal_of_request, portal=portal, menu_for=menu_for)


def public_menu() -> list[Link]:
    """The public portal's items in one row."""
    return [link for _group, links in menu_for("public", ()) for link in links]
