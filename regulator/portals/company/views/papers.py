"""Papers served to the company in its portal: listed, signed for (签收), then fetched. Never another company's."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.papers.actions import deliveries as acts
from regulator.features.papers.actions.issuing import paper_room
from regulator.features.papers.queries import deliveries as queries
from regulator.features.papers.queries.papers import find_successor
from regulator.features.papers.rules.delivery import PORTAL_IS_DAY_OF_ARRIVAL
from regulator.features.papers.terms import NUMBERED
from regulator.foundation import clock
from regulator.foundation.errors import Conflict, NotFound
from regulator.foundation.paging import parse_limit
from regulator.portals.company import blueprint
from regulator.portals.company.own import own_credit_code
from regulator.web import navigation
from regulator.web.access import allow, current_actor, current_scope
from regulator.web.navigation import MenuGroup
from regulator.web.sending import send_kept
from regulator.web.transaction import commits


def count_waiting() -> int | None:
    """How many papers wait to be signed for; None when none does."""
    return queries.count_unopened(current_scope(Permission.OWN_PAPERS_VIEW)) or None


navigation.add(
    "company",
    MenuGroup.DESK,
    "company.papers",
    _l("Papers to us"),
    Permission.OWN_PAPERS_VIEW,
    active=("company.paper",),
    badge=count_waiting,
)


@blueprint.get("/papers")
@allow(Permission.OWN_PAPERS_VIEW)
def papers() -> ResponseReturnValue:
    """Everything served to us here, what we have not signed for first; and whether we agreed to it."""
    scope, code = current_scope(), own_credit_code()
    limit = parse_limit(request.args.get("limit"))
    consents = queries.list_consents(code)
    return render_template(
        "company/papers/list.html",
        page=queries.list_served(scope, cursor=request.args.get("cursor"), limit=limit),
        waiting=queries.count_unopened(scope),
        standing=next((one for one in consents if one.withdrawn_on is None), None),
        consents=consents,
        arrival=PORTAL_IS_DAY_OF_ARRIVAL,
    )


@blueprint.get("/papers/<uuid:paper_id>")
@allow(Permission.OWN_PAPERS_VIEW)
def paper(paper_id: UUID) -> ResponseReturnValue:
    """What it is, from whom, since when it binds, whether it stands; its text is in the file."""
    paper, delivery = queries.get_served(current_scope(), paper_id)
    successor = find_successor(paper)
    return render_template(
        "company/papers/paper.html",
        paper=paper,
        delivery=delivery,
        authority=(paper.frame or {}).get("authority"),
        successor=successor.number if successor and successor.state in NUMBERED else None,
    )


@blueprint.post("/papers/<uuid:paper_id>/sign-for")
@allow(Permission.OWN_PAPERS_VIEW)
@commits
def paper_sign_for(paper_id: UUID) -> ResponseReturnValue:
    """Open it, and so sign for it; a second time changes nothing."""
    paper, delivery = queries.get_served(current_scope(), paper_id)
    acts.sign_for(delivery, paper, actor=current_actor(), now=clock.now())
    flash(_("Signed for. The paper can be fetched now."), "ok")
    return redirect(url_for("company.paper", paper_id=paper_id), 303)


@blueprint.get("/papers/<uuid:paper_id>.pdf")
@allow(Permission.OWN_PAPERS_VIEW)
def paper_file(paper_id: UUID) -> ResponseReturnValue:
    """The paper itself, once it was signed for."""
    paper, delivery = queries.get_served(current_scope(), paper_id)
    if delivery.opened_at is None:
        raise Conflict("paper_not_signed_for")
    if paper.file_hash is None or paper.number is None:
        raise NotFound(str(paper_id))
    name = f"{paper.number} {paper.title}.pdf"
    return send_kept(paper.file_hash, file_name=name, media_type="application/pdf", room=paper_room())
