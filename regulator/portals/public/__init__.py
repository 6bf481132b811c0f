"""The portal for everyone: look-up and map, without sign-in and without cookies. No questions to the database here."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from regulator.portals.public import views
from regulator.web import navigation

blueprint = Blueprint("public", __name__)

navigation.describe("public", title=_l("Public look-up"), home="public.home", search="public.estates")

_FIRST = ("companies", "estates", "maps", "divisions", "coverage", "papers")  # the order of the menu
for name in (*_FIRST, *sorted({room.name for room in iter_modules(views.__path__)} - set(_FIRST))):
    import_module(f"{views.__name__}.{name}")
