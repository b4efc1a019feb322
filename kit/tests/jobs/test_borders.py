"""jobs as a package: what is plain stays plain, what is named exists, what is written twice agrees."""

import ast
import re
from pathlib import Path

import pytest
from monshin_kit import jobs
from monshin_kit.errors import InvalidInput
from monshin_kit.jobs import Handlers, JobSettings
from monshin_kit.jobs.redis_client import script
from monshin_kit.jobs.store import MAX_EVENTS
from monshin_kit.settings import markdown_table
from monshin_sample_jobs.handlers import HANDLERS, count
from monshin_sample_jobs.kinds import COUNT

PACKAGE = Path(jobs.__file__).parent
README = Path(__file__).parents[2] / "README.md"
PLAIN = ["record", "payload", "stops", "context", "handlers", "artefacts", "settings", "codec"]
DRIVERS = {"redis", "celery", "kombu", "grpc", "google"}
ALLOWED = {
    "redis": {"redis_client", "store", "lease", "celery_queue"},
    "celery": {"celery_queue", "worker_task", "worker"},
    "kombu": {"celery_queue"},
    "google": {"operations"},
}


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module)):
                found.add(module)
    return found


def _imports_of_all(path: Path) -> set[str]:
    """With those of our own modules that it imports."""
    seen: set[Path] = set()
    waiting, found = [path], set[str]()
    while waiting:
        here = waiting.pop()
        seen.add(here)
        for name in _imports(here):
            found.add(name.split(".")[0])
            ours = PACKAGE.parents[1] / (name.replace(".", "/") + ".py")
            if name.startswith("monshin_kit.jobs.") and ours not in seen:
                waiting.append(ours)
    return found


@pytest.mark.parametrize("name", PLAIN)
def test_the_plain_part_knows_no_driver_and_no_transport(name: str) -> None:
    """A service's core may import it."""
    assert not _imports_of_all(PACKAGE / f"{name}.py") & DRIVERS


@pytest.mark.parametrize("driver", ALLOWED)
def test_each_driver_is_known_to_its_own_files_only(driver: str) -> None:
    users = {path.stem for path in PACKAGE.glob("*.py") if driver in {name.split(".")[0] for name in _imports(path)}}
    assert users == ALLOWED[driver]


def test_all_is_what_it_says() -> None:
    assert [name for name in jobs.__all__ if not hasattr(jobs, name)] == []
    assert jobs.__all__ == sorted(jobs.__all__)


def test_the_scripts_keep_as_many_entries_as_the_store_says() -> None:
    assert re.search(r"MAX_EVENTS = (\d+)", script("submit")) is not None
    assert f"MAX_EVENTS = {MAX_EVENTS}" in script("submit")


def test_the_readme_holds_the_table_of_settings() -> None:
    assert markdown_table(JobSettings) in README.read_text()


@pytest.mark.parametrize("field", [{"lease_s": 0.5}, {"call_limit_s": 0}, {"max_lost": 0}, {"worker_processes": 0}])
def test_settings_that_cannot_work_are_refused(field: dict[str, float]) -> None:
    with pytest.raises(InvalidInput, match="MONSHIN_JOBS_"):
        JobSettings(**field)  # type: ignore[arg-type]


def test_a_table_of_handlers_is_imported_by_its_name() -> None:
    assert Handlers.imported("monshin_sample_jobs.handlers:HANDLERS") is HANDLERS
    for path in ("monshin_sample_jobs.handlers:NONE", "monshin_sample_jobs.nowhere:HANDLERS", "monshin_sample_jobs"):
        with pytest.raises(InvalidInput):
            Handlers.imported(path)


def test_a_kind_has_one_handler() -> None:
    with pytest.raises(InvalidInput, match=r"sample\.count"):
        HANDLERS.on(COUNT, count)
