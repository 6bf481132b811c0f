"""Results of a year's review for everyone: districts that have published, and every company with its result."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from regulator.features.licensing.queries.reviews import published
from regulator.features.licensing.queries.reviews.published import ResultFilter
from regulator.features.licensing.review_terms import ReviewResult
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.i18n import label
from regulator.portals.public import blueprint as public
from regulator.portals.public import given
from regulator.web.access import open_to_public
from regulator.web.forms import code_sentence
from regulator.web.remembered import remembered


@public.get("/notices/reviews/<int:year>")
@open_to_public
@remembered
def reviews(year: int) -> ResponseReturnValue:
    """Who passed and who failed, by district; searched by name or credit code."""
    rounds = published.public_rounds(year)
    if not rounds:
        raise NotFound(str(year))
    problem = ""
    try:
        wanted = _wanted(year)
        page = published.public_results(wanted, cursor=request.args.get("cursor"), limit=given.PER_PAGE)
    except BadInput as error:
        problem, wanted = code_sentence(error.code, error.params), ResultFilter(year)
        page = published.public_results(wanted, limit=given.PER_PAGE)
    shown = render_template(
        "public/reviews.html",
        year=year,
        review_word=rounds[0].review,
        rounds=rounds,
        page=page,
        total=published.count_public_results(wanted),
        wanted=wanted,
        districts=[(one.division_code, one.district) for one in rounds],
        results=[(one.value, label(one)) for one in ReviewResult],
        problem=problem,
        tail=given.tail(),
    )
    return shown, 400 if problem else 200


def _wanted(year: int) -> ResultFilter:
    """What the address asks for. Raises BadInput."""
    result, division = request.args.get("result", ""), request.args.get("division", "").strip()
    if result and result not in set(ReviewResult):
        raise BadInput("filter_unknown", {"given": result[:40]}, about="result")
    return ResultFilter(
        year, division[:12] or None, ReviewResult(result) if result else None, given.words()[:100] or None
    )
