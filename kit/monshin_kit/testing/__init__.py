"""Real parts for tests: a server process, tokens, an OTLP receiver, a proxy that breaks connections."""

from monshin_kit.testing.otlp import OtlpReceiver
from monshin_kit.testing.ports import free_port
from monshin_kit.testing.process import ServiceProcess
from monshin_kit.testing.proxy import FaultProxy
from monshin_kit.testing.waiting import eventually

__all__ = ["FaultProxy", "OtlpReceiver", "ServiceProcess", "eventually", "free_port"]
