"""A data folder has one owner."""

import subprocess
import sys
from pathlib import Path

import pytest
from monshin_kit.data_lock import held, require_free
from monshin_kit.errors import FailedPrecondition

HOLDER = """
import sys
from pathlib import Path
from monshin_kit.data_lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    """Also after kill -9: nothing has to be cleaned up by hand."""
    folder = tmp_path / "ann"
    command = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(FailedPrecondition, match="another process"), held(folder):
            pass
        with pytest.raises(FailedPrecondition):
            require_free(tmp_path)
        holder.kill()
    require_free(tmp_path)
    with held(folder):
        pass
