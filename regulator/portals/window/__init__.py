"""The hall clerk's desk: look-up at the counter, applications taken in and given out."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.portals.window import views
from regulator.web import navigation
from regulator.web.navigation import MenuGroup

blueprint = Blueprint("window", __name__, url_prefix="/window")

navigation.describe("window", title=_l("Service window"), home="window.home", account="entrance.account")
navigation.add("window", MenuGroup.DESK, "window.home", _l("Look up"), Permission.WINDOW_DESK)
navigation.add("window", MenuGroup.SETTINGS, "entrance.account", _l("My sessions"), Permission.OWN_ACCOUNT)

for name in sorted(room.name for room in iter_modules(views.__path__)):
    import_module(f"{views.__name__}.{name}")
