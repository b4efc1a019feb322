"""The sample service, ready to start."""

from collections.abc import Callable
from pathlib import Path

import pytest
from monshin_kit.testing import ServiceProcess

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture
def sample(tmp_path: Path) -> Callable[..., ServiceProcess]:
    """Makes a process of the sample service in the test's folder; keyword arguments are settings of its environment."""

    def make(**env: str) -> ServiceProcess:
        return ServiceProcess("monshin_sample", tmp_path, {"PYTHONPATH": f"{SAMPLE.parents[1]}:{SAMPLE}", **env})

    return make
