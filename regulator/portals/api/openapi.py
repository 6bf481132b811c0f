"""The OpenAPI 3.1 document, made from the shapes in schemas and the list of paths here; served and shown as a page."""

from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from regulator.features.metrics.terms import MetricName
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation.paging import DEFAULT_LIMIT, MAX_LIMIT
from regulator.foundation.search import MAX_QUERY
from regulator.portals.api import PREFIX, schemas

REF = "#/components/schemas/{model}"
_SHAPES: tuple[Any, ...] = (
    schemas.CompanyList,
    schemas.CompanyDetail,
    schemas.EstateList,
    schemas.EstateDetail,
    schemas.DivisionList,
    schemas.Coverage,
    schemas.MetricList,
    schemas.MetricFigure,
    schemas.Certificate,
    schemas.UnknownCertificate,
    schemas.Problem,
)


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _path(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


_DIVISION_CODE = {"type": "string", "pattern": r"^(\d{6}|\d{9}|\d{12})$"}
_Q = _query(
    "q",
    "Part of a name, former name, alias, road and number, pinyin or initials; or the beginning of a code",
    {"type": "string", "maxLength": MAX_QUERY},
)
_DIVISION = _query("division", "A division of any level; means everything below it", _DIVISION_CODE)
_LIMIT = _query(
    "limit", "Items on a page", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
)
_CURSOR = _query("cursor", "What `next` of the page before says", {"type": "string"})
_MODE = _query(
    "mode",
    "Mode of today; `unknown` asks for those whose mode nobody has stated (null in the answers)",
    {"type": "string", "enum": [*(mode.value for mode in Mode), "unknown"]},
)
_AS_OF = _query("as_of", "The day the answer stands for; today unless given", {"type": "string", "format": "date"})

_PAST = (
    "A past day is counted from what the register knows today: services, retirement, occupation and demolition by their"
    " own days; kind, place, floor area and households as they stand now."
)
_KINDS = [kind.value for kind in EstateKind]

_OPERATIONS: dict[str, tuple[str, str, list[dict[str, Any]], Any]] = {
    "/companies": ("listCompanies", "Companies", [_Q, _DIVISION, _LIMIT, _CURSOR], schemas.CompanyList),
    "/companies/{credit_code}": (
        "getCompany",
        "One company",
        [_path("credit_code", "Unified social credit code", {"type": "string", "pattern": "^[0-9A-Z]{18}$"}), _AS_OF],
        schemas.CompanyDetail,
    ),
    "/estates": ("listEstates", "Estates", [_Q, _DIVISION, _MODE, _LIMIT, _CURSOR], schemas.EstateList),
    "/estates/{code}": (
        "getEstate",
        "One estate",
        [_path("code", "Estate code", {"type": "string", "pattern": r"^(\d{13}|\d{16})$"}), _AS_OF],
        schemas.EstateDetail,
    ),
    "/divisions": (
        "listDivisions",
        "Divisions directly below one; the cities when none is named",
        [_query("parent", "A division's code", _DIVISION_CODE), _LIMIT, _CURSOR],
        schemas.DivisionList,
    ),
    "/coverage": (
        "getCoverage",
        "Coverage rates of a division on a day; of the city when no division is named",
        [
            _DIVISION,
            _query("on", f"The day; today unless given. {_PAST}", {"type": "string", "format": "date"}),
            _query("kind", "Only estates of this kind, of those that count", {"type": "string", "enum": _KINDS}),
        ],
        schemas.Coverage,
    ),
    "/certificates/{number}": (
        "getCertificate",
        "One certificate in its state of today",
        [_path("number", "Number as printed", {"type": "string", "minLength": 1, "maxLength": 120})],
        schemas.Certificate,
    ),
    "/metrics": ("listMetrics", "Every figure with its definition", [], schemas.MetricList),
    "/metrics/{name}": (
        "getMetric",
        "One figure for a division and a period",
        [
            _path("name", "Name in the catalogue", {"type": "string", "enum": [name.value for name in MetricName]}),
            _DIVISION,
            _query("period", f"2026, 2026-Q3, 2026-10 or a day; today unless given. {_PAST}", {"type": "string"}),
        ],
        schemas.MetricFigure,
    ),
}


@cache
def document() -> dict[str, Any]:
    """The whole document; do not change what it returns."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "物业服务公开查询 · Property services register",
            "version": version("regulator"),
            "summary": "Public facts of the property-management register, read-only, without a key",
            "description": "Lists give `items` and `next`. Areas are ㎡, fees yuan for each ㎡ and month, positions "
            "CGCS2000 (EPSG:4490). Null means not known. Errors follow RFC 9457.",
        },
        "servers": [{"url": PREFIX}],
        "paths": {path: {"get": _operation(*parts)} for path, parts in _OPERATIONS.items()},
        "components": {"schemas": _schemas(), "responses": {"Problem": _problem()}},
    }


def _operation(name: str, summary: str, parameters: list[dict[str, Any]], shape: Any) -> dict[str, Any]:
    single = any(item["in"] == "path" for item in parameters)
    responses: dict[str, Any] = {
        "200": {
            "description": summary,
            "headers": {"ETag": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": {"$ref": REF.format(model=shape.__name__)}}},
        },
        "304": {"description": "Not changed since the given entity tag"},
        "400": {"$ref": "#/components/responses/Problem"},
    }
    if single:
        responses["404"] = {"$ref": "#/components/responses/Problem"}
    if shape is schemas.Certificate:  # whose number can be guessed at
        responses["404"] = _problem("UnknownCertificate", "Nothing was issued or is on record under this number")
        responses["429"] = _problem("Problem", "Too many numbers that do not exist were asked for; wait")
    return {"operationId": name, "summary": summary, "parameters": parameters, "responses": responses}


def _problem(model: str = "Problem", description: str = "What is wrong, in RFC 9457's form") -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": {"$ref": REF.format(model=model)}}},
    }


def _schemas() -> dict[str, Any]:
    inputs: list[Any] = [(shape.__name__, "serialization", TypeAdapter(shape)) for shape in _SHAPES]
    _, found = TypeAdapter.json_schemas(inputs, ref_template=REF)
    definitions: dict[str, Any] = found["$defs"]
    return dict(sorted(definitions.items()))
