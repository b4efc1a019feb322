"""Monshin (問診): examine a medical language model before trusting it. SDK and command line.

>>> import asyncio, monshin
>>> async def example() -> None:
...     async with monshin.Client() as client:
...         async for result in client.check_answer("ワルファリンは納豆と一緒に飲む。", corpus="demo"):
...             print(result.verdict, result.claim)
>>> asyncio.run(example())  # doctest: +SKIP
"""

import monshin_kit  # noqa: F401  # before grpc, which it silences

from monshin.client import Client
from monshin.results import ClaimResult, Evidence, Finding, Verdict
from monshin.settings import ClientSettings

__all__ = ["ClaimResult", "Client", "ClientSettings", "Evidence", "Finding", "Verdict"]
