"""Acts on a paper: draft, correct, submit, pass on, send back, take back, discard, withdraw."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.queries.holders import get_person
from regulator.features.accounts.terms import Permission
from regulator.features.licensing.queries.applications.listing import get_application
from regulator.features.licensing.queries.endings.listing import get_ending
from regulator.features.papers.actions import approving, drafting, issuing
from regulator.features.papers.actions.approving import Approver
from regulator.features.papers.actions.drafting import Draft
from regulator.features.papers.queries import matters
from regulator.features.papers.queries import papers as queries
from regulator.features.papers.queries.settings import template_for, template_of
from regulator.features.papers.rules.chain import EDITABLE
from regulator.features.papers.templating import FactField, Template, judge_facts
from regulator.features.papers.terms import MatterKind, PaperKind, PaperState
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, NotFound
from regulator.law.findings import Refused
from regulator.pieces.application_papers import begun_application_paper
from regulator.pieces.drafts import Begun
from regulator.pieces.endings import begun_paper
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.acting import Chosen, attempt, chosen_company, sent_version
from regulator.portals.office.forms.papers import (
    FACT,
    BackForm,
    DraftForm,
    ReasonForm,
    StepForm,
    chosen_key,
    fact_label,
    placed,
    read_facts,
    show_facts,
)
from regulator.portals.office.views.papers import approver_of, paper_page
from regulator.web import forms
from regulator.web.access import allow, current_account, current_actor, current_scope
from regulator.web.transaction import commits

# --- drafting -------------------------------------------------------------------------------------------------------


@office.route("/papers/new", methods=["GET", "POST"])
@allow(Permission.PAPERS_DRAFT)
@commits
def paper_new() -> ResponseReturnValue:
    """Draft a paper of a matter: which kind first, then what the template must be told."""
    matter = matters.get_matter(current_scope(), request.args.get("matter", "")[:24])
    old = _superseded(matter)
    kind = listing.asked_code(PaperKind, "kind") or (PaperKind(old.kind) if old else None)
    authority_id, authority = _authority()
    if kind is None:
        return render_template("office/papers/kinds.html", matter=matter, kinds=PaperKind)
    _id, template = template_for(authority_id, kind, on=clock.today())
    usual = queries.find_standing_facts(kind, authority_id=authority_id, drafted_by=current_account().account_id)
    page = _DraftPage(matter, template, authority, request.full_path, old=old, of=_delivered(matter), usual=usual)
    if request.method == "GET":
        return page.first()
    made: list[Any] = []

    def draft(given: Draft) -> None:
        owner: dict[str, Any] = {"authority_id": authority_id, "authority": authority}
        done: dict[str, Any] = {"account_id": current_account().account_id, "actor": current_actor()}
        made.append(drafting.draft_paper(matter, given, **owner, **done, now=clock.now(), supersedes=old))

    if (again := page.act(draft)) is not None:
        return again
    flash(_("The draft is kept. Look it over and submit it."), "ok")
    return redirect(url_for("office.paper", paper_id=made[0].id), 303)


def _delivered(matter: Any) -> Any:
    """The paper of the same matter whose delivery a receipt is drafted for, when one is named."""
    raw = request.args.get("of", "")
    row = next((row for row in queries.list_papers_of(matter) if str(row.id) == raw), None) if raw else None
    if raw and row is None:
        raise NotFound(raw[:40])
    return row


def _authority() -> tuple[UUID, str]:
    """In whose name the asker drafts. Raises BadInput for an account that belongs to no authority."""
    me = get_person(current_account().username)
    if me.authority_id is None or me.authority is None:
        raise BadInput("account_without_authority")
    return me.authority_id, me.authority


def _superseded(matter: Any) -> Any:
    """The paper of the same matter whose place is to be taken, when one is named."""
    raw = request.args.get("supersedes", "")
    if not raw:
        return None
    try:
        found = queries.get_paper(current_scope(), UUID(raw))
    except ValueError:
        raise NotFound(raw[:40]) from None
    if found.matter_id != matter.id:
        raise NotFound(raw[:40])
    return found


@office.route("/papers/<uuid:paper_id>/correct", methods=["GET", "POST"])
@allow(Permission.PAPERS_DRAFT)
@commits
def paper_correct(paper_id: UUID) -> ResponseReturnValue:
    """Change a draft or what came back."""
    found = queries.get_paper(current_scope(), paper_id)
    if found.state not in EDITABLE:
        flash(forms.code_sentence("paper_not_editable", {"state": found.state}), "bad")
        return paper_page(found), 409
    matter, authority = matters.get_matter_of(found), queries.authority_name(found)
    template = template_of(found.template_id, found.kind)
    page = _DraftPage(matter, template, authority, url_for("office.paper_correct", paper_id=paper_id), paper=found)
    if request.method == "GET":
        return page.first()
    version = sent_version()
    again = page.act(
        lambda given: drafting.correct_paper(
            found, matter, given, authority=authority, version=version, actor=current_actor(), now=clock.now()
        )
    )
    if again is not None:
        return again
    flash(_("The draft is changed."), "ok")
    return redirect(url_for("office.paper", paper_id=paper_id), 303)


class _DraftPage:
    """The form of a paper's facts, as first shown and as it was typed."""

    def __init__(
        self, matter: Any, template: Template, authority: str, action: str, *, old: Any = None, paper: Any = None,
        of: Any = None, usual: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.matter, self.template, self.authority, self.action = matter, template, authority, action
        self.old, self.paper, self.of, self.usual = old, paper, of, usual or {}

    def first(self) -> str:
        """With what is known already: of the paper itself, the one it takes the place of, the matter, the last one."""
        known = self.paper or self.old
        start = {"addressee": known.addressee, "company": known.addressee_credit_code} if known else {}
        begun = None if known else self._begun()
        start |= {"addressee": self.of.addressee} if self.of else {}
        start |= {"addressee": begun.addressee, "company": begun.credit_code} if begun else {}
        filled = forms.fill(DraftForm, start)
        if begun and begun.title:
            filled.raw["title"] = [begun.title]
        if known and known.title != self.template.title:
            filled.raw["title"] = [known.title]
        facts = dict(known.facts) if known else self._of_the_matter() | (dict(begun.facts) if begun else {})
        if self.of is not None:  # what is known of a delivery
            served = {"title": self.of.title, "number": self.of.number, "copies": 1}
            facts |= {"recipient": self.of.addressee, "papers": [served], "deliverers": [current_account().name]}
        show_facts(self.template, facts, filled)
        return self._page(filled)

    def _begun(self) -> Begun | None:
        """What an application or a case of ending knows of its paper."""
        key, kind = self.matter.subject_key, self.template.kind
        if self.of is not None:
            return None
        if self.matter.kind == MatterKind.ENDING:
            return begun_paper(get_ending(current_scope(), key), kind)
        if self.matter.kind == MatterKind.APPLICATION:
            return begun_application_paper(get_application(current_scope(), key), kind)
        return None

    def _of_the_matter(self) -> dict[str, Any]:
        matter = self.matter
        known = {"subject": matter.title, "matter_number": matter.number, "contact_person": current_account().name}
        known |= {"received_on": clock.day_of(matter.opened_at).isoformat()}
        return known | dict(self.usual)

    def act(self, act: Callable[[Draft], None]) -> ResponseReturnValue | None:
        """Do what the form asks; the page again when it cannot be done."""
        filled = forms.read(DraftForm)
        facts = read_facts(self.template, filled)
        company = chosen_company(filled, required=False)
        value = filled.value
        if value is None:
            self._judge(filled, facts)
            return self._page(filled, company), 400
        code = company.company.credit_code if company.company else None
        draft = Draft(self.template.kind, value.addressee, facts, value.title, code)
        return None if self._done(filled, lambda: act(draft)) else (self._page(filled, company), 409)

    def _done(self, filled: forms.Filled[Any], act: Callable[[], None]) -> bool:
        def placing() -> None:
            try:
                act()
            except Refused as refused:
                self._place(filled, refused)

        return attempt(filled, placing) and not filled.errors

    def _judge(self, filled: forms.Filled[Any], facts: Mapping[str, Any]) -> None:
        """Say what is wrong with the facts as well, when something else is wrong already: all at once."""
        try:
            judge_facts(self.template, facts, on=clock.today())
        except Refused as refused:
            self._place(filled, refused)

    def _place(self, filled: forms.Filled[Any], refused: Refused) -> None:
        fields = {field.name: field for field in self.template.fields}
        for name, finding in placed(refused.findings):
            place = FACT + name if name in fields else name if name in DraftForm.model_fields else ""
            filled.fail(place, _at_line(finding, fields.get(name), forms.finding_sentence(finding)))

    def _page(self, filled: forms.Filled[Any], company: Chosen | None = None) -> str:
        return render_template(
            "office/papers/draft.html",
            form=filled,
            matter=self.matter,
            template=self.template,
            authority=self.authority,
            action=self.action,
            paper=self.paper,
            old=self.old,
            company=company,
            FACT=FACT,
        )


def _at_line(finding: Any, field: FactField | None, sentence: str) -> str:
    """The sentence with the line of a list or table it is about, and the column."""
    parts = (finding.about or "").split(".")
    if len(parts) < 2:  # a fact as a whole
        return sentence
    columns = {one.name: fact_label(one) for one in field.columns} if field else {}
    if len(parts) > 2 and parts[2] in columns:
        return _("Line %(line)s, %(column)s: %(sentence)s", line=parts[1], column=columns[parts[2]], sentence=sentence)
    return _("Line %(line)s: %(sentence)s", line=parts[1], sentence=sentence)


# --- approval -------------------------------------------------------------------------------------------------------


@office.post("/papers/<uuid:paper_id>/submit")
@allow(Permission.PAPERS_DRAFT)
@commits
def paper_submit(paper_id: UUID) -> ResponseReturnValue:
    """Hand a draft on for approval."""
    return _step(paper_id, approving.submit_paper, lambda _found: Approver(current_account().account_id))


@office.post("/papers/<uuid:paper_id>/pass")
@allow(Permission.PAPERS_EXAMINE, Permission.PAPERS_SIGN)
@commits
def paper_pass(paper_id: UUID) -> ResponseReturnValue:
    """Take the step that waits; the last one signs and gives the number."""
    return _step(paper_id, approving.pass_paper, _approver_or_self)


@office.post("/papers/<uuid:paper_id>/send-back")
@allow(Permission.PAPERS_EXAMINE, Permission.PAPERS_SIGN)
@commits
def paper_send_back(paper_id: UUID) -> ResponseReturnValue:
    """Send a paper back with remarks."""
    found, filled, version = queries.get_paper(current_scope(), paper_id), forms.read(BackForm), sent_version()
    if filled.value is None:
        return paper_page(found, back=filled), 400
    capacity, remarks = _approver_or_self(found), filled.value.remarks or ""
    given: dict[str, Any] = {"by": capacity, "version": version, "actor": _acting_for(capacity), "now": clock.now()}
    matter = matters.get_matter_of(found)
    if not attempt(
        filled,
        lambda: approving.send_back_paper(found, matter, opinion=remarks, **given),
        at={"remarks_missing": "remarks"},
    ):
        return paper_page(queries.get_again(found), back=filled), 409
    flash(_said(found), "ok")
    return redirect(url_for("office.paper", paper_id=paper_id), 303)


def _approver_or_self(found: Any) -> Approver:
    """In which capacity the asker acts; the rule refuses who has nothing to do with the step."""
    return approver_of(found) or Approver(current_account().account_id)


def _step(paper_id: UUID, act: Callable[..., None], by: Callable[[Any], Approver]) -> ResponseReturnValue:
    found = queries.get_paper(current_scope(), paper_id)
    filled, version, capacity = forms.read(StepForm), sent_version(), by(found)
    value = filled.value
    if value is None:
        return paper_page(found, step=filled), 400
    to = chosen_key(value.to)
    matter = matters.get_matter_of(found)
    done = attempt(
        filled,
        lambda: act(
            found, matter, to=to, opinion=value.opinion or "", by=capacity, version=version,
            actor=_acting_for(capacity), now=clock.now(),
        ),
        at={"minutes_missing": ""},
    )  # fmt: skip
    if not done:
        return paper_page(queries.get_again(found), step=filled), 409
    flash(_said(found), "ok")
    return redirect(url_for("office.paper", paper_id=paper_id), 303)


def _acting_for(capacity: Approver) -> Any:
    """The actor, with the principal named when the step is taken for somebody absent."""
    actor = current_actor()
    return actor if capacity.principal is None else actor.standing_in_for(capacity.principal)


def _said(found: Any) -> str:
    if found.state is PaperState.SIGNED:
        return _("Signed as %(number)s. The file is being made and will be here in a moment.", number=found.number)
    if found.state is PaperState.RETURNED:
        return _("The paper went back to its handler with the remarks.")
    return _("The paper was handed on.")


@office.post("/papers/<uuid:paper_id>/take-back")
@allow(Permission.PAPERS_DRAFT)
@commits
def paper_take_back(paper_id: UUID) -> ResponseReturnValue:
    """Take back what is not signed yet."""
    return _plain(paper_id, approving.take_back_paper, _("The paper is with you again."))


@office.post("/papers/<uuid:paper_id>/discard")
@allow(Permission.PAPERS_DRAFT)
@commits
def paper_discard(paper_id: UUID) -> ResponseReturnValue:
    """Give up a draft."""
    return _plain(paper_id, drafting.discard_paper, _("The draft was discarded; it stays visible with its matter."))


@office.post("/papers/<uuid:paper_id>/withdraw")
@allow(Permission.PAPERS_WITHDRAW)
@commits
def paper_withdraw(paper_id: UUID) -> ResponseReturnValue:
    """Say that an issued paper does not stand any more."""
    filled = forms.read(ReasonForm)
    reason = (filled.value.reason if filled.value else None) or ""

    def withdraw(found: Any, matter: Any, **given: Any) -> None:
        issuing.withdraw_paper(found, matter, reason=reason, **given)

    return _plain(paper_id, withdraw, _("The paper is withdrawn; whoever checks it is told so."), filled)


def _plain(
    paper_id: UUID, act: Callable[..., None], said: str, filled: forms.Filled[ReasonForm] | None = None
) -> ResponseReturnValue:
    found = queries.get_paper(current_scope(), paper_id)
    form, version = filled or forms.read(ReasonForm), sent_version()
    matter = matters.get_matter_of(found)
    if not attempt(
        form, lambda: act(found, matter, version=version, actor=current_actor(), now=clock.now())
    ):  # fmt: skip
        return paper_page(queries.get_again(found), reason=form), 409
    flash(said, "ok")
    return redirect(url_for("office.paper", paper_id=paper_id), 303)
