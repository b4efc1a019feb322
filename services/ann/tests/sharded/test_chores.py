"""What the service tries until it succeeds: one that fails, or has a fault, harms none of the others."""

import json

import pytest
from monshin_ann.sharded.chores import Chores
from monshin_kit.errors import DataLoss, Unavailable
from monshin_kit.log import JsonFormatter
from prometheus_client import REGISTRY


async def test_what_fails_is_told_once_and_counted_while_it_lasts(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    errors: dict[str, Exception] = {
        "a": Unavailable("the store is away"), "b": DataLoss("damaged"), "c": ZeroDivisionError(),
    }  # fmt: skip
    done: list[str] = []

    def chore(name: str):  # type: ignore[no-untyped-def]
        async def run() -> None:
            if name in errors:
                raise errors[name]
            done.append(name)

        return run

    def stuck() -> float | None:
        return REGISTRY.get_sample_value("monshin_ann_sharded_stuck", {"chore": "test"})

    chores = Chores("test")
    for _ in range(3):
        await chores.run({name: chore(name) for name in "abcd"})
    assert done == ["d"] * 3
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR", "ERROR"]
    assert stuck() == 3
    errors["a"] = DataLoss("damaged")
    await chores.run({name: chore(name) for name in "abc"})
    assert caplog.records[-1].levelname == "ERROR", "another reason is told"
    errors.clear()
    await chores.run({"a": chore("a")})
    assert (done[-1], stuck()) == ("a", 0), "b and c are not there any more"
    assert caplog.records[-1].levelname == "INFO"
    written = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    assert {line["chore"] for line in written} == {"test"}, "also where only allowed fields are written"
