"""What an authority's papers follow: number patterns and chains of approval, each from a day on. No paper is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts import lists
from regulator.features.accounts.terms import Permission
from regulator.features.papers.actions import settings as acts
from regulator.features.papers.queries import set_down as queries
from regulator.features.papers.rules.chain import CHAINS
from regulator.features.papers.rules.numbers import USUAL
from regulator.features.papers.terms import PaperKind
from regulator.foundation import clock, i18n
from regulator.foundation.errors import BadInput, Conflict, NotFound
from regulator.foundation.paging import Page, page_of_rows, parse_limit
from regulator.law.findings import Refused
from regulator.portals.admin import blueprint
from regulator.portals.admin.paper_forms import ChainForm, SeriesForm
from regulator.web import forms
from regulator.web.access import allow, current_actor
from regulator.web.transaction import commits

T = TypeVar("T")


def authority_choices() -> list[tuple[str, str]]:
    """(key, name) of every authority."""
    return [(str(row.id), f"{row.name} · {row.division}") for row in lists.list_authorities()]


def asked_authority() -> UUID | None:
    """The authority the page shall stand for; None: none in particular. Raises NotFound."""
    given = request.args.get("authority", "")
    try:
        return lists.get_authority(UUID(given)).id if given else None
    except ValueError as error:
        raise NotFound(given[:40]) from error


def page_of_settings(rows: Sequence[T], list_name: str) -> Page[T]:
    """The page asked for of everything that was set; what answers a form begins at the first."""
    asked = request.args if request.method == "GET" else {}
    return page_of_rows(rows, list_name=list_name, cursor=asked.get("cursor"), limit=parse_limit(asked.get("limit")))


# --- numbers --------------------------------------------------------------------------------------------------------


@blueprint.get("/papers")
@allow(Permission.PAPER_SETTINGS)
def papers() -> ResponseReturnValue:
    """Every pattern of numbers, where it stands, and who has none yet."""
    return _series_page(forms.fill(SeriesForm, {"began_on": clock.today(), "pattern": USUAL}))


def _series_page(filled: forms.Filled[SeriesForm], status: int = 200) -> ResponseReturnValue:
    rows = queries.list_series(on=clock.today())
    known = {row.authority for row in rows}
    return render_template(
        "admin/papers/series.html",
        rows=page_of_settings(rows, "papers.series"),
        total=len(rows),
        without=[row.name for row in lists.list_authorities() if row.name not in known],
        authorities=authority_choices(),
        form=filled,
        kinds=forms.choices(PaperKind),
    ), status


@blueprint.post("/papers/series/preview")
@allow(Permission.PAPER_SETTINGS)
def paper_series_preview() -> ResponseReturnValue:
    """Judge a pattern and show the number it would give; nothing is set yet."""
    filled = forms.read(SeriesForm)
    if (form := filled.value) is not None:
        try:
            authority = lists.get_authority(form.authority)
            acts.judge_series(authority, pattern=form.pattern, began_on=form.began_on, now=clock.now())
        except (BadInput, Refused) as error:
            _object(filled, error)
        else:
            number = queries.next_number(authority.id, form.pattern, on=form.began_on)
            return render_template(
                "admin/papers/series_preview.html", form=form, authority=authority.name, number=number
            )
    return _series_page(filled, 400)


@blueprint.post("/papers/series")
@allow(Permission.PAPER_SETTINGS)
@commits
def paper_series_set() -> ResponseReturnValue:
    """Set a pattern of numbers from a day on."""
    filled = forms.read(SeriesForm)
    if (form := filled.value) is not None:
        try:
            acts.set_series(
                lists.get_authority(form.authority), kind=form.kind, pattern=form.pattern, began_on=form.began_on,
                actor=current_actor(), now=clock.now(),
            )  # fmt: skip
        except (BadInput, Conflict, Refused) as error:
            _object(filled, error)
        else:
            flash(_("The pattern of numbers was set."), "ok")
            return redirect(url_for("admin.papers"), 303)
    return _series_page(filled, 400)


def _object(filled: forms.Filled[Any], error: BadInput | Conflict | Refused) -> None:
    if isinstance(error, Refused):
        forms.add_findings(filled, error.findings)
    else:
        forms.add_bad_input(filled, error)


# --- chains ---------------------------------------------------------------------------------------------------------


@blueprint.get("/papers/chains")
@allow(Permission.PAPER_SETTINGS)
def paper_chains() -> ResponseReturnValue:
    """Which steps each kind of paper needs today, by whose word, and everything that was set."""
    return _chains_page(asked_authority(), forms.fill(ChainForm, {"began_on": clock.today()}))


def _chains_page(authority: UUID | None, filled: forms.Filled[ChainForm], status: int = 200) -> ResponseReturnValue:
    today = clock.today()
    rows = queries.list_chains(on=today)
    return render_template(
        "admin/papers/chains.html",
        in_force=queries.chains_in_force(authority, on=today),
        rows=page_of_settings(rows, "papers.chains"),
        total=len(rows),
        authority=str(authority or ""),
        authorities=authority_choices(),
        form=filled,
        kinds=forms.choices(PaperKind),
        steps=[("1", _steps(1)), ("2", _steps(2)), ("3", _steps(3))],
    ), status


def _steps(count: int) -> str:
    return " → ".join(i18n.label(step) for step in CHAINS[count])


@blueprint.post("/papers/chains")
@allow(Permission.PAPER_SETTINGS)
@commits
def paper_chain_set() -> ResponseReturnValue:
    """Set a chain of approval from a day on, for one authority or for all."""
    filled = forms.read(ChainForm)
    if (form := filled.value) is None:
        return _chains_page(None, filled, 400)
    try:
        acts.set_chain(
            lists.get_authority(form.authority) if form.authority else None, kind=form.kind, steps=form.steps,
            needs_minutes=form.needs_minutes, began_on=form.began_on, actor=current_actor(), now=clock.now(),
        )  # fmt: skip
    except BadInput as error:
        _object(filled, error)
        return _chains_page(form.authority, filled, 400)
    flash(_("The chain of approval was set."), "ok")
    return redirect(url_for("admin.paper_chains", authority=form.authority), 303)
