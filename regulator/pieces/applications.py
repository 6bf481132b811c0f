"""What office, window and company desk share about applications: who acts with which right, words, papers sent in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from regulator.features.accounts.terms import Permission
from regulator.features.audit.terms import Actor
from regulator.features.licensing.actions.applications.steps import take_step
from regulator.features.licensing.application_terms import (
    ApplicationAct,
    ApplicationState,
    Desk,
    Given,
    Transition,
    Waiting,
)
from regulator.features.licensing.queries.applications.standing import (
    levels_of,
    procedure_of,
    rule_set_of,
    standing_of,
)
from regulator.features.licensing.queries.rulesets import list_rule_sets
from regulator.features.licensing.rules.clocks import waiting_for
from regulator.features.licensing.rules.facts import ConditionResult, Evaluation
from regulator.features.licensing.rules.transitions import TABLES, lawful_acts
from regulator.features.licensing.terms import (
    ApplicationKind,
    ConditionKind,
    RuleSet,
    TitledHead,
)
from regulator.features.papers.actions.attachments import KeptFile, keep_content
from regulator.features.papers.terms import PaperKind
from regulator.foundation import clock, i18n
from regulator.foundation.errors import BadInput, Conflict, NotFound
from regulator.foundation.uploads import clean_upload
from regulator.law.citations import Citation
from regulator.law.findings import Refused
from regulator.web import forms
from regulator.web.access import current_account, current_actor, current_permissions, current_scope

S = ApplicationState
MOST_AT_ONCE = 20
RIGHTS = (
    Permission.APPLICATIONS_DECIDE,
    Permission.APPLICATIONS_EXAMINE,
    Permission.APPLICATIONS_RECEIVE,
    Permission.OWN_APPLICATIONS,
    Permission.PAPERS_SIGN,
)
TONES = {S.APPROVED: "ok", S.DELIVERED: "ok", S.REJECTED: "bad", S.NOT_ACCEPTED: "bad", S.SUPPLEMENT_ASKED: "warn"}


# --- acting -----------------------------------------------------------------------------------------------------------


def desk_at(application: Any, rights: Sequence[Permission] = RIGHTS) -> Desk:
    """The asker as the rules see them at an application's place, by those of these rights that reach it."""
    held = [one for one in rights if one in current_permissions() and _reaches(one, application)]
    levels = [levels_of(current_scope(one), application.division_code) for one in held]
    return Desk(current_account().account_id, frozenset(held), frozenset().union(*levels))


def _reaches(right: Permission, application: Any) -> bool:
    scope = current_scope(right)
    return scope.covers(application.division_code) or scope.covers_company(application.credit_code)


def acts_of(application: Any) -> tuple[Transition, ...]:
    """What the asker may do with an application now, each act judged by the right that carries it alone."""
    rule_set = rule_set_of(application)
    procedure = procedure_of(rule_set)
    standing = standing_of(application, procedure)
    found = {line.act: line for one in RIGHTS for line in lawful_acts(standing, desk_at(application, [one]), procedure)}
    stopped = standing.is_stopped
    hidden = {ApplicationAct.STOP_CLOCK} if stopped else {ApplicationAct.RESUME_CLOCK}
    return tuple(line for act, line in found.items() if act not in hidden)


def line_of(application: Any, raw: str) -> Transition:
    """The line of the table an address names, if the asker may take it. Raises NotFound."""
    found = next((line for line in acts_of(application) if line.act.value == raw), None)
    if found is None:
        raise NotFound(raw[:40])
    return found


def take(application: Any, line: Transition, given: Given, *, version: int | None) -> None:
    """Take a step as who is signed in, with the right that carries it."""
    right, desk = _carrying(application, line)
    actor: Actor = current_actor(right)
    take_step(application, line.act, given, desk, actor=actor, now=clock.now(), version=version)


def _carrying(application: Any, line: Transition) -> tuple[Permission, Desk]:
    """The first of the line's rights that reaches the application, and the asker by that right alone."""
    for right in line.by:
        desk = desk_at(application, [right])
        if desk.permissions:
            return right, desk
    raise NotFound(str(application.id))


