"""The credential's file, and what is compared with it."""

import base64
from pathlib import Path

import pytest
from monshin_ann.remote_build.credential import Credential
from monshin_kit.errors import InvalidInput


def read(path: Path, content: bytes) -> Credential:
    """From a file with this content."""
    path.write_bytes(content)
    return Credential.read(path, "THE_VARIABLE")


def header(secret: str) -> bytes:
    """As OpenSearch's client makes it: ISO-8859-1, then base64."""
    return b"Basic " + base64.b64encode(secret.encode("latin-1"))


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_a_line_is_a_user_and_a_password(tmp_path: Path, ending: bytes) -> None:
    credential = read(tmp_path / "file", b"opensearch:with:colons and spaces" + ending)
    assert credential.user == "opensearch"
    assert credential.is_of(header("opensearch:with:colons and spaces"))
    assert not credential.is_of(header("opensearch:with:colons and space"))


def test_a_password_with_umlauts_is_compared_as_the_client_encodes_it(tmp_path: Path) -> None:
    assert read(tmp_path / "file", "search:Prüfgerät-Straße".encode()).is_of(header("search:Prüfgerät-Straße"))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n", b"opensearch", b":a long password", b"opensearch:", b"opensearch:short",
        b"opensearch:two\nlines here!",
        "opensearch:日本語のパスワードである".encode(), b"opensearch:\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xef\xbb\xbfopensearch:correct horse battery",
    ],
    ids=range(10),
)  # fmt: skip
def test_a_file_that_cannot_be_meant_is_refused_by_the_name_of_its_setting(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path / "file", content)
    assert "THE_VARIABLE" in caught.value.message
    assert "opensearch" not in caught.value.message


def test_the_secret_is_not_shown(tmp_path: Path) -> None:
    assert "horse" not in repr(read(tmp_path / "file", b"opensearch:correct horse battery"))
