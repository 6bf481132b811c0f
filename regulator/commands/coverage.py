"""`regulator coverage`: the rates of a day, closing a month, and why two days differ."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from regulator.commands.context import in_app
from regulator.commands.divisions import acting
from regulator.features.audit.actions import seal_all
from regulator.features.coverage.actions.months import close_month
from regulator.features.coverage.metrics import TARGETED
from regulator.features.coverage.queries.figures import figure_on
from regulator.features.coverage.queries.months import explanation
from regulator.features.coverage.statements import explanation_statement, figure_statement
from regulator.features.coverage.terms import Explanation, Figure, Measure, Rate
from regulator.features.divisions.queries import DivisionRow, find_division, list_cities
from regulator.features.divisions.terms import Level
from regulator.features.metrics.queries import find_target
from regulator.foundation import clock
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput
from regulator.foundation.i18n import label, sentence
from regulator.law.findings import Refused
from regulator.law.measures import Share

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("coverage", invoke_without_command=True)
@click.option("--division", "code", metavar="CODE", help="The register's first city unless given.")
@click.option("--on", type=DAY, help="The day; today unless given.")
@click.option("--json", "as_json", is_flag=True, help="As /api/v1/coverage gives it.")
@click.pass_context
def coverage_command(ctx: click.Context, code: str | None, on: datetime | None, *, as_json: bool) -> None:
    """The coverage rates of a division on a day.

    A past day is counted from what the register knows today; what was known at the time stands in the closed months.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(_show, code=code, on=on, as_json=as_json)


@click.command()
@in_app
def _show(code: str | None, on: datetime | None, *, as_json: bool) -> None:
    with _refusing():
        day = _day(on)
        division = _division(code)
        figure = figure_on(division.code, day)
    if as_json:
        target = find_target(TARGETED, division.code, day.year)
        _print(figure_statement(division.code, day, figure, target))
    else:
        click.echo(f"{division.name} {division.code}, {day}")
        _print_figure(figure)


@coverage_command.command("close")
@click.argument("month", metavar="YYYY-MM")
@click.option("--division", "code", metavar="CITY", help="One city; every city unless given.")
@click.option("--as", "username", metavar="USERNAME", help="Act as this account instead of system-import.")
@in_app
def close_command(month: str, code: str | None, username: str | None) -> None:
    """Freeze a month that is over, for ever. Later corrections show beside it."""
    actor = acting(username)
    with _refusing(), transaction():
        cities = [_city(code)] if code else list_cities()
        closed = [close_month(city, month, actor=actor, now=clock.now()) for city in cities]
        seal_all(clock.now())
    for item in closed:
        click.echo(f"{item.city_code} {item.month} closed: {item.estates} estates, sha256 {item.content_hash}")


@coverage_command.command("explain")
@click.option("--division", "code", metavar="CODE", help="The register's first city unless given.")
@click.option("--from", "first", type=DAY, required=True)
@click.option("--to", "last", type=DAY, required=True)
@click.option("--json", "as_json", is_flag=True)
@in_app
def explain_command(code: str | None, first: datetime, last: datetime, *, as_json: bool) -> None:
    """Why the rates of two days differ: parts that add up to the change, each with its estates."""
    with _refusing():
        begin, end = _day(first), _day(last)
        if end < begin:
            raise BadInput("period_ends_before_beginning", {"from": begin, "to": end}, about="to")
        division = _division(code)
        told = explanation(division.code, begin, end)
    if as_json:
        _print(explanation_statement(division.code, begin, end, told))
    else:
        _print_explanation(told)


# --- what was asked for ---------------------------------------------------------------------------------------------


@contextmanager
def _refusing() -> Iterator[None]:
    """What cannot be done is a sentence on standard error and exit 2."""
    try:
        yield
    except BadInput as error:
        click.echo(sentence(error.code, error.params, "en"), err=True)
        sys.exit(2)
    except Refused as error:
        for finding in error.findings:
            click.echo(sentence(finding.code, finding.params, "en"), err=True)
        sys.exit(2)


def _day(given: datetime | None) -> date:
    day = given.date() if given else clock.today()
    if day > clock.today():
        raise BadInput("day_in_future", {"today": clock.today()}, about="on")
    return day


def _division(code: str | None) -> DivisionRow:
    found = find_division(code) if code else next(iter(list_cities()), None)
    if found is None:
        raise BadInput("division_unknown", {"given": (code or "")[:20]}, about="division")
    return found


def _city(code: str) -> DivisionRow:
    found = _division(code)
    if found.level is not Level.CITY:
        raise BadInput("division_no_city", {"given": code[:20]}, about="division")
    return found


# --- what is printed ------------------------------------------------------------------------------------------------


def _print(body: Any) -> None:
    click.echo(json.dumps(body, ensure_ascii=False, indent=2))


def _print_figure(figure: Figure) -> None:
    for measure, found in figure.by.items():
        rates = ", ".join(f"{rate.value} {_percent(found.share(rate))}" for rate in Rate)
        managed, counted = _size(measure, found.managed), _size(measure, found.all)
        click.echo(f"{label(measure, 'en')}: {managed} of {counted}, {rates}")
    for why, amounts in figure.excluded.items():
        if amounts.estates:
            click.echo(f"Left out, {label(why, 'en')}: {amounts.estates} estates")


def _size(measure: Measure, number: int) -> str:
    return f"{Decimal(number).scaleb(-2):,} ㎡" if measure is Measure.FLOOR_AREA else f"{number}"


def _percent(share: Share) -> str:
    found = share.percent(2)
    return "no rate" if found is None else f"{found} %"


def _print_explanation(told: Explanation) -> None:
    first, last = told.first[Measure.ESTATES], told.last[Measure.ESTATES]
    click.echo(f"{first.managed} of {first.all} ({_percent(first.share())})")
    for part in told.parts:
        found = part.by[Measure.ESTATES]
        sums = f"{found.managed:+d} managed, {found.all:+d} counted"
        click.echo(f"  {label(part.reason, 'en')}: {sums}, {len(part.estates)} estates")
    click.echo(f"{last.managed} of {last.all} ({_percent(last.share())})")
