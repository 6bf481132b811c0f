"""The tokens companies, estates and people are found by; pure functions, used one by one and in bulk."""

from collections.abc import Iterable
from enum import StrEnum

from regulator.features.registry.terms import CompanyStatus, Condition, DeclaredGrade, EstateKind
from regulator.foundation.search import division_filters, index_tokens

RETIRED = "retired"
"""The mark of a record that is retired: few are, so that leaving them out costs a search next to nothing."""


def mark(letter: str, member: StrEnum) -> str:
    """A filter token for a code: one word of letters and digits, as both tokenizers want it."""
    return letter + member.value.replace("_", "")


def company_tokens(
    *,
    name: str,
    other_names: Iterable[str] = (),
    addresses: Iterable[str | None] = (),
    division_code: str | None = None,
    status: CompanyStatus = CompanyStatus.OPERATING,
    declared_grade: DeclaredGrade | None = None,
    retired: bool = False,
) -> str:
    """Names by character, pinyin and initials; addresses by character; filters: ``d…`` ``s…`` ``g…`` ``retired``.

    The credit code is not here: it is looked up by a range on its own index.
    """
    filters = [*division_filters(division_code), mark("s", status)]
    filters.extend([mark("g", declared_grade)] if declared_grade else [])
    return index_tokens(addresses, (name, *other_names), [*filters, *([RETIRED] if retired else [])])


def estate_tokens(
    *,
    name: str,
    other_names: Iterable[str] = (),
    addresses: Iterable[str | None] = (),
    division_code: str,
    kind: EstateKind,
    condition: Condition,
    retired: bool = False,
) -> str:
    """Names by character, pinyin and initials; road and number by character; marks ``d…`` ``k…`` ``c…`` ``retired``."""
    filters = [*division_filters(division_code), mark("k", kind), mark("c", condition)]
    return index_tokens(addresses, (name, *other_names), [*filters, *([RETIRED] if retired else [])])


def person_tokens(*, name: str) -> str:
    """The name only: nobody is found by anything else but the whole resident ID number."""
    return index_tokens((), (name,))
