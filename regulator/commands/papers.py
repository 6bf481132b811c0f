"""`regulator papers`: print a paper from a file of facts, and try templates. Issues nothing: no number, no record."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from pydantic import BaseModel, ConfigDict, ValidationError

from regulator.commands.context import in_app
from regulator.features.papers import templating
from regulator.features.papers.templating import Frame, Template
from regulator.features.papers.terms import PaperKind
from regulator.foundation import clock, signing
from regulator.foundation.errors import BadInput
from regulator.foundation.i18n import sentence
from regulator.law.findings import Finding, Refused

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
T = TypeVar("T")
REASON = "文书签发"


class FrameFile(BaseModel):
    """What a file given as ``--frame`` may say; digest and demo mark are not for a file to say."""

    model_config = ConfigDict(extra="forbid")

    authority: str = "示例市住房和城乡建设局"
    number: str | None = None
    issued_on: date | None = None
    signer: tuple[str, ...] = ()
    addressee: str = ""
    title: str | None = None
    qr: str = ""


@click.group("papers")
def papers_command() -> None:
    """Official papers: print one from facts, try templates."""


@papers_command.command("render")
@click.argument("template", metavar="TEMPLATE")
@click.argument("facts", metavar="FACTS.json", type=FILE)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The PDF.")
@click.option("--frame", type=FILE, help="JSON: authority, number, issued_on, signer, addressee, title, qr.")
@click.option("--sign", is_flag=True, help="Sign it with the office's key; a draft is never signed.")
@in_app
def render_command(template: str, facts: Path, output: Path, frame: Path | None, *, sign: bool) -> None:
    """Print a paper as PDF/A. TEMPLATE is a kind (acceptance, rejection, ...) or the path of a .typ file.

    Without a number and a day of issue it is a draft, and marked as one.
    """
    told = _json(facts)
    found = _or_exit(template, lambda: _template(template))
    framed = _or_exit("frame", lambda: _frame(frame))
    if sign and framed.is_draft:
        _stop("A draft is never signed: give number, issued_on and qr in --frame.")
    made = _or_exit(facts.name, lambda: _made(found, told, framed, sign=sign))
    output.write_bytes(made)
    state = "draft" if framed.is_draft else "signed" if sign else "not signed"
    click.echo(f"{output}: {found.kind.value}, {state}, {len(made)} bytes")


@papers_command.command("check-templates")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=FILE)
def check_command(files: tuple[Path, ...]) -> None:
    """Print every shipped template and those given, with sample facts and with the longest and rarest ones."""
    sources = {kind.value: templating.shipped(kind).source for kind in PaperKind}
    failed = 0
    for name, source in (sources | {str(path): _text(path) for path in files}).items():
        try:
            templating.check(source)
        except BadInput as error:
            failed += 1
            click.echo(f"{name}: {sentence(error.code, error.params, 'en')}", err=True)
    click.echo(f"{len(sources) + len(files) - failed} of {len(sources) + len(files)} templates print.")
    if failed:
        sys.exit(1)


# --- what was given --------------------------------------------------------------------------------------------------


def _template(name: str) -> Template:
    if name in set(PaperKind):
        return templating.shipped(PaperKind(name))
    path = Path(name)
    if path.suffix != ".typ" or not path.is_file():
        raise BadInput("template_unknown", {"given": name[:100], "kinds": ", ".join(PaperKind)})
    return templating.parse(_text(path))


def _frame(path: Path | None) -> Frame:
    try:
        given = FrameFile.model_validate(_json(path) if path else {})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        _stop(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}")
    is_draft = given.number is None or given.issued_on is None
    return Frame(**given.model_dump(), is_draft=is_draft)


def _made(template: Template, facts: Any, frame: Frame, *, sign: bool) -> bytes:
    signer = signing.office_signer() if sign else None
    made_at = clock.now()
    marked = replace(frame, is_demo=sign and signing.is_demo())
    final = templating.with_digest(template, facts, marked)
    pdf = templating.render(template, facts, final, made_at=made_at)
    return signer.sign(pdf, at=made_at, reason=REASON) if signer else pdf


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        _stop(f"{path}: not UTF-8")


def _json(path: Path) -> Any:
    try:
        found = json.loads(_text(path))
    except ValueError as error:
        _stop(f"{path}: no JSON: {error}")
    if not isinstance(found, dict):
        _stop(f"{path}: not a JSON object")
    return found


# --- what is said ----------------------------------------------------------------------------------------------------


def _or_exit(name: str, what: Callable[[], T]) -> T:
    """What it gives, or each thing wrong with it as a line on standard error and exit 2."""
    try:
        return what()
    except BadInput as error:
        _stop(f"{name}: {sentence(error.code, error.params, 'en')}")
    except Refused as error:
        _stop(*(f"{name}: {_fault(finding)}" for finding in error.findings))


def _fault(finding: Finding) -> str:
    return f"{finding.about}: {sentence(finding.code, finding.params, 'en')}"


def _stop(*lines: str) -> NoReturn:
    for line in lines:
        click.echo(line, err=True)
    sys.exit(2)
