"""`regulator licensing`: hold a company against a grade, list rule sets and check a file of one. Writes nothing."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from regulator.commands.context import in_app
from regulator.features.divisions.terms import Scope
from regulator.features.licensing.actions.rulesets import judge_source
from regulator.features.licensing.queries.facts import evaluate
from regulator.features.licensing.queries.rulesets import grade_on, list_rule_sets
from regulator.features.licensing.rules.facts import Evaluation
from regulator.features.licensing.statements import condition_statements
from regulator.features.registry.queries.companies import get_company
from regulator.foundation import clock
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.i18n import sentence
from regulator.law.findings import Refused

DAY = click.DateTime(["%Y-%m-%d"])
FAILS, WRONG = 1, 2


@click.group("licensing")
def licensing_command() -> None:
    """Grades of companies: evaluate one, look at the rules."""


@licensing_command.command("evaluate")
@click.argument("credit_code", metavar="CREDIT_CODE")
@click.option("--grade", required=True, metavar="CODE", help="The grade's code in the rule set, such as 1.")
@click.option("--on", type=DAY, help="The day; today unless given.")
@click.option("--json", "as_json", is_flag=True, help="The conditions as JSON.")
@in_app
def evaluate_command(credit_code: str, grade: str, on: datetime | None, *, as_json: bool) -> None:
    """Hold a company against a grade as the register was on a day. Exit 0: it passes, 1: it does not."""
    day = on.date() if on else clock.today()
    try:
        company = get_company(Scope.everything(), credit_code.strip().upper(), day=day)
        rule_set, found = grade_on(day, grade)
    except NotFound:
        _stop(f"{credit_code}: no company of this credit code in the register.")
    except BadInput as error:
        _stop(sentence(error.code, error.params, "en"))
    evaluation = evaluate(company, rule_set, found, day)
    if as_json:
        click.echo(json.dumps(condition_statements(evaluation), ensure_ascii=False, indent=2))
    else:
        _print(company.name, evaluation)
    sys.exit(0 if evaluation.passes else FAILS)


@licensing_command.group("rulesets")
def rulesets_command() -> None:
    """The rules for grades, by the days on which they were in force."""


@rulesets_command.command("list")
@in_app
def list_command() -> None:
    """Every rule set, the first to begin first."""
    for row in reversed(list_rule_sets()):
        one = row.rule_set
        grades = " ".join(grade.code for grade in one.grades) or "no grades"
        until = row.last_day or "          "
        click.echo(f"{one.effective_from} – {until}  {one.nature.value:10}  {one.code:18}  {grades:9}  {one.name.zh}")


@rulesets_command.command("check")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@in_app
def check_command(file: Path) -> None:
    """Whether a rule set's file (TOML) could be added to this register; each fault is a line, with exit 1."""
    try:
        found = judge_source(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        _stop(f"{file}: not UTF-8")
    except Refused as error:
        for finding in error.findings:
            click.echo(f"{file}: {sentence(finding.code, finding.params, 'en')}", err=True)
        sys.exit(FAILS)
    grades = ", ".join(grade.code for grade in found.grades)
    click.echo(
        f"{file}: {found.code}, {found.nature.value} from {found.effective_from}, grades {grades}: can be added."
    )


def _print(name: str, evaluation: Evaluation) -> None:
    rule_set = evaluation.rule_set
    click.echo(f"{name} {evaluation.credit_code}, {evaluation.day}: {rule_set.name.zh}, {evaluation.grade.name.zh}")
    for row in condition_statements(evaluation):
        mark = "passes" if row["passes"] else "FAILS "
        figures = f"required {_said(row['required'])}, found {_said(row['found'])}"
        click.echo(f"  {mark}  {row['code']:20} {figures}  ({row['citation']})")
    click.echo("passes" if evaluation.passes else "does not pass")


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(item)}" for key, item in value.items())
    return "not stated" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _stop(line: str) -> NoReturn:
    click.echo(line, err=True)
    sys.exit(WRONG)
