"""What desk, matters and files share: for whom somebody acts, what they may do with a matter, its words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from regulator.features.accounts.queries.holders import Holder, Person, list_holders, principals_of
from regulator.features.accounts.terms import Permission
from regulator.features.calendar.queries import working_days
from regulator.features.divisions import queries as divisions
from regulator.features.divisions.terms import Level, Scope
from regulator.features.papers.queries import matters as queries
from regulator.features.papers.queries.matters import sees
from regulator.features.papers.rules.matters import is_term_provisional, moved_of
from regulator.features.papers.rules.pressing import Pressing, press
from regulator.features.papers.terms import EntryKind, MatterKind, MatterState, Tone
from regulator.foundation import clock, i18n
from regulator.foundation.errors import Forbidden
from regulator.portals.office.matter_links import act_of, link_of
from regulator.web import filters
from regulator.web.access import current_account, current_permissions, current_scope


@dataclass(frozen=True, slots=True)
class Hands:
    """Who is at the desk: an account, and those for whom it stands in today."""

    me: UUID
    principals: dict[UUID, Person]

    @property
    def everybody(self) -> tuple[UUID, ...]:
        """Oneself first."""
        return (self.me, *self.principals)


def current_hands() -> Hands:
    """Who acts, for whom; one statement."""
    me = current_account().account_id
    return Hands(me, principals_of(me, on=clock.today()))


@dataclass(frozen=True, slots=True)
class Allowed:
    """What somebody may do with one matter; a page offers nothing else and an act asks again."""

    is_owner: bool
    note: bool
    assign: bool
    close: bool
    set_term: bool
    attach: bool
    tones: tuple[Tone, ...]


def allowed(matter: Any, hands: Hands) -> Allowed:
    """What the asker may do with a matter, by owner and by right at its place; nothing any more once it is closed."""
    is_owner = matter.owner_id in hands.everybody
    leads, handles = _may(Permission.MATTERS_ASSIGN, matter), _may(Permission.MATTERS_HANDLE, matter)
    is_open = matter.state is MatterState.OPEN
    own_kind = matter.kind == MatterKind.OFFICIAL
    urges = handles or leads or _may(Permission.MATTERS_SUPERVISE, matter)
    tones = ((Tone.URGE,) if urges else ()) + (
        (Tone.SUPERVISE, Tone.CIRCULATE) if _may(Permission.MATTERS_SUPERVISE, matter) else ()
    )
    return Allowed(
        is_owner=is_owner,
        note=is_open and (is_owner or handles or leads),
        assign=is_open and (is_owner or leads),
        close=is_open and own_kind and (is_owner or leads),
        set_term=is_open and own_kind and (is_owner or leads),
        attach=not matter.is_archived and (is_owner or handles),
        tones=tones if is_open and matter.owner_id != hands.me else (),
    )


def require(may: bool) -> None:  # noqa: FBT001  # the fact itself is what is asked
    """Raise Forbidden unless the asker may."""
    if not may:
        raise Forbidden


def _may(permission: Permission, matter: Any) -> bool:
    return permission in current_permissions() and sees(current_scope(permission), matter.division_code)


def owned_or_seen(number: str) -> Any:
    """A matter of the asker's territory. Raises NotFound."""
    return queries.get_matter(current_scope(Permission.MATTERS_VIEW), number)


# --- choosing -------------------------------------------------------------------------------------------------------


def takers(matter: Any) -> list[Holder]:
    """Who may have a matter, its owner left out: those who hold what it needs at its place, the nearest first."""
    found = list_holders(Permission(matter.handled_by), matter.division_code, on=clock.today())
    return [one for one in found if one.account_id != matter.owner_id]


def taker_choices(holders: Sequence[Holder]) -> list[tuple[str, str]]:
    """(account, name with authority and role)."""
    return [
        (str(one.account_id), " · ".join(filter(None, (one.name, one.authority, i18n.label(one.role)))))
        for one in holders
    ]


def place_choices(scope: Scope) -> list[tuple[str, str]]:
    """(code, name) of where a matter may lie: city, districts and streets, or one's own communities."""
    day = clock.today()
    found = divisions.list_in(scope, (Level.CITY, Level.DISTRICT, Level.STREET), on=day)
    found = found or divisions.list_in(scope, (Level.COMMUNITY,), on=day)
    names = {row.code: row.name for row in found}
    return [(row.code, " ".join(filter(None, (_above(row, names), row.name)))) for row in found]


