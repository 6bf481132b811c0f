"""A template's own declaration, read without running any of its typst: a comment at its head, written as TOML.

    /*
    kind = "acceptance"
    title = "受理通知书"
    include = ["contact"]

    [[facts]]
    name = "accepted_on"
    ...
    */
    #import "_layout.typ": *

``include`` names groups of facts that the shared layout declares and knows how to print.
"""

import hashlib
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from regulator.features.papers.templating.terms import LONGEST_SOURCE, Declared, FactField, Label, Name, Template
from regulator.features.papers.terms import PaperKind
from regulator.foundation.errors import BadInput
from regulator.resources import resource_dir

LAYOUT = "_layout.typ"
_OPEN, _CLOSE = "/*", "*/"
_ERROR_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
MOST_FACTS = 60


class Declaration(Declared):
    """What the comment at the head of a template says."""

    kind: PaperKind
    title: Label
    include: tuple[Name, ...] = ()
    facts: Annotated[tuple[FactField, ...], Field(max_length=MOST_FACTS)] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [fact.name for fact in self.facts]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"declared twice: {', '.join(twice)}")
        return self


def shipped(kind: PaperKind) -> Template:
    """The product's own template of a kind."""
    return _shipped()[kind]


@cache
def _shipped() -> dict[PaperKind, Template]:
    found = {}
    for kind in PaperKind:
        source = (template_dir() / f"{kind.value}.typ").read_text(encoding="utf-8")
        found[kind] = _parsed(source, is_shipped=True)
    return found


def parse(source: str) -> Template:
    """A template as it was written: its declaration is read, its typst is not run (that is `checking.check`).

    Raises BadInput with the ``line`` and the ``reason``, about ``source``.
    """
    return _parsed(source, is_shipped=False)


def template_dir() -> Path:
    """Where the shipped templates and their layout lie."""
    return resource_dir("templates") / "documents" / "papers"


@cache
def layout() -> str:
    """The shared layout's source."""
    return (template_dir() / LAYOUT).read_text(encoding="utf-8")


def _parsed(source: str, *, is_shipped: bool) -> Template:
    if len(source) > LONGEST_SOURCE:
        raise BadInput("template_too_long", {"maximum": LONGEST_SOURCE}, about="source")
    head = _head(source)
    declaration = _validated(head)
    fields = _with_groups(declaration, head)
    digest = hashlib.sha256(f"{source}\0{layout()}".encode()).hexdigest()
    return Template(declaration.kind, declaration.title, source, fields, digest, is_shipped)


def _head(source: str) -> str:
    """The comment's text; its first line is the file's first line, so that line numbers agree."""
    opened, found, _rest = source.replace("\r\n", "\n").partition(_CLOSE)
    if not opened.startswith(_OPEN) or not found:
        raise _wrong(1, f"begin with the declaration, a comment from {_OPEN} to {_CLOSE}")
    return opened.removeprefix(_OPEN)


def _validated(head: str) -> Declaration:
    try:
        return Declaration.model_validate(_toml(head))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        raise _wrong(_line_of(head, first["loc"]), f"{place}: {first['msg']}".removeprefix(": ")) from None


def _toml(head: str) -> dict[str, Any]:
    try:
        return tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        found = _ERROR_LINE.search(str(error))
        line = int(found[1]) if found and found[1] else head.count("\n") + 1
        raise _wrong(line, _ERROR_LINE.sub("", str(error)).strip()) from None


def _with_groups(declaration: Declaration, head: str) -> tuple[FactField, ...]:
    """The facts of the groups it includes and then its own, which may not repeat them."""
    groups, own = _groups(), {fact.name for fact in declaration.facts}
    found: list[FactField] = []
    for name in declaration.include:
        if name not in groups:
            raise _wrong(_line_of(head, ("include",)), f"include: no group {name}, only {', '.join(groups)}")
        if twice := own & {fact.name for fact in groups[name]}:
            raise _wrong(_line_of(head, ("include",)), f"include: {name} declares {', '.join(sorted(twice))} already")
        found += groups[name]
    return (*found, *declaration.facts)


@cache
def _groups() -> dict[str, tuple[FactField, ...]]:
    """The groups of facts that the layout declares, each an array of tables."""
    head = _toml(_head(layout()))
    return {name: tuple(FactField.model_validate(fact) for fact in facts) for name, facts in head.items()}


def _line_of(head: str, place: tuple[int | str, ...]) -> int:
    """The line on which a part of the declaration stands: the n-th table of facts, then its key if it is there."""
    lines = head.split("\n")
    first, last = 0, len(lines)
    if place[:1] == ("facts",) and len(place) > 1 and isinstance(place[1], int):
        begins = [at for at, line in enumerate(lines) if line.strip() == "[[facts]]"]
        if place[1] < len(begins):
            first, last = begins[place[1]], [*begins, len(lines)][place[1] + 1]
    keys = [part for part in place if isinstance(part, str) and part != "facts"]
    for at in range(first, last):
        if keys and re.match(rf"\s*{re.escape(keys[0])}\s*=", lines[at]):
            return at + 1
    return first + 1


def line_of_fact(source: str, name: str) -> int:
    """The line on which a template declares a fact; 1 for one that the layout declares."""
    declared = re.compile(rf'\s*name\s*=\s*"{re.escape(name)}"\s*')
    lines = source.splitlines()
    return next((at for at, line in enumerate(lines, 1) if declared.fullmatch(line)), 1)


def _wrong(line: int, reason: str) -> BadInput:
    return BadInput("template_wrong", {"line": line, "reason": reason[:300]}, about="source")