def sent_version() -> int:
    """The version of the application the form was opened at. Raises BadInput without one."""
    raw = request.form.get("version", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise BadInput("form_incomplete", about="version")
    return int(raw)


def attempt(filled: forms.Filled[Any], act: Callable[[], object]) -> bool:
    """Whether an act was done; a refusal becomes sentences at the form's fields (then the view answers 409)."""
    try:
        act()
    except Refused as refusal:
        forms.add_findings(filled, refusal.findings)
    except (BadInput, Conflict) as error:
        forms.add_bad_input(filled, error)
    else:
        return True
    return False


# --- papers sent in ---------------------------------------------------------------------------------------------------


@dataclass
class Sent:
    """Files as they came with a form: what could be kept of them, and why the others could not."""

    kept: list[KeptFile] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # (name, sentence)


@contextmanager
def cleaned_files(name: str = "files") -> Iterator[Sent]:
    """The files of a form, cleaned and kept before the lock is taken; what no row names in the end is swept."""
    sent = Sent()
    given = [one for one in request.files.getlist(name) if one.filename]
    for one in given[:MOST_AT_ONCE]:
        _take_in(sent, one)
    if len(given) > MOST_AT_ONCE:
        sent.refused.append(("", _("Send at most %(most)s files at once.", most=MOST_AT_ONCE)))
    yield sent


def _take_in(sent: Sent, given: FileStorage) -> None:
    name = given.filename or ""
    try:
        sent.kept.append(keep_content(clean_upload(given.stream, name=name)))
    except BadInput as error:
        sent.refused.append((name[:80], forms.code_sentence(error.code, error.params)))


# --- words ------------------------------------------------------------------------------------------------------------


def said(words: Any) -> str:
    """A name of a rule set in the page's language."""
    return str(words.zh if i18n.current_locale().startswith("zh") else words.en)


def grade_words() -> Callable[[str, str | None], str]:
    """Names of grades by rule set and code; the rule sets are asked once for a page."""
    known = {row.rule_set.code: row.rule_set for row in list_rule_sets()}

    def words(rule_set: str, grade: str | None) -> str:
        found = known[rule_set].grade(grade) if grade and rule_set in known else None
        return said(found.name) if found else grade or ""

    return words


def kind_choices(rule_set: RuleSet) -> list[tuple[str, str]]:
    """(code, words) of what can be asked for under a rule set."""
    kinds: Sequence[ApplicationKind] = rule_set.procedure.applications if rule_set.procedure else ()
    return [(kind.value, i18n.label(kind)) for kind in kinds]


def grade_choices(rule_set: RuleSet) -> list[tuple[str, str]]:
    """(code, words) of the grades of a rule set, the best first."""
    return [(grade.code, said(grade.name)) for grade in rule_set.grades]


def papers_named(rule_set: RuleSet, kind: ApplicationKind) -> list[str]:
    """The papers a rule set asks for with an application of a kind."""
    named = rule_set.procedure.papers if rule_set.procedure else {}
    return [said(paper) for paper in named.get(kind, ())]


def papers_by_kind(rule_set: RuleSet) -> list[tuple[str, list[str]]]:
    """(words of the kind, its papers) of every kind a rule set asks papers for."""
    kinds = rule_set.procedure.applications if rule_set.procedure else ()
    return [(i18n.label(kind), papers) for kind in kinds if (papers := papers_named(rule_set, kind))]


def waiting(application: Any) -> Waiting:
    """For whom it waits."""
    return waiting_for(application.state)


def paper_wanted(application: Any, events: Sequence[Any]) -> PaperKind | None:
    """The paper with which the applicant is told of the last step; None when it needs none."""
    if not events:
        return None
    before = events[-2].state if len(events) > 1 else S.DRAFT
    line = TABLES[application.nature].get((before, events[-1].act))
    return line.paper if line else None


def figure(result: Any, value: Any) -> str:
    """What a condition requires or found, with its unit; of areas the share and the kinds that make it up."""
    if isinstance(value, Mapping):
        percent, kinds = value.get("percent"), value.get("kinds")
        return _("%(percent)s %% of %(kinds)s kinds", percent=percent, kinds=kinds)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    match result.kind:
        case ConditionKind.STAFF | ConditionKind.TITLED_STAFF | ConditionKind.TITLED_HEAD if isinstance(value, int):
            return _("%(number)s people", number=value)
        case ConditionKind.CAPITAL if isinstance(value, int):
            return _("%(number)s yuan", number=f"{value:,}")
        case _:
            return "—" if value is None else str(value)


def condition_name(evaluation: Evaluation, result: ConditionResult) -> str:
    """What a condition is called: of heads, which one."""
    heads = (one for one in evaluation.grade.conditions if isinstance(one, TitledHead))
    named = next((one.name for one in heads if one.code == result.code), None)
    kind = i18n.label(result.kind)
    return f"{kind} · {said(named)}" if named else kind


def cited(citation: Citation) -> str:
    """An article of a rule set as its file writes it."""
    if i18n.current_locale().startswith("zh"):
        return f"《{citation.instrument}》{citation.article}"
    return str(citation)


@dataclass(frozen=True, slots=True)
class Conditions:
    """How pages show conditions."""

    name: Callable[[Evaluation, ConditionResult], str] = condition_name
    figure: Callable[[Any, Any], str] = figure
    cited: Callable[[Citation], str] = cited


CONDITIONS = Conditions()