def _above(row: Any, names: dict[str, str]) -> str:
    return names.get(row.parent_code or "", "") if row.level is Level.STREET else ""


def kind_choices() -> list[tuple[str, str]]:
    """(code, words) of the kinds of matters."""
    return [(kind.value, i18n.label(kind)) for kind in MatterKind]


# --- words ----------------------------------------------------------------------------------------------------------


def presser() -> Callable[[date | None], Pressing]:
    """How pressing a term is today; the calendar is asked once for a page, and each day reckoned once."""
    calendar, today = working_days(), clock.today()
    known: dict[date | None, Pressing] = {}

    def pressing(due_on: date | None) -> Pressing:
        if due_on not in known:
            known[due_on] = press(due_on, today=today, calendar=calendar)
        return known[due_on]

    return pressing


def awaiter() -> Callable[[Any], bool]:
    """Whether a matter's term may still move when holidays are announced; the calendar is asked once for a page."""
    calendar = working_days()
    return lambda row: is_term_provisional(row.kind, row.due_on, calendar)


def kind_words(kind: str) -> str:
    """What people call a kind of matter."""
    return i18n.word("MatterKind", kind)


def paper_kind_words(kind: str) -> str:
    """What people call a kind of paper."""
    return i18n.word("PaperKind", kind)


def days_words(pressing: Pressing) -> str:
    """A term in words, for a file; empty where none runs."""
    match pressing.pressure.value, pressing.days:
        case "no_term", _days:
            return ""
        case "overdue", None | 0:
            return _("Overdue")
        case "overdue", days:
            return _("%(days)s working days over", days=days)
        case "today", _days:
            return _("Ends today")
        case _state, None:
            return ""
        case _state, days:
            return _("%(days)s working days left", days=days)


def happened(entry: Any) -> str:
    """A line of a matter's history in words; what was said stands beside it."""
    about = entry.about or ""
    before, after = entry.from_name or "—", entry.to_name or "—"
    if entry.kind in (EntryKind.REMINDED, EntryKind.NOTED) and about:
        return _about_a_reminder(entry.kind, i18n.word("Tone", about), after)
    if entry.kind is EntryKind.ASSIGNED and about:
        return _("%(why)s: from %(before)s to %(after)s", why=i18n.word("WhyMoved", about), before=before, after=after)
    said = {
        EntryKind.OPENED: lambda: _("Opened; it went to %(name)s", name=after),
        EntryKind.ASSIGNED: lambda: _("Handed on from %(before)s to %(after)s", before=before, after=after),
        EntryKind.TERM_SET: lambda: _term_words(about) if about else _("Term taken away"),
        EntryKind.CLOSED: lambda: _("Closed: %(outcome)s", outcome=i18n.word("Outcome", about)),
        EntryKind.PAPER: lambda: " · ".join(filter(None, (i18n.word("PaperAct", entry.text or ""), about))),
    }.get(entry.kind)
    return said() if said else " · ".join(filter(None, (i18n.label(entry.kind), about)))


def _about_a_reminder(kind: EntryKind, tone: str, name: str) -> str:
    if kind is EntryKind.REMINDED:
        return _("%(tone)s to %(name)s", tone=tone, name=name)
    return _("Answer to: %(tone)s", tone=tone)


def _term_words(about: str) -> str:
    moved = moved_of(about)
    if moved is None:
        return _("Term set to %(day)s", day=_day_words(about))
    day, term, year = moved
    said = {"term": i18n.label(term), "day": filters.day(day, i18n.current_locale()), "year": year}
    return _("%(term)s: %(day)s now, by the holidays of %(year)s", **said)


def _day_words(about: str) -> str:
    return filters.day(date.fromisoformat(about), i18n.current_locale())


def size_words(size: int) -> str:
    """The size of a file as people say it."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size // 1024, 1)} KB"


def notes_words(notes: str | None) -> str:
    """What was taken out of a file on arrival, in words."""
    return "；".join(i18n.word("UploadNote", note) for note in (notes or "").split())


def record_address(matter: Any) -> str | None:
    """Where the record is that a matter is about; None when it is about nothing that has a page."""
    found = link_of(matter.kind, matter.subject_key)
    return url_for(found[0], **found[1]) if found else None


def act_address(matter: Any) -> str | None:
    """Where the asker settles what an open matter is about; where the record is, when that is all there is to open."""
    found = act_of(matter.kind, matter.subject_key)
    if found is None or matter.state is not MatterState.OPEN or matter.handled_by not in current_permissions():
        return record_address(matter)
    return url_for(found[0], **found[1])
