"""What somebody typed, as conditions: the estates, the companies and the words it means in lists that name both."""

from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import aliased

from regulator.features.divisions.terms import successor
from regulator.features.registry.models import Company, CompanySearch, Estate, EstateSearch
from regulator.features.registry.rules.credit_code import read_code_prefix
from regulator.foundation.search import join_search, parse_query

SHORTEST_CODE = 6


def estate_code_prefix(typed: str | None) -> str | None:
    """A run of digits as long as a district's code or longer is looked up as the beginning of an estate's code."""
    text = "".join((typed or "").split())
    return text if text.isascii() and text.isdigit() and SHORTEST_CODE <= len(text) <= 16 else None


def means(typed: str | None, *columns: Any, company: bool = True) -> ColumnElement[bool]:
    """That a row's estate, its company (where it has one) or one of ``columns`` is what was typed.

    Raises BadInput for an endless text. Hits are taken as sets of keys, so that such a list keeps its own order.
    """
    text = (typed or "").strip()
    match = parse_query(text)
    if match is None:
        return true()
    written = [column.contains(text, autoescape=True) for column in columns]
    codes = [] if (code := estate_code_prefix(text)) is None else [_between(Estate.code, code, successor(code))]
    if company and (credit_code := read_code_prefix(text)):
        codes.append(_between(Company.credit_code, credit_code, credit_code + "~"))
    if match.nothing:
        return or_(false(), *written, *codes)
    hits = [Estate.id.in_(_estates(match))]
    return or_(*hits, *([Company.id.in_(_companies(match))] if company else []), *written, *codes)


def _between(column: Any, low: str, beyond: str) -> Any:
    return (column >= low) & (column < beyond)


def _estates(match: Any) -> Select[Any]:
    found = aliased(Estate)
    return join_search(select(found.id), EstateSearch, found.id, match)[0]


def _companies(match: Any) -> Select[Any]:
    found = aliased(Company)
    return join_search(select(found.id), CompanySearch, found.id, match)[0]
