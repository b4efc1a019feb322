"""What the launcher starts for jobs."""

from pathlib import Path

from monshin.launcher.jobs import with_jobs
from monshin.launcher.units import Unit, units
from monshin.settings import ClientSettings


def test_a_redis_of_our_own_comes_before_the_services_that_use_it_and_their_worker(tmp_path: Path) -> None:
    services = units(ClientSettings())
    found, lacking = with_jobs(services, tmp_path, {})
    assert lacking == ""
    by_name = {unit.name: unit for unit in found}
    assert list(by_name) == ["redis", *(unit.name for unit in services), "ann-worker"]
    assert "redis" in by_name["ann"].after
    assert by_name["ann-worker"].after == ("redis", "ann")
    url = f"unix://{tmp_path}/data/redis/redis.sock"
    assert by_name["ann"].env["MONSHIN_JOBS_REDIS_URL"] == by_name["ann-worker"].env["MONSHIN_JOBS_REDIS_URL"] == url
    password = Path(by_name["ann"].env["MONSHIN_JOBS_REDIS_PASSWORD_FILE"])
    assert password.stat().st_mode & 0o077 == 0
    others = [unit for unit in services if unit.name != "ann"]
    assert [by_name[unit.name] for unit in others] == others, "who has no jobs sees nothing of it"


def test_a_configured_redis_is_used_and_none_started(tmp_path: Path) -> None:
    found, lacking = with_jobs(units(ClientSettings()), tmp_path, {"MONSHIN_JOBS_REDIS_URL": "redis://there:6379/0"})
    assert (lacking, [unit.name for unit in found if not unit.target]) == ("", ["ann-worker"])
    assert not (tmp_path / "data").exists()


def test_where_no_redis_can_be_had_the_services_start_all_the_same(tmp_path: Path) -> None:
    home = tmp_path / ("x" * 120)  # no socket can have so long a path
    services = [Unit("ann", "monshin_ann", "127.0.0.1:1")]
    found, lacking = with_jobs(services, home, {})
    assert found == services
    assert "path" in lacking
