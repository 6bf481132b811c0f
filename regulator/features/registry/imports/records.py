"""From a row of a file to the columns of the register, and what differs from a record it holds. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from regulator.features.registry.imports import values, words

COMPANY_FIELDS = {
    "name": "name",
    "legal_representative": "legal_representative",
    "phone": "phone",
    "registered_capital": "registered_capital",
    "founded_on": "founded_on",
    "address": "registered_address",
    "declared_grade": "declared_grade_text",
    "certificate_number": "declared_certificate",
    "registration_kind": "registration_kind",
    "business_scope": "business_scope",
    "status": "status",
    "introduction": "introduction",
    "note": "remark",
}
ESTATE_FIELDS = {
    "address": "address",
    "area_multi_storey": "area_multi_storey",
    "area_high_rise": "area_high_rise",
    "area_villa": "area_villa",
    "area_other": "area_other",
    "floor_area": "floor_area",
    "site_area": "site_area",
    "households": "households",
    "buildings": "buildings",
    "completion_year": "completion_year",
    "ownership": "ownership",
    "kind": "kind",
    "condition": "condition",
    "owning_unit": "owning_unit",
    "duty_phone": "duty_phone",
    "facilities": "facilities",
    "note": "remark",
}
PERSON_FIELDS = {
    "name": "name",
    "title": "title",
    "sex": "sex",
    "education": "education",
    "note": "remark",
    "post": "post",
    "employed_on": "began_on",
    "is_head": "is_head_of_post",
    "is_full_time": "is_full_time",
}
CONTRACT_FIELDS = {
    "begins_on": "began_on",
    "ends_on": "ended_on",
    "signed_on": "signed_on",
    "filed_on": "filed_on",
    "fee": "fee",
    "kind": "kind",
    "service_level": "service_level",
    "note": "remark",
}
COORDINATE_TOLERANCE = 1e-7
"""About a centimetre: what a round trip between two datums may lose."""


def renamed(found: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """The row's values under the register's column names; what the row does not state is left out."""
    return {column: found[name] for name, column in fields.items() if name in found}


def company_record(found: Mapping[str, Any], division_code: str | None) -> dict[str, Any]:
    """What a company row states."""
    record = renamed(found, COMPANY_FIELDS)
    if division_code is not None:
        record["division_code"] = division_code
    if "declared_grade" in found:
        record["declared_grade"] = words.find(words.GRADES, found["declared_grade"]) or "other"
    if "former_names" in found:
        record["former_names"] = split_names(found["former_names"])
    return record


def estate_record(found: Mapping[str, Any], point: tuple[float, float] | None) -> dict[str, Any]:
    """What an estate row states of the estate itself; ``point`` is in CGCS2000."""
    record = renamed(found, ESTATE_FIELDS)
    if point is not None:
        record["lon"], record["lat"] = point
    if "aliases" in found:
        record["aliases"] = split_names(found["aliases"])
    parts = [
        found[part] for part in ("area_multi_storey", "area_high_rise", "area_villa", "area_other") if part in found
    ]
    if "floor_area" not in record and parts:
        record["floor_area"] = sum(parts)
    return record


def person_record(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a person row states, the number itself apart; sex and day of birth are the number's."""
    record = renamed(found, PERSON_FIELDS)
    number = found["id_number"]
    record["born_on"] = values.birth_date(number)
    record.setdefault("sex", "male" if int(number[16]) % 2 else "female")
    if "certificate_number" in found:
        record["certificates"] = [found["certificate_number"]]
    return record


def contract_record(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a contract row states."""
    return renamed(found, CONTRACT_FIELDS)


def split_names(written: str) -> list[str]:
    """Several names written into one cell."""
    for mark in "；;，,/":
        written = written.replace(mark, "、")
    return list(dict.fromkeys(part for part in (values.name(piece) for piece in written.split("、")) if part))


def differences(record: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Columns in which the row says something other than the register, with both values; a blank says nothing.

    Names in a list (aliases, former names, certificates) only differ when the register lacks one of them.
    """
    found: dict[str, tuple[Any, Any]] = {}
    for column, stated in record.items():
        held = known.get(column)
        if isinstance(stated, list):
            missing = [part for part in stated if part not in (held or ())]
            if missing:
                found[column] = (list(held or ()), [*(held or ()), *missing])
        elif column in ("lon", "lat"):
            if held is None or abs(held - stated) > COORDINATE_TOLERANCE:
                found[column] = (held, stated)
        elif held != stated:
            found[column] = (held, stated)
    return found


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    return value.isoformat() if isinstance(value, date) else value
