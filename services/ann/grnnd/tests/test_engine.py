"""A core is chosen only where every instruction is there that it was compiled for."""

import re
from pathlib import Path

import pytest

from grnnd import engine

FOLDER = Path(__file__).parent.parent
BUILD = (FOLDER / "CMakeLists.txt").read_text()
CHOICE = (FOLDER / "src" / "cpu.cpp").read_text()


def compiled_for(core: str) -> set[str]:
    """The features of its compiler flags."""
    (flags,) = re.findall(rf"add_core\(_core_{core}( .*)\)", BUILD)
    return set(re.findall(r" -m([a-z0-9]+)", flags))


def asked_for(core: str) -> set[str]:
    """Of the CPU, before the core is chosen."""
    (body,) = re.findall(rf"^bool has_{core}\(\) {{(.*?)^}}", CHOICE, re.DOTALL | re.MULTILINE)
    beneath = asked_for("avx2") if "has_avx2()" in body else set()
    return beneath | set(re.findall(r'__builtin_cpu_supports\("(\w+)"\)', body))


@pytest.mark.parametrize("core", ["avx2", "avx512"])
def test_all_that_a_core_is_compiled_for_is_asked_of_the_cpu(core: str) -> None:
    """A hypervisor may mask BMI2 or F16C and leave AVX2: the core would then end the process by SIGILL."""
    assert compiled_for(core) == asked_for(core)


def test_the_best_core_of_this_cpu_is_chosen() -> None:
    """As the kernel lists its features."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    of_cpu = set(next((line for line in lines if line.startswith("flags")), "").replace("_", "").split())
    runnable = [core for core in ("avx2", "avx512") if compiled_for(core) <= of_cpu]
    assert list(engine.cores()) == ["baseline", *runnable]
    assert engine.core() is list(engine.cores().values())[-1]
