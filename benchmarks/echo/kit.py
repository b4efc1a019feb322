"""The echo server by kit, with everything that kit does around a call."""

from monshin_kit.server import Runtime, run

from benchmarks.echo.servicer import SERVICE, EchoServicer


async def start(runtime: Runtime) -> None:
    """There is nothing to load."""
    runtime.serve(SERVICE, EchoServicer())


if __name__ == "__main__":
    run("echo", start, services=[SERVICE], port=50998)
