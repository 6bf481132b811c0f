"""What the register is, what its words mean, what it does not show and where errors are put right."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from regulator.features.registry.terms import Basis, CompanyStatus, Condition, Mode
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.web import navigation
from regulator.web.access import open_to_public
from regulator.web.navigation import MenuGroup

navigation.add("public", MenuGroup.LOOK, "public.about", _l("Explanations"))


@public.get("/about")
@open_to_public
def about() -> ResponseReturnValue:
    """One page of plain explanation."""
    return render_template(
        "public/about.html",
        modes=list(Mode),
        bases=list(Basis),
        statuses=list(CompanyStatus),
        conditions=list(Condition),
        tail=given.tail(),
    )
