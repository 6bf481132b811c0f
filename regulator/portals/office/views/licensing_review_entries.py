"""One company of a yearly look on the office's desk: its figures, its history, and each step with it."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.actions.reviews.steps import take_review
from regulator.features.licensing.queries.certificates import number_by_id
from regulator.features.licensing.queries.reviews import listing as queries
from regulator.features.licensing.queries.reviews.standing import company_of, frozen, rules_of, standing_of
from regulator.features.licensing.review_terms import ReviewAct, ReviewGuard, ReviewState, ReviewStep
from regulator.foundation import clock, i18n
from regulator.foundation.errors import NotFound
from regulator.pieces import reviews as pieces
from regulator.pieces.applications import said
from regulator.portals.office import blueprint as office
from regulator.portals.office.acting import attempt, sent_version
from regulator.portals.office.forms.reviews import ReviewForm
from regulator.web import forms
from regulator.web.access import allow, current_account, current_actor, current_scope
from regulator.web.transaction import commits

P = Permission


class _Looked:
    """A company's look with all its pages show of it; the asker's acts among them."""

    def __init__(self, review_entry_id: UUID) -> None:
        self.entry, self.review = queries.get_entry(current_scope(P.LICENSING_VIEW), review_entry_id)
        self.rule_set = rules_of(self.review)
        if self.rule_set.procedure is None or self.rule_set.words is None:
            raise NotFound(str(review_entry_id))
        self.procedure, self.words = self.rule_set.procedure, self.rule_set.words
        self.standing, evaluation = standing_of(self.entry, self.review, self.rule_set, clock.today())
        self.today = frozen(evaluation)

    def acts(self) -> tuple[ReviewStep, ...]:
        """What the asker may do now."""
        return pieces.entry_acts(self.standing, self.review.division_code, self.procedure)

    def shown(self) -> dict[str, Any]:
        """What both pages show: the figures of today while something is to be done, else those it was decided on."""
        awaits = self.entry.state is ReviewState.AWAITING
        kept = self.today if awaits else self.entry.conditions
        return {
            "entry": self.entry,
            "review": self.review,
            "round_title": pieces.round_title(self.review, self.rule_set),
            "company": company_of(self.entry),
            "review_word": said(self.words.review),
            "grade": pieces.grade_words(self.rule_set, self.entry.grade),
            "conditions": pieces.shown_conditions(kept, self.rule_set, self.entry.grade),
            "figures_of": clock.today() if awaits else self.entry.looked_on,
            "standing": self.standing,
            "day": clock.today(),
        }


@office.get("/licensing/reviews/entries/<uuid:review_entry_id>")
@allow(P.LICENSING_VIEW)
def review_entry(review_entry_id: UUID) -> ResponseReturnValue:
    """Where one company stands, what its figures are, what was proposed and decided, and what the asker may do."""
    looked = _Looked(review_entry_id)
    entry = looked.entry
    return render_template(
        "office/reviews/entry.html",
        **looked.shown(),
        certificate=number_by_id(entry.certificate_id),
        new_certificate=number_by_id(entry.new_certificate_id),
        new_grade=pieces.grade_words(looked.rule_set, entry.new_grade),
        events=queries.list_events(entry),
        acts=looked.acts(),
        own=entry.state is ReviewState.PROPOSED and entry.first_by_id == current_account().account_id,
        tones=pieces.TONES,
        result_tones=pieces.RESULT_TONES,
    )


@office.route("/licensing/reviews/entries/<uuid:review_entry_id>/<act>", methods=["GET", "POST"])
@allow(P.APPLICATIONS_EXAMINE, P.APPLICATIONS_DECIDE)
@commits
def review_act(review_entry_id: UUID, act: str) -> ResponseReturnValue:
    """One step: its form, then the step itself; what is not lawful for the asker in this state does not exist."""
    looked = _Looked(review_entry_id)
    if request.method == "GET":
        best = looked.standing.lower[0] if looked.standing.lower else None
        return _act_page(looked, _line_of(looked, act), forms.fill(ReviewForm, {"grade": best}))
    filled, version = forms.read(ReviewForm), sent_version()
    looked.entry.expect_version(version)
    line, value = _line_of(looked, act), filled.value
    if value is None:
        return _act_page(looked, line, filled), 400
    right = line.by or P.APPLICATIONS_EXAMINE
    desk, actor = pieces.desk_of(looked.review.division_code, right), current_actor(right)
    if not attempt(
        filled,
        lambda: take_review(
            looked.entry, line.act, value.said(), desk, actor=actor, now=clock.now(), version=version
        ),
    ):  # fmt: skip
        return _act_page(looked, line, filled), 409
    flash(
        _("Done: %(act)s. The company is now at “%(state)s”.", act=i18n.label(line.act), state=i18n.label(line.to)),
        "ok",
    )
    return redirect(url_for("office.review_entry", review_entry_id=review_entry_id), 303)


def _line_of(looked: _Looked, raw: str) -> ReviewStep:
    found = next((line for line in looked.acts() if line.act.value == raw), None)
    if found is None:
        raise NotFound(raw[:40])
    return found


def _act_page(looked: _Looked, line: ReviewStep, filled: forms.Filled[ReviewForm]) -> str:
    lower = [(code, pieces.grade_words(looked.rule_set, code)) for code in looked.standing.lower]
    shown = looked.shown() | {
        "conditions": pieces.shown_conditions(looked.today, looked.rule_set, looked.entry.grade),
        "figures_of": clock.today(),
    }
    return render_template(
        "office/reviews/act.html",
        **shown,
        line=line,
        form=filled,
        needs_words=ReviewGuard.WORDS in line.guards,
        lower=lower if line.act is ReviewAct.DECIDE_FAIL else [],
        is_fail=line.act is ReviewAct.DECIDE_FAIL,
    )
