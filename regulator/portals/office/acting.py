"""What the office's act forms share: refusals put at their fields, the version, finding the company that was typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from regulator.features.registry.queries import choosing
from regulator.features.registry.queries.choosing import CompanyHit
from regulator.foundation.errors import BadInput, Conflict, StaleVersion
from regulator.law.findings import Refused
from regulator.web import forms

MOST_HITS = 8


def sent_version(name: str = "version") -> int:
    """The version of the record the form was opened at. Raises BadInput without one."""
    raw = request.form.get(name, "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise BadInput("form_incomplete", about=name)
    return int(raw)


def attempt(filled: forms.Filled[Any], act: Callable[[], object], at: Mapping[str, str] | None = None) -> bool:
    """Whether the act was done; a refusal becomes sentences at the form's fields (then the view answers 409)."""
    try:
        act()
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings, at)
    except (BadInput, Conflict) as error:
        forms.add_bad_input(filled, error, at)
    except StaleVersion:
        filled.fail("", stale_words())
    else:
        return True
    return False


def stale_words() -> str:
    """What the second of two officials is told by a form that has no fields to compare."""
    return _(
        "Somebody else has changed this record since you opened the form. Nothing was overwritten. Look at the record "
        "as it stands now; if your act still fits, send the form again."
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The company a form means (None: none typed or not found) and those to choose from when several fit."""

    company: Any | None
    hits: Sequence[CompanyHit] = ()


def chosen_company(filled: forms.Filled[Any], name: str = "company", *, required: bool) -> Chosen:
    """The company typed by credit code, name, former name or part of it; says at the field what is missing."""
    typed = filled.text("company_choice") or filled.text(name).strip()
    if not typed:
        if required and not filled.errors_at(name):
            filled.fail(name, _("Name the company by its credit code or its name."))
        return Chosen(None)
    hits = choosing.find_companies(typed, limit=MOST_HITS + 1)
    exact = [hit for hit in hits if hit.is_exact]
    if len(exact) == 1 or len(hits) == 1:
        found = (exact or hits)[0]
        return Chosen(choosing.get_registered(found.credit_code))
    if not hits:
        filled.fail(name, _("No company of the register fits. Register it first, or look for part of its name."))
        return Chosen(None)
    filled.fail(name, _("Several companies fit: choose one below, or type more of the name."))
    return Chosen(None, hits[:MOST_HITS])
