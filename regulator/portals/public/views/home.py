"""The start page: search first, then what this register is and how much it holds."""

from flask import render_template
from flask.typing import ResponseReturnValue

from regulator.features.registry.queries import public as register
from regulator.foundation import clock
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.web.access import open_to_public
from regulator.web.remembered import remembered


@public.get("/")
@open_to_public
@remembered
def home() -> ResponseReturnValue:
    """Search, the figures with their meaning, entry by district."""
    figures = register.public_figures(on=clock.today())
    return render_template("public/home.html", figures=figures, tail=given.tail())
