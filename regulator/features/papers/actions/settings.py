"""Acts on what an authority's papers follow, each from a day on: number pattern, chain of approval, own template."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from regulator.features.accounts.models import Authority
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.papers.models import PaperChain, PaperSeries, PaperTemplate
from regulator.features.papers.queries.settings import find_pattern_clash
from regulator.features.papers.rules.numbers import judge_pattern
from regulator.features.papers.templating import Template
from regulator.features.papers.terms import PaperAct, PaperKind, PaperSubject
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, Conflict


def set_series(
    authority: Authority, *, kind: PaperKind | None, pattern: str, began_on: date, actor: Actor, now: datetime
) -> PaperSeries:
    """Set the pattern of an authority's numbers from today or later; without a kind, of all kinds that have none.

    Raises what `judge_series` raises, and Conflict("series_day_taken").
    """
    judge_series(authority, pattern=pattern, began_on=began_on, now=now)
    series = PaperSeries(
        authority_id=authority.id, kind=kind or "", pattern=pattern, began_on=began_on, set_at=now, set_by=actor.name
    )
    _add(series, Conflict("series_day_taken", about="began_on"))
    facts: dict[str, JSON] = {"kind": kind, "pattern": pattern, "began_on": began_on.isoformat()}
    _record(PaperAct.SERIES_SET, authority.name, facts, actor, now)
    return series


def judge_series(authority: Authority, *, pattern: str, began_on: date, now: datetime) -> None:
    """Raises Refused for a pattern that cannot be used, BadInput for a day gone by or another's pattern."""
    judge_pattern(pattern).or_refuse()
    _judge_day(began_on, now)
    if (other := find_pattern_clash(authority.id, pattern)) is not None:
        raise BadInput("pattern_of_another", {"authority": other}, about="pattern")


def set_chain(
    authority: Authority | None, *, kind: PaperKind, steps: int, needs_minutes: bool, began_on: date, actor: Actor,
    now: datetime,
) -> PaperChain:  # fmt: skip
    """Set which chain a kind of paper needs from today or later; without an authority, everywhere.

    Of two for the same day the later word holds. Raises BadInput for a day gone by.
    """
    _judge_day(began_on, now)
    chain = PaperChain(
        authority_id=authority.id if authority else None, kind=kind, steps=steps, needs_minutes=needs_minutes,
        began_on=began_on, set_at=now, set_by=actor.name,
    )  # fmt: skip
    session().add(chain)
    session().flush()
    facts: dict[str, JSON] = {
        "kind": kind, "steps": steps, "needs_minutes": needs_minutes, "began_on": began_on.isoformat(),
    }  # fmt: skip
    _record(PaperAct.CHAIN_SET, authority.name if authority else "", facts, actor, now)
    return chain


def add_template(
    authority: Authority, template: Template, *, began_on: date, actor: Actor, now: datetime
) -> PaperTemplate:
    """Add an authority's own version of a template from today or later.

    The template was tried by `templating.check`, which takes a while and so goes before the transaction. Raises
    BadInput for a day gone by, Conflict("template_day_taken").
    """
    _judge_day(began_on, now)
    added = PaperTemplate(
        authority_id=authority.id, kind=template.kind, source=template.source, digest=template.digest,
        began_on=began_on, added_at=now, added_by=actor.name,
    )  # fmt: skip
    _add(added, Conflict("template_day_taken", about="began_on"))
    facts: dict[str, JSON] = {"kind": template.kind, "digest": template.digest, "began_on": began_on.isoformat()}
    _record(PaperAct.TEMPLATE_ADDED, authority.name, facts, actor, now)
    return added


def _add(row: PaperSeries | PaperTemplate, taken: Conflict) -> None:
    """Add a setting; what the database knows for that very day already stays, and is told."""
    try:
        with session().begin_nested():
            session().add(row)
            session().flush()
    except IntegrityError as error:
        raise taken from error


def _judge_day(began_on: date, now: datetime) -> None:
    """What papers of earlier days followed stays as it was."""
    if began_on < day_of(now):
        raise BadInput("setting_in_the_past", {"today": day_of(now)}, about="began_on")


def _record(act: PaperAct, key: str, facts: dict[str, JSON], actor: Actor, now: datetime) -> None:
    audit.record(actor, act, PaperSubject.PAPER_SETTING, key, now=now, facts=facts)
