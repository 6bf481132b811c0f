"""What is published of grades: open to objections now, granted lately, results of yearly reviews. Nobody's papers."""

from flask import render_template
from flask.typing import ResponseReturnValue

from regulator.features.licensing.queries.applications import published
from regulator.features.licensing.queries.reviews import published as reviews
from regulator.foundation import clock
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.web.access import open_to_public
from regulator.web.remembered import remembered


@public.get("/notices")
@open_to_public
@remembered
def notices() -> ResponseReturnValue:
    """Who is to be granted what, until when anyone may object, and what was granted in the last sixty days."""
    today = clock.today()
    return render_template(
        "public/notices.html",
        open_now=published.public_notices(),
        granted=published.public_grants(today),
        reviews=reviews.public_years(),
        days=published.LATELY.days,
        today=today,
        tail=given.tail(),
    )
