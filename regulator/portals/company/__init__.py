"""The desk of a property-management company: its own record, read-only, and papers to it. Never another company's."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.portals.company import views
from regulator.web import navigation
from regulator.web.navigation import MenuGroup

blueprint = Blueprint("company", __name__, url_prefix="/company")

navigation.describe("company", title=_l("Company desk"), home="company.home", account="entrance.account")
navigation.add("company", MenuGroup.DESK, "company.home", _l("Our record"), Permission.OWN_COMPANY_VIEW)
navigation.add("company", MenuGroup.SETTINGS, "entrance.account", _l("My account"), Permission.OWN_ACCOUNT)

for name in sorted(room.name for room in iter_modules(views.__path__)):
    import_module(f"{views.__name__}.{name}")
