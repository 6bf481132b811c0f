"""The OpenAPI 3.0 document is valid, and the answers are what it says; so are the addresses."""

from typing import Any

from flask import Flask
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate

from tests.factories import registry as make
from tests.portals.public.conftest import Fetch, World

ITEMS = "/collections/estates/items"
ANSWERS = {
    "/": "landingPage",
    "/conformance": "confClasses",
    "/collections": "collections",
    "/collections/estates": "collection",
    ITEMS: "estatesCollection",
    f"{ITEMS}/{{estate}}": "estatesFeature",
    f"{ITEMS}/{{unknown}}": "estatesFeature",
    "/collections/divisions/items": "divisionsCollection",
    f"/collections/divisions/items/{make.SHENHE}": "divisionsFeature",
    "/collections/zones/items": "zonesCollection",
    "/collections/zones/items/210103001-001": "zonesFeature",
    f"{ITEMS}?limit=0": "problem",
}


def test_the_document_is_valid_openapi_3_0(land: World, fetch: Fetch) -> None:
    answer = fetch("/ogc/api")
    assert answer.headers["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert answer.json["openapi"].startswith("3.0")
    assert answer.json["servers"] == [{"url": "http://localhost/ogc"}]
    validate(answer.json)


def test_answers_are_what_the_document_says(land: World, fetch: Fetch) -> None:
    components: Any = fetch("/ogc/api").json["components"]
    for path, shape in ANSWERS.items():
        body = fetch("/ogc" + path.format(estate=land.estate.code, unknown=land.unknown.code)).json
        schema = {"$ref": f"#/components/schemas/{shape}", "components": components}
        errors = [error.message for error in OAS30Validator(schema).iter_errors(body)]
        assert errors == [], path


def test_each_filter_of_the_document_is_taken_and_no_other(land: World, fetch: Fetch) -> None:
    document = fetch("/ogc/api").json
    for name, filters in {
        "estates": {"name", "kind", "condition", "ownership", "mode", "company", "division"},
        "divisions": {"name", "level", "parent", "division"},
        "zones": {"name", "state", "division"},
    }.items():
        parameters = document["paths"][f"/collections/{name}/items"]["get"]["parameters"]
        assert {one["name"] for one in parameters if "name" in one} == filters
        for filter_ in filters:
            refused = fetch(f"/ogc/collections/{name}/items?{filter_}=").json
            assert refused["code"] in {"value_not_offered", "value_unreadable"}, filter_


def test_every_path_is_served(land: World, app: Flask, fetch: Fetch) -> None:
    for path in fetch("/ogc/api").json["paths"]:
        feature = land.estate.code if "estates" in path else make.SHENHE
        if "zones" in path:
            feature = "210103001-001"
        assert fetch("/ogc" + path.format(featureId=feature)).status_code == 200, path
