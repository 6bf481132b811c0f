"""The rule sets the product brings, as files, and how such a file is read."""

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from regulator.features.licensing.terms import ConditionKind, RuleSet
from regulator.law.findings import Finding, Refused

HERE = Path(__file__).parent
SHIPPED = ("licence-2004", "licence-2007", "licence-2015", "licence-2017-01", "licence-2017-09", "repeal-2018")
"""In force everywhere; in the order in which they began."""
DEMO = "evaluation-demo"
LARGEST = 200_000
LONGEST_SHOWN = 60


@lru_cache(maxsize=32)
def read(source: str) -> RuleSet:
    """A rule set from its file (TOML). Raises Refused with each place that is not as it must be."""
    if len(source) > LARGEST:
        raise Refused([Finding("rule_set_too_large", params={"most": LARGEST})])
    try:
        found = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise Refused([Finding("rule_set_no_toml", params={"said": str(error)})]) from None
    try:
        return _adapter().validate_python(found)
    except ValidationError as error:
        raise Refused(_fault(fault) for fault in error.errors(include_url=False)) from None


@cache
def _adapter() -> TypeAdapter[RuleSet]:
    return TypeAdapter(RuleSet)


def _fault(error: Mapping[str, Any]) -> Finding:
    """Where in the file, and what is wrong there; places in lists count from 1."""
    kind = str(error["type"])
    where = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in error["loc"])
    context = error.get("ctx", {})
    match kind:
        case "missing":
            return Finding("rule_set_key_missing", params={"where": where})
        case "unexpected_keyword_argument":
            return Finding("rule_set_key_unknown", params={"where": where})
        case "union_tag_invalid" | "union_tag_not_found":
            params = {"where": where, "given": context.get("tag", ""), "kinds": ", ".join(ConditionKind)}
            return Finding("rule_set_condition_unknown", params=params)
        case "enum" | "literal_error":
            params = {"where": where, "given": str(error["input"])[:LONGEST_SHOWN], "kinds": context["expected"]}
            return Finding("rule_set_word_unknown", params=params)
    if kind.startswith("int_"):
        return Finding("rule_set_number_wanted", params={"where": where, "said": error["msg"]})
    return Finding("rule_set_value", params={"where": where, "said": error["msg"]})


def shipped_source(code: str) -> str:
    """The file of a rule set the product brings, the demo city's included."""
    return (HERE / f"{code}.toml").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def shipped() -> tuple[RuleSet, ...]:
    """The national rule sets, from the first to the repeal."""
    return tuple(read(shipped_source(code)) for code in SHIPPED)
