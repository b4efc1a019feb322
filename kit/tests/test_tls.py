"""tls: a file that cannot be read is named by its variable."""

from pathlib import Path

import pytest
from monshin_kit import tls
from monshin_kit.errors import InvalidInput


@pytest.mark.parametrize("make", [tls.server_credentials, tls.channel_credentials])
@pytest.mark.parametrize("missing", ["CA", "CERTIFICATE", "KEY"])
def test_a_missing_file_is_named_by_its_variable(tmp_path: Path, make: object, missing: str) -> None:
    files = {}
    for name in ("CA", "CERTIFICATE", "KEY"):
        files[name] = tmp_path / name
        if name != missing:
            files[name].write_text("x")
    with pytest.raises(InvalidInput, match=f"MONSHIN_TLS_{missing}"):
        make(files["CA"], files["CERTIFICATE"], files["KEY"])  # type: ignore[operator]
