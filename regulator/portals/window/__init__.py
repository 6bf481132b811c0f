"""The hall clerk's desk: look-up at the counter. Taking papers in comes with later parts."""

from importlib import import_module

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.web import navigation
from regulator.web.navigation import MenuGroup

blueprint = Blueprint("window", __name__, url_prefix="/window")

navigation.describe("window", title=_l("Service window"), home="window.home", account="entrance.account")
navigation.add("window", MenuGroup.DESK, "window.home", _l("Look up"), Permission.WINDOW_DESK)
navigation.add("window", MenuGroup.SETTINGS, "entrance.account", _l("My sessions"), Permission.OWN_ACCOUNT)

import_module("regulator.portals.window.views.home")
