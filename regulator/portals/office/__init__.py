"""The desk of officials: their territory's register, day by day; no questions to the database of its own."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask import Blueprint, current_app
from flask_babel import lazy_gettext as _l

from regulator.features.registry import terms
from regulator.portals.office import views
from regulator.web import navigation

blueprint = Blueprint("office", __name__, url_prefix="/office")

navigation.describe(
    "office", title=_l("Office"), home="office.home", search="office.search", account="entrance.account"
)


@blueprint.context_processor
def _vocabulary() -> dict[str, Any]:
    """The codes of the register, so that pages may offer them: ``choices(terms.Mode)``; and which rooms are open."""
    return {"terms": terms, "known": lambda endpoint: endpoint in current_app.view_functions}


_FIRST = (
    *("desk", "my_desk", "matters", "papers", "case_files"),
    *("worklists", "companies", "estates", "people", "services", "contracts", "committees", "notices"),
)
# in the menu these come first and in this order, whatever the alphabet says
_rooms = {room.name for room in iter_modules(views.__path__)}
for name in [*(n for n in _FIRST if n in _rooms), *sorted(_rooms - set(_FIRST))]:
    import_module(f"{views.__name__}.{name}")
