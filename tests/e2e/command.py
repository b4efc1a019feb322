"""The command `monshin` against one service, run beside the event loop of a test."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from monshin_kit.testing import ServiceProcess


@dataclass(frozen=True)
class Ended:
    """A command that ran."""

    status: int
    output: str
    errors: str

    @property
    def record(self) -> Any:
        """Its output as JSON."""
        assert self.status == 0, self.errors
        return json.loads(self.output)


Monshin = Callable[..., Awaitable[Ended]]


def against(ann: ServiceProcess) -> Monshin:
    """Runs the command, as a model developer of that home."""
    env = {**os.environ, "MONSHIN_HOME": str(ann.home), "MONSHIN_ANN_TARGET": ann.target}

    async def run(*arguments: str) -> Ended:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "monshin", *arguments,
            env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, errors = await asyncio.wait_for(process.communicate(), 120)
        return Ended(process.returncode or 0, output.decode(), errors.decode())

    return run
