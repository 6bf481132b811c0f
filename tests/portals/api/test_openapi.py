"""The OpenAPI document is valid, says what the answers are, and a generator of requests finds nothing wrong."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis import GenerationMode, checks

from regulator.foundation.database import transaction
from regulator.portals.api import openapi
from tests.factories.certificates import issue
from tests.portals.public.conftest import Fetch, World

OPERATIONS = [
    ("/companies", "CompanyList"),
    ("/companies/{company}", "CompanyDetail"),
    ("/estates", "EstateList"),
    ("/estates/{estate}", "EstateDetail"),
    ("/estates/{unknown}", "EstateDetail"),
    ("/certificates/{certificate}", "Certificate"),
    ("/divisions", "DivisionList"),
    ("/coverage", "Coverage"),
    ("/metrics", "MetricList"),
    ("/metrics/coverage_full_floor_area?division=210103&period=2026-Q3", "MetricFigure"),
]
PLAIN = {"Accept-Encoding": "identity"}  # the test client does not unpack
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


def test_the_document_is_valid_openapi_3_1(world: World, fetch: Fetch) -> None:
    document = fetch("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    validate(document)


@pytest.mark.parametrize(("path", "shape"), OPERATIONS)
def test_answers_have_just_the_shape_the_document_gives(world: World, fetch: Fetch, path: str, shape: str) -> None:
    with transaction():
        number = issue(world.company).number
    known = {"company": world.company.credit_code, "estate": world.estate.code, "unknown": world.unknown.code}
    known["certificate"] = str(number)
    body = fetch("/api/v1" + path.format(**known)).json
    document: Any = openapi.document()
    schema = {"$ref": f"#/components/schemas/{shape}", "components": document["components"]}
    Draft202012Validator(schema).validate(body)
    assert set(body) == set(document["components"]["schemas"][shape]["properties"])


def test_every_path_of_the_document_is_served_and_the_other_way_round(world: World, app: Flask) -> None:
    served = {
        str(rule).removeprefix("/api/v1").replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
    assert served - set(openapi.document()["paths"]) == {"/openapi.json", "/docs"}
    assert set(openapi.document()["paths"]) <= served


def ways() -> list[tuple[str, GenerationMode]]:
    """Every path with requests as they should be and as they should not, where anything can be given at all."""
    found = openapi.document()["paths"].items()
    return [
        (path, mode)
        for path, item in found
        for mode in GenerationMode
        if item["get"]["parameters"] or not mode.is_negative
    ]


@pytest.mark.parametrize(("path", "mode"), ways(), ids=str)
def test_generated_requests_find_nothing(world: World, app: Flask, path: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(openapi.document())
    schema.app = app

    @settings(max_examples=30, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(schema[path]["GET"].as_strategy(generation_mode=mode, headers=PLAIN))
    def ask(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    ask()


def test_the_documentation_page_shows_every_path_and_shape(world: World, fetch: Fetch) -> None:
    page = fetch("/api/v1/docs").text
    for path in openapi.document()["paths"]:
        assert f"/api/v1{path}" in page
    for name in openapi.document()["components"]["schemas"]:
        assert f'id="{name}"' in page
