"""Path templates of google.api.http."""

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_gateway.core import template
from monshin_kit.errors import InvalidInput

WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=6)
VALUE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "path", "fields"),
    [
        ("/v1/corpora", "/v1/corpora", {}),
        ("/v1/{name=corpora/*}", "/v1/corpora/demo", {"name": "corpora/demo"}),
        ("/v1/{name=corpora/*/versions/*}:watch", "/v1/corpora/a/versions/2:watch", {"name": "corpora/a/versions/2"}),
        ("/v1/auditEntries/{service}", "/v1/auditEntries/ann", {"service": "ann"}),
        ("/v1/{collection.name=collections/*}", "/v1/collections/c", {"collection.name": "collections/c"}),
        ("/v1/{a=x/*}/y/{b}", "/v1/x/1/y/2", {"a": "x/1", "b": "2"}),
        ("/v1/{rest=files/**}", "/v1/files/a/b/c", {"rest": "files/a/b/c"}),
        ("/v1/*/x", "/v1/any/x", {}),
        ("/v1/{service}", "/v1/%E5%80%A4%2Fa", {"service": "値/a"}),
        ("/v1/{name=files/*}", "/v1/files/a%2Fb", {"name": "files/a%2Fb"}),
    ],
)
def test_a_path_gives_its_fields(text: str, path: str, fields: dict[str, str]) -> None:
    assert template.parse(text).match(path) == fields


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/v1/{name=corpora/*}", "/v1/corpora"),
        ("/v1/{name=corpora/*}", "/v1/corpora/"),
        ("/v1/{name=corpora/*}", "/v1/corpora/a/b"),
        ("/v1/{name=corpora/*}", "/v1/collections/a"),
        ("/v1/{name=corpora/*}:publish", "/v1/corpora/a"),
        ("/v1/{name=corpora/*}:publish", "/v1/corpora/a:import"),
        ("/v1/{name=corpora/*}:publish", "/v1/corpora/:publish"),
        ("/v1/corpora", "/v1/corpora/"),
        ("/v1/corpora", "v1/corpora"),
    ],
)
def test_a_path_of_another_shape_does_not_match(text: str, path: str) -> None:
    assert template.parse(text).match(path) is None


@pytest.mark.parametrize(
    "text",
    [
        "v1/a",
        "/v1/{name",
        "/v1/{name=}",
        "/v1/{Name}",
        "/v1/a b",
        "/v1/{a=x/*}{b}",
        "/v1/{a}/{a}",
        "/v1/**/a",
        "/v1/a:",
        "",
    ],
)
def test_a_broken_template_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        template.parse(text)


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(InvalidInput, match="UTF-8"):
        template.parse("/v1/{name}").match("/v1/%ff%fe")


@given(WORD, WORD, VALUE, VALUE, st.booleans())
def test_what_was_put_into_a_path_comes_out_of_it(
    collection: str, verb: str, first: str, second: str, has_verb: bool
) -> None:
    """The oracle is urllib's quoting: any text survives the way through a percent-encoded path."""
    suffix = f":{verb}" if has_verb else ""
    parsed = template.parse(f"/v1/{{a}}/{collection}/{{b}}{suffix}")
    path = f"/v1/{quote(first, safe='')}/{collection}/{quote(second, safe='')}{suffix}"
    assert parsed.match(path) == {"a": first, "b": second}


@given(
    st.lists(st.sampled_from(["a", "b", "*", "**"]), min_size=1, max_size=4),
    st.lists(st.sampled_from("abc"), max_size=5),
)
def test_matching_agrees_with_a_regular_expression(segments: list[str], parts: list[str]) -> None:
    if "**" in segments[:-1]:
        return
    pattern = "/".join({"*": "[^/]+", "**": ".*"}.get(segment, segment) for segment in segments)
    path = "/".join(parts)
    matched = template.parse("/" + "/".join(segments)).match("/" + path) is not None
    assert matched == (re.fullmatch(pattern, path) is not None)


def test_the_more_specific_template_comes_first() -> None:
    texts = ["/v1/{a=**}", "/v1/{a}/{b}", "/v1/embed/{b}", "/v1/embed/models", "/v1/{a=corpora/*}:publish"]
    ranked = sorted(texts, key=lambda text: template.parse(text).rank)
    assert ranked == ["/v1/{a=corpora/*}:publish", "/v1/embed/models", "/v1/embed/{b}", "/v1/{a}/{b}", "/v1/{a=**}"]
