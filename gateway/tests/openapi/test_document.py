"""The description of the API against the descriptors and against what is really answered."""

import importlib
import importlib.util
import json
import re
from typing import Any

import httpx
import jsonschema
import pytest
from echo_peer import EchoPeer
from filled import filled
from google.protobuf import json_format
from monshin_gateway import stubs
from monshin_gateway.core.methods import Shape, read_methods
from monshin_gateway.openapi.document import openapi_document
from monshin_gateway.testing import GatewayProcess

METHODS = read_methods(stubs.files())
DOCUMENT: dict[str, Any] = openapi_document(METHODS, stubs.image())
OPERATIONS = {
    operation["x-grpc-method"]: (path, verb, operation)
    for path, verbs in DOCUMENT["paths"].items()
    for verb, operation in verbs.items()
}


def test_every_rule_of_every_method_is_described() -> None:
    assert sum(len(verbs) for verbs in DOCUMENT["paths"].values()) == sum(len(method.rules) for method in METHODS)
    assert set(OPERATIONS) == {method.full_name for method in METHODS if method.rules}


def test_it_keeps_to_the_standard() -> None:
    """By the validator where it is installed; the checks below hold without it."""
    if importlib.util.find_spec("openapi_spec_validator"):
        importlib.import_module("openapi_spec_validator").validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1")
    identifiers = [operation["operationId"] for _, _, operation in OPERATIONS.values()]
    assert len(set(identifiers)) == len(identifiers)
    for path, _, operation in OPERATIONS.values():
        assert path.startswith("/v1/")
        named = [item["name"] for item in operation["parameters"] if item.get("in") == "path"]
        assert named == re.findall(r"\{([a-z_]+)\}", path)
        assert "default" in operation["responses"]


def test_every_schema_is_a_json_schema_and_every_reference_leads_to_one() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(DOCUMENT)):
        place: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


@pytest.mark.parametrize("method", [method for method in METHODS if method.rules], ids=lambda method: method.full_name)
def test_an_answer_fits_its_schema(method: Any) -> None:
    answer = json_format.MessageToDict(filled(method.response), always_print_fields_with_no_presence=True)
    _, _, operation = OPERATIONS[method.full_name]
    content = operation["responses"]["200"]["content"]
    for kind, described in content.items():
        assert kind.startswith("text/event-stream" if method.shape is Shape.SERVER_STREAM else "application/json") or (
            kind == "application/x-ndjson"
        )
        validator = jsonschema.Draft202012Validator({**described["schema"], "components": DOCUMENT["components"]})
        faults = [
            error for error in validator.iter_errors(answer) if error.validator != "pattern"
        ]  # all texts are alike
        assert faults == []


def test_comments_of_the_protos_explain_calls_fields_and_values() -> None:
    _, _, check = OPERATIONS["monshin.factcheck.v1.FactcheckService/CheckAnswer"]
    assert check["summary"] == "Splits an answer into claims and judges each."
    body = check["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert body["question"]["description"].startswith("What was asked")
    assert "Sources disagree" in DOCUMENT["components"]["schemas"]["factcheck.v1.Verdict"]["description"]
    undescribed = [name for name, (_, _, operation) in OPERATIONS.items() if not operation["description"]]
    assert undescribed == []


def test_the_bounds_of_the_protos_are_told() -> None:
    _, _, embed = OPERATIONS["monshin.embed.v1.EmbedService/Embed"]
    schema = embed["requestBody"]["content"]["application/json"]["schema"]
    texts = schema["properties"]["texts"]
    assert (texts["minItems"], texts["maxItems"], texts["items"]["minLength"]) == (1, 256, 1)
    assert schema["required"] == ["kind", "texts"]
    _, _, create = OPERATIONS["monshin.factcheck.v1.CorpusService/CreateCorpus"]
    properties = create["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert properties["corpusId"]["pattern"] == "^[a-z0-9][a-z0-9-]{0,63}$"


def test_what_stands_in_the_path_is_not_asked_for_again() -> None:
    path, verb, operation = OPERATIONS["monshin.factcheck.v1.CorpusService/ImportDocuments"]
    assert (path, verb) == ("/v1/corpora/{corpus}:import", "post")
    assert "corpus" not in operation["requestBody"]["content"]["application/x-ndjson"]["schema"]["properties"]


def test_it_is_served_with_a_page_for_people(gateway: GatewayProcess, echo: EchoPeer) -> None:
    assert httpx.get(f"{gateway.url}/openapi.json").json() == DOCUMENT
    page = httpx.get(f"{gateway.url}/docs").text
    for path, _, operation in OPERATIONS.values():
        assert path in page
        assert operation["x-required-scope"] in page
    assert 'id="PERMISSION_DENIED"' in page
