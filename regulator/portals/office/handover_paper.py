"""The signed list of a hand-over as PDF: both names, the moments, the lines as they were signed, and the digest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from regulator.features.papers.queries.handovers import ItemRow
from regulator.features.papers.rules.handover import list_hash
from regulator.foundation import i18n
from regulator.foundation.documents import Block, Column, Heading, Paragraph, Report, Table, report_pdf
from regulator.foundation.errors import BadInput
from regulator.portals.office.matters import awaiter
from regulator.web import filters
from regulator.web.pages import current_site


def signed_list(handover: Any, items: Sequence[ItemRow]) -> bytes:
    """The list that was given; raises BadInput when its lines are no longer those that were signed."""
    signed = [item for item in items if not item.since_given]
    if list_hash(handover.from_name, handover.to_name, [item.line for item in signed]) != handover.list_hash:
        raise BadInput("handover_list_altered")
    since = [item for item in items if item.since_given]
    blocks: list[Block] = [_about(handover), _lines(_("The list as it was signed"), signed)]
    if since:
        blocks.append(_lines(_("Came since it was signed"), since))
    blocks += [Heading(_("Signatures")), _signatures(handover), Paragraph(_digest_said(handover.list_hash))]
    report = Report(
        _("Hand-over list"),
        tuple(blocks),
        _("%(giver)s to %(taker)s", giver=handover.from_name, taker=handover.to_name),
        current_site().authority,
        "zh" if i18n.current_locale().startswith("zh") else "en",
    )
    return report_pdf(report, made_at=handover.taken_at or handover.given_at)


def _about(handover: Any) -> Paragraph:
    told = [
        _("Reason: %(reason)s", reason=i18n.label(handover.reason)),
        _("Leaves on: %(day)s", day=filters.day(handover.leaves_on, i18n.current_locale())),
        _("Drawn up: %(when)s by %(who)s", when=_moment(handover.drawn_up_at), who=handover.drawn_up_by),
    ]
    if handover.note:
        told.append(_("Note: %(note)s", note=handover.note))
    return Paragraph("\n".join(told))


def _lines(caption: str, items: Sequence[ItemRow]) -> Table:
    columns = (
        Column(_("No."), is_number=True, width=0.5),
        Column(_("Number"), width=1.3),
        Column(_("What"), width=1.3),
        Column(_("What it is about"), width=3),
        Column(_("Due"), width=1.3),
        Column(_("Outcome"), width=1),
    )
    awaited = awaiter()
    rows = tuple(
        (str(one.ordinal), one.number, kind_said(one), one.title, _due(one, is_awaited=awaited(one)), _outcome(one))
        for one in items
    )
    return Table(columns, rows, caption)


def kind_said(item: ItemRow) -> str:
    """What a line is: a kind of matter, or of a paper that waits."""
    return i18n.word("PaperKind" if item.is_paper else "MatterKind", item.kind)


def _due(item: ItemRow, *, is_awaited: bool) -> str:
    day = filters.day(item.due_on, i18n.current_locale())
    return f"{day} {_('provisional')}" if is_awaited else day


def _outcome(item: ItemRow) -> str:
    return i18n.label(item.outcome) if item.outcome else filters.DASH


def _signatures(handover: Any) -> Table:
    given = handover.given_by
    if handover.signed_for:
        given = _("%(who)s for %(giver)s", who=handover.given_by, giver=handover.from_name)
        given = f"{given} ({handover.signed_for})"
    taken = handover.to_name if handover.taken_at else _("not signed yet")
    rows = (
        (_("Gives"), given, _moment(handover.given_at)),
        (_("Takes"), taken, _moment(handover.taken_at)),
    )
    return Table((Column(_("Side"), width=0.6), Column(_("Signed by"), width=2), Column(_("When"), width=1.4)), rows)


def _digest_said(digest: str) -> str:
    return _("SHA-256 of the list as it was signed: %(digest)s", digest=digest)


def _moment(at: datetime | None) -> str:
    return filters.moment(at, i18n.current_locale())
