"""What the register tells the rooms above it, synchronously in the writer's session; errors take the act back.

Each signal carries either ``changes: frozenset[Change]`` (single acts) or ``staged: StagedChanges`` (bulk paths), never
one signal per row. The key is the estate's code, the company's credit code; services go by their estate's code and
carry every period of it that changed. ``estates_touched`` says the same of estates and their services with the codes
alone (``codes: Collection[str]``), for rooms that look at the rows themselves: it costs bulk paths no look at each row.
"""

from collections.abc import Collection, Iterable

from blinker import Signal

from regulator.features.registry.terms import Change, StagedChanges

companies_changed = Signal("companies_changed: keys are credit codes")
estates_changed = Signal("estates_changed: keys are estate codes")
estates_touched = Signal("estates_touched: codes of estates that changed or whose services did")
notices_changed = Signal("notices_changed: keys are estate codes")
services_changed = Signal("services_changed: keys are estate codes")


def send(signal: Signal, changes: Iterable[Change]) -> None:
    """Tell of single acts; nothing is sent when nothing changed."""
    told = frozenset(changes)
    if told:
        signal.send(changes=told, staged=None)
        if signal in (estates_changed, services_changed):
            touch({change.key for change in told})


def touch(codes: Collection[str]) -> None:
    """Tell which estates changed, without what."""
    if codes:
        estates_touched.send(codes=codes)


def send_staged(signal: Signal, staged: StagedChanges) -> None:
    """Tell of a bulk path by its staging table."""
    signal.send(changes=None, staged=staged)
