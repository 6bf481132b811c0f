"""The way in: signing in and out, the second factor, one's own password and sessions. No business of any desk."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.web import navigation
from regulator.web.navigation import MenuGroup

blueprint = Blueprint("entrance", __name__)

navigation.describe("entrance", title=_l("My account"), home="entrance.desk", account="entrance.account")
navigation.add("entrance", MenuGroup.DESK, "entrance.desk", _l("Back to my desk"), Permission.OWN_ACCOUNT)
navigation.add("entrance", MenuGroup.SETTINGS, "entrance.account", _l("My account"), Permission.OWN_ACCOUNT)
navigation.add("entrance", MenuGroup.SETTINGS, "entrance.password", _l("Change password"), Permission.OWN_ACCOUNT)
navigation.add("entrance", MenuGroup.SETTINGS, "entrance.own_factor", _l("Second factor"), Permission.OWN_ACCOUNT)

from regulator.portals.entrance.views import account, signing_in  # noqa: E402, F401  # the views need the blueprint
