"""The administrators' desk: accounts, roles, working days, settings of papers, lockouts, audit search. No records."""

from importlib import import_module

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.web import navigation
from regulator.web.navigation import MenuGroup

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

navigation.describe("admin", title=_l("Administration"), home="admin.home", account="entrance.account")
navigation.add("admin", MenuGroup.DESK, "admin.home", _l("Overview"))
for endpoint, label, permission, active in (
    ("admin.accounts", _l("Accounts"), Permission.ACCOUNTS_VIEW, ("admin.account",)),
    ("admin.authorities", _l("Authorities"), Permission.AUTHORITIES_MANAGE, ()),
    ("admin.areas", _l("Management areas"), Permission.DIVISIONS_MANAGE, ()),
    ("admin.calendar", _l("Working days"), Permission.CALENDAR_MANAGE, ("admin.calendar_",)),
    ("admin.papers", _l("Papers"), Permission.PAPER_SETTINGS, ("admin.paper_",)),
    ("admin.rule_sets", _l("Rules for grades"), Permission.RULE_SETS_MANAGE, ("admin.rule_set",)),
    ("admin.lockouts", _l("Lockouts"), Permission.LOCKOUTS_MANAGE, ()),
    ("admin.audit", _l("Audit trail"), Permission.AUDIT_SEARCH, ("admin.audit",)),
):
    navigation.add("admin", MenuGroup.SETTINGS, endpoint, label, permission, active=active)

for room in (
    *("home", "accounts", "rights", "authorities", "calendar", "papers", "paper_templates", "rule_sets", "lockouts"),
    "audit",
):
    import_module(f"regulator.portals.admin.views.{room}")
