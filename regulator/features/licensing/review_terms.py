"""Words of the yearly look at certificates: states, acts, guards of rounds and of companies in them. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from regulator.features.accounts.terms import Permission
from regulator.features.licensing.application_terms import Seat


class ReviewRoundState(StrEnum):
    """Where a district's round of a year stands."""

    OPEN = "open"
    SUBMITTED = "submitted"
    DECIDED = "decided"
    PUBLISHED = "published"


class ReviewState(StrEnum):
    """Where one company of a round stands."""

    AWAITING = "awaiting"
    PROPOSED = "proposed"
    DECIDED = "decided"
    CLOSED = "closed"


class ReviewResult(StrEnum):
    """What was proposed, or decided."""

    PASS = "pass"  # noqa: S105 - a result, not a secret
    FAIL = "fail"


class ReviewClosing(StrEnum):
    """Why there was nothing left to look at."""

    CERTIFICATE_ENDED = "certificate_ended"
    COMPANY_CANCELLED = "company_cancelled"


class ReviewRoundAct(StrEnum):
    """What can be done with a round; the last two come about by themselves, by what is done with its companies."""

    LOOK_AGAIN = "look_again"
    PROPOSE_PASSING = "propose_passing"
    SUBMIT = "submit"
    CONFIRM_PASSING = "confirm_passing"
    PUBLISH = "publish"
    GO_BACK = "go_back"
    SETTLE = "settle"


class ReviewAct(StrEnum):
    """What can be done with one company of a round; the last comes about by itself."""

    PROPOSE_PASS = "propose_pass"  # noqa: S105 - an act, not a secret
    PROPOSE_FAIL = "propose_fail"
    TAKE_BACK = "take_back"
    DECIDE_PASS = "decide_pass"  # noqa: S105 - an act, not a secret
    DECIDE_FAIL = "decide_fail"
    RETURN = "return"
    CLOSE = "close"


class ReviewTrail(StrEnum):
    """What the trail calls these acts."""

    ROUND_OPENED = "review_round.opened"
    LOOK_AGAIN = "review_round.look_again"
    PROPOSE_PASSING = "review_round.propose_passing"
    SUBMIT = "review_round.submit"
    CONFIRM_PASSING = "review_round.confirm_passing"
    PUBLISH = "review_round.publish"
    GO_BACK = "review_round.go_back"
    SETTLE = "review_round.settle"
    TERM_MOVED = "review_round.term_moved"
    CLOSED_IN_ROUND = "review_round.companies_closed"
    PROPOSE_PASS = "review.propose_pass"  # noqa: S105 - an act, not a secret
    PROPOSE_FAIL = "review.propose_fail"
    TAKE_BACK = "review.take_back"
    DECIDE_PASS = "review.decide_pass"  # noqa: S105 - an act, not a secret
    DECIDE_FAIL = "review.decide_fail"
    RETURN = "review.return"


class ReviewSubject(StrEnum):
    """What those acts are about."""

    REVIEW = "review"
    REVIEW_ROUND = "review_round"


class ReviewLook(StrEnum):
    """Which companies of a round a list shows."""

    AWAITING_PASSING = "awaiting_passing"
    AWAITING_FAILING = "awaiting_failing"
    PROPOSED = "proposed"
    DECIDED = "decided"
    CLOSED = "closed"


class ReviewGuard(StrEnum):
    """What must hold for an act beside state and right; each is one function in `rules/reviews`."""

    FIGURES_FAIL = "figures_fail"
    FIGURES_PASS = "figures_pass"  # noqa: S105 - a guard, not a secret
    GONE = "gone"
    GRADE_LOWER_AND_MET = "grade_lower_and_met"
    NOTHING_AWAITS = "nothing_awaits"
    NOTHING_PROPOSED = "nothing_proposed"
    OTHER_PERSON = "other_person"
    REACHED_CITY = "reached_city"
    ROUND_OPEN = "round_open"
    ROUND_SUBMITTED = "round_submitted"
    ROUND_UNPUBLISHED = "round_unpublished"
    STANDS = "stands"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """A line of the table of one company's look; ``by`` None: it comes about by itself."""

    state: ReviewState
    act: ReviewAct
    to: ReviewState
    by: Permission | None = None
    seat: Seat | None = None
    guards: tuple[ReviewGuard, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundStep:
    """A line of the table of a round; ``by`` None: it comes about by itself."""

    state: ReviewRoundState
    act: ReviewRoundAct
    to: ReviewRoundState
    by: Permission | None = None
    seat: Seat | None = None
    guards: tuple[ReviewGuard, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewCounts:
    """How many companies of a round stand where; ``passing`` and ``failing`` are those that await, by their figures.

    ``proposed_…`` wait for the office that decides, ``passed`` and ``failed`` are decided.
    """

    passing: int = 0
    failing: int = 0
    proposed_pass: int = 0
    proposed_fail: int = 0
    passed: int = 0
    failed: int = 0
    closed: int = 0

    @property
    def awaiting(self) -> int:
        """Nobody has proposed anything for them yet."""
        return self.passing + self.failing

    @property
    def proposed(self) -> int:
        """They wait for the office that decides."""
        return self.proposed_pass + self.proposed_fail

    @property
    def decided(self) -> int:
        """Both offices have spoken."""
        return self.passed + self.failed

    @property
    def listed(self) -> int:
        """All of them."""
        return self.awaiting + self.proposed + self.decided + self.closed


@dataclass(frozen=True, slots=True)
class ReviewStanding:
    """What the guards look at of one company: its figures of today, who proposed, whether it is gone, grades it meets.

    ``reached_city`` is whether its round was submitted, be it open again since. ``lower`` are the grades below the one
    held whose conditions are all met today, the best first.
    """

    state: ReviewState
    round_state: ReviewRoundState
    passes: bool
    reached_city: bool = False
    first_by: UUID | None = None
    gone: ReviewClosing | None = None
    lower: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewSaid:
    """What is said with an act on one company; ``grade`` is the lower one it holds from publication on."""

    words: str = ""
    grade: str | None = None


UNLABELLED = (ReviewGuard,)
"""Never shown to people by its codes."""
OPEN_ROUNDS = (ReviewRoundState.OPEN, ReviewRoundState.SUBMITTED, ReviewRoundState.DECIDED)
"""Somebody still has to do something."""
