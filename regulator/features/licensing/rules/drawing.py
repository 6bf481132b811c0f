"""The table of an application's life as a drawing and a list in Markdown, for the documentation; in codes. Pure."""

from collections.abc import Iterable

from regulator.features.licensing.application_terms import ENDED, ApplicationState, Transition
from regulator.features.licensing.rules.transitions import TABLES
from regulator.features.licensing.terms import Nature

HEAD = "| state | act | next | who | level | on condition | clock | paper |\n|---|---|---|---|---|---|---|---|"


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
