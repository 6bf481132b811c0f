"""`regulator audit verify`: proof from the command line that the trail was not altered."""

from __future__ import annotations

import sys

import click

from regulator.commands.context import in_app
from regulator.features.audit.queries import verify
from regulator.features.audit.rules import Problem

SHOWN = 20


@click.group("audit")
def audit_command() -> None:
    """The audit trail."""


@audit_command.command("verify")
@click.option("--expect", metavar="HASH", help="The last seal's hash as written down elsewhere; detects a cut-off end.")
@in_app
def verify_command(expect: str | None) -> None:
    """Recompute all seals; exit 1 and say where when an entry was altered, removed or slipped in."""
    proof = verify()
    if expect and expect.lower() not in proof.heads:
        proof.problems.append(Problem("head_missing", None, proof.seals))
    for problem in proof.problems[:SHOWN]:
        click.echo(sentence(problem), err=True)
    if len(proof.problems) > SHOWN:
        click.echo(f"... and {len(proof.problems) - SHOWN} more", err=True)
    click.echo(f"entries {proof.entries}, seals {proof.seals}, unsealed {proof.unsealed}, head {proof.head or '-'}")
    if proof.problems:
        sys.exit(1)
    click.echo("The audit trail is unaltered.")


def sentence(problem: Problem) -> str:
    """What is wrong and where."""
    entry, seal = f"audit entry {problem.seq}", f"seal {problem.seal}"
    under = f" (sealed by {seal})" if problem.seal is not None else " (not sealed yet)"
    return {
        "altered": f"{entry} was altered{under}",
        "missing": f"{entry} was removed{under}",
        "inserted": f"{entry} was slipped in{under}",
        "seal_altered": f"{seal} was altered, or the chain before it",
        "seal_missing": f"{seal} was removed",
        "head_missing": "the expected head is not among the seals: the end of the trail was cut off or replaced",
    }[problem.kind]
