"""What libraries write beside our logs is silenced before they are imported: later they no longer look."""

import subprocess
import sys

import pytest

_SEEN_BY = """
import importlib, os, sys

class Watch:
    def find_spec(self, name, path, target=None):
        if name in {wanted!r}:
            print(name, os.environ.get({variable!r}))
            sys.meta_path.remove(self)

sys.meta_path.insert(0, Watch())
importlib.import_module({module!r})
import grpc, tqdm
"""
PROCESSES = [
    "monshin_embed.__main__",
    "monshin_ann.__main__",
    "monshin_ann.worker",
    "monshin_factcheck.__main__",
    "monshin_gateway.__main__",
    "monshin.cli",
]


@pytest.mark.parametrize("module", PROCESSES)
@pytest.mark.parametrize(
    ("library", "variable", "value"), [("grpc", "GRPC_VERBOSITY", "NONE"), ("tqdm", "TQDM_DISABLE", "1")]
)
def test_a_process_silences_a_library_before_it_is_imported(
    module: str, library: str, variable: str, value: str
) -> None:
    """gRPC's lines quote what a peer said, and neither is JSON."""
    program = _SEEN_BY.format(wanted=(library,), variable=variable, module=module)
    environment = {"PATH": "/usr/bin:/bin"}
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [library, value]
