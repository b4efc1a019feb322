"""up, down, status: the services of this machine."""

import asyncio
import sys

import click
from rich.console import Console
from rich.table import Table

from monshin.launcher import detach, state
from monshin.launcher.health import is_serving
from monshin.launcher.jobs import with_jobs
from monshin.launcher.supervisor import Supervisor
from monshin.launcher.units import units
from monshin.settings import ClientSettings


@click.command()
@click.option("--detach", "in_background", is_flag=True, help="Return once all services serve; they go on running.")
@click.pass_obj
def up(settings: ClientSettings, in_background: bool) -> None:
    """Start all services, restart those that die, and drain them on Ctrl-C."""
    running = state.read(settings.home)
    if running is not None:
        if in_background and running.is_serving:
            click.echo(f"All services run already (launcher {running.pid}).")
            return
        raise click.ClickException(f"a launcher runs already (process {running.pid}): `monshin down` ends it")
    if orphans := state.left_behind(settings.home):
        names = ", ".join(unit.name for unit in orphans)
        raise click.ClickException(f"a killed launcher left {names} behind: `monshin down` ends them")
    if in_background:
        detach.start(settings.home.resolve(), _Progress())
    else:
        home = settings.home.resolve()
        wanted, lacking = with_jobs(units(settings), home)
        if lacking:
            click.echo(f"Without long jobs: {lacking}", err=True)
        asyncio.run(Supervisor(home, wanted, _Progress()).run())
        return
    click.echo(f"Web page: http://{settings.gateway_target}/   (development sign-in, this machine only)")


@click.command()
@click.pass_obj
def down(settings: ClientSettings) -> None:
    """Drain and end all services."""
    click.echo("Stopped." if detach.stop(settings.home) else "Nothing runs.")


@click.command()
@click.pass_obj
def status(settings: ClientSettings) -> None:
    """Show each service, asked now. Exit status 1 unless all serve."""
    known = state.read(settings.home)
    states = {unit.name: unit for unit in known.units} if known else {}
    table = Table("service", "target", "health", "process", "restarts", "log")
    wanted = units(settings)

    async def ask() -> list[bool]:
        return list(await asyncio.gather(*map(is_serving, wanted)))

    answers = asyncio.run(ask())
    for unit, serves in zip(wanted, answers, strict=True):
        mine = states.get(unit.name)
        health = "[green]● serving[/]" if serves else "[red]○ not serving[/]"
        process = (str(mine.pid), str(mine.restarts), mine.log) if mine else ("–", "–", "–")
        table.add_row(unit.name, unit.target, health, *process)
    for helper in [each for name, each in states.items() if name not in {unit.name for unit in wanted}]:
        table.add_row(helper.name, "", helper.state, str(helper.pid), str(helper.restarts), helper.log)
    Console().print(table)
    if not all(answers):
        sys.exit(1)


class _Progress:
    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def __call__(self, now: state.State) -> None:
        for unit in now.units:
            if unit.pid and self._told.get(unit.name) != unit.state:
                self._told[unit.name] = unit.state
                click.echo(f"{unit.name:<10} {unit.state:<10} {unit.target}".rstrip())


COMMANDS = (up, down, status)
