"""What the register tells the rooms above it, synchronously in the writer's session; errors take the act back.

Each signal carries either ``changes: frozenset[Change]`` (single acts) or ``staged: StagedChanges`` (bulk paths), never
one signal per row. The key is the estate's code, the company's credit code; services go by their estate's code and
carry every period of it that changed.
"""

from collections.abc import Iterable

from blinker import Signal

from regulator.features.registry.terms import Change, StagedChanges

companies_changed = Signal("companies_changed: keys are credit codes")
estates_changed = Signal("estates_changed: keys are estate codes")
notices_changed = Signal("notices_changed: keys are estate codes")
services_changed = Signal("services_changed: keys are estate codes")


def send(signal: Signal, changes: Iterable[Change]) -> None:
    """Tell of single acts; nothing is sent when nothing changed."""
    told = frozenset(changes)
    if told:
        signal.send(changes=told, staged=None)


def send_staged(signal: Signal, staged: StagedChanges) -> None:
    """Tell of a bulk path by its staging table."""
    signal.send(changes=None, staged=staged)
