"""Which method an HTTP request means."""

import pytest
from monshin_gateway import stubs
from monshin_gateway.core.methods import Rule, Shape, read_methods
from monshin_gateway.core.refusals import MethodNotAllowed, NoSuchPath
from monshin_gateway.core.router import Router
from monshin_gateway.core.template import parse

METHODS = read_methods(stubs.files())


@pytest.mark.parametrize(
    ("verb", "path", "name"),
    [
        ("GET", "/v1/corpora", "ListCorpora"),
        ("POST", "/v1/corpora", "CreateCorpus"),
        ("GET", "/v1/corpora/demo", "GetCorpus"),
        ("POST", "/v1/corpora/demo:import", "ImportDocuments"),
        ("GET", "/v1/corpora/demo/versions/1:watch", "WatchVersion"),
        ("GET", "/v1/corpora/demo/versions/1", "GetVersion"),
        ("PATCH", "/v1/collections/c", "UpdateCollection"),
        ("GET", "/v1/embed/models", "ListModels"),
        ("GET", "/v1/embed/models/e5", "GetModel"),
        ("GET", "/v1/auditEntries/factcheck", "ListAuditEntries"),
    ],
)
def test_a_request_finds_its_method(verb: str, path: str, name: str) -> None:
    assert Router(METHODS).find(verb, path).method.name == name


def test_a_path_without_a_method_is_refused_without_being_repeated() -> None:
    with pytest.raises(NoSuchPath) as caught:
        Router(METHODS).find("GET", "/v1/患者太郎")
    assert "患者太郎" not in caught.value.message


def test_a_wrong_verb_is_told_the_right_ones() -> None:
    with pytest.raises(MethodNotAllowed) as caught:
        Router(METHODS).find("PUT", "/v1/corpora")
    assert caught.value.headers == (("allow", "GET, POST"),)


def test_every_method_but_the_bidirectional_ones_can_be_called_by_rest() -> None:
    """Bidirectional methods are gRPC's alone; each has a twin of one request that REST reaches."""
    without = {method.full_name for method in METHODS if not method.rules}
    assert without == {method.full_name for method in METHODS if method.shape is Shape.BIDIRECTIONAL}


def test_every_method_asks_for_a_scope() -> None:
    assert [method.full_name for method in METHODS if not method.scope] == []


def test_two_methods_on_one_path_are_refused_at_the_start() -> None:
    first, second = METHODS[0], METHODS[1]
    rule = Rule("GET", parse("/v1/{name=x/*}"), "", "")
    same = Rule("GET", parse("/v1/{parent=x/*}"), "", "")
    with pytest.raises(ValueError, match="bound to the same path"):
        Router([_with(first, rule), _with(second, same)])


def test_no_streamed_message_has_a_field_that_looks_like_a_failed_ndjson_stream() -> None:
    streams = [method for method in METHODS if method.shape is Shape.SERVER_STREAM]
    assert [method.full_name for method in streams if "error" in method.response.fields_by_name] == []


def _with(method: object, rule: Rule) -> object:
    import dataclasses

    return dataclasses.replace(method, rules=(rule,))
