"""The tables of applications, yearly reviews and endings as drawings and lists in Markdown, in codes. Pure."""

from collections.abc import Iterable

from regulator.features.licensing.application_terms import ENDED, ApplicationState, Transition
from regulator.features.licensing.endings_terms import ENDED_ENDINGS, TOLD_FIRST, EndingLine
from regulator.features.licensing.review_terms import ReviewRoundState, ReviewState, ReviewStep, RoundStep
from regulator.features.licensing.rules.endings import LINES
from regulator.features.licensing.rules.reviews import ENTRY_LINES, ROUND_LINES
from regulator.features.licensing.rules.transitions import TABLES
from regulator.features.licensing.terms import EndingKind, Nature

HEAD = "| state | act | next | who | level | on condition | clock | paper |\n|---|---|---|---|---|---|---|---|"
REVIEW_HEAD = "| state | act | next | who | level | on condition |\n|---|---|---|---|---|---|"


def drawn(nature: Nature) -> str:
    """The states as a diagram, then every line of the table."""
    lines = TABLES[nature].values()
    return "\n".join(["```mermaid", "stateDiagram-v2", *_arrows(lines), "```", "", HEAD, *map(_row, lines)])


def _arrows(lines: Iterable[Transition]) -> Iterable[str]:
    found = list(lines)
    yield f"    [*] --> {ApplicationState.DRAFT}"
    for before, after in dict.fromkeys((line.state, line.to) for line in found):
        acts = ", ".join(line.act for line in found if (line.state, line.to) == (before, after))
        yield f"    {before} --> {after}: {acts}"
    reached = {line.to for line in found}
    yield from (f"    {state} --> [*]" for state in ENDED if state in reached)


def _row(line: Transition) -> str:
    clock = line.starts or {True: "stops", False: "goes on", None: ""}[line.stops]
    cells = (
        line.state, line.act, line.to, " or ".join(line.by) or "comes about by itself", line.seat or "",
        ", ".join(line.guards), clock, line.paper or "",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def drawn_round() -> str:
    """A district's round of the yearly look: its states, then every line."""
    return _reviewed(ROUND_LINES, ReviewRoundState.OPEN, (ReviewRoundState.PUBLISHED,))


def drawn_review() -> str:
    """One company of a round."""
    return _reviewed(ENTRY_LINES, ReviewState.AWAITING, (ReviewState.DECIDED, ReviewState.CLOSED))


def _reviewed(lines: Iterable[ReviewStep] | Iterable[RoundStep], first: str, ends: Iterable[str]) -> str:
    found: list[ReviewStep | RoundStep] = list(lines)
    arrows = [f"    [*] --> {first}"]
    for before, after in dict.fromkeys((line.state, line.to) for line in found):
        acts = ", ".join(line.act for line in found if (line.state, line.to) == (before, after))
        arrows.append(f"    {before} --> {after}: {acts}")
    arrows += [f"    {state} --> [*]" for state in ends]
    rows = [
        f"| {line.state} | {line.act} | {line.to} | {line.by or 'comes about by itself'} | {line.seat or ''} | "
        f"{', '.join(line.guards)} |"
        for line in found
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```", "", REVIEW_HEAD, *rows])


# --- how certificates end ---------------------------------------------------------------------------------------------

ENDING_HEAD = (
    "| act on the certificate | state | act | next | who | on condition | clock | paper |\n" + "|---" * 8 + "|"
)


def drawn_endings(nature: Nature) -> str:
    """The states of a case as a diagram, then every line of its table."""
    lines = LINES[nature]
    return "\n".join(
        ["```mermaid", "stateDiagram-v2", *_ending_arrows(lines), "```", "", ENDING_HEAD, *map(_ending_row, lines)]
    )  # fmt: skip


def _ending_arrows(lines: Iterable[EndingLine]) -> Iterable[str]:
    found = list(lines)
    for before, after in dict.fromkeys((line.state, line.to) for line in found):
        acts = dict.fromkeys(line.act for line in found if (line.state, line.to) == (before, after))
        yield f"    {before or '[*]'} --> {after}: {', '.join(acts)}"
    yield from (f"    {state} --> [*]" for state in ENDED_ENDINGS)


def _ending_row(line: EndingLine) -> str:
    kinds = {tuple(EndingKind): "all", TOLD_FIRST: "all but cancellation"}.get(line.kinds) or ", ".join(line.kinds)
    cells = (
        kinds, line.state or "", line.act, line.to, " or ".join(line.by) or "comes about by itself",
        ", ".join(line.guards), line.starts or "", line.paper or "",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"
