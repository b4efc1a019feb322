"""doctor, keys, token, backup, restore: this machine and what it keeps."""

from pathlib import Path

import click
from monshin_kit import backup as backups
from monshin_kit.auth import Roles, dev
from rich.console import Console
from rich.table import Table

from monshin import certificates
from monshin.doctor import examine
from monshin.launcher import state
from monshin.settings import ClientSettings


@click.command()
@click.pass_obj
def doctor(settings: ClientSettings) -> None:
    """Say what this machine has: compiler, Redis, GPU, models, ports."""
    table = Table("", "what", "found", "advice")
    for check in examine(settings):
        mark = {True: "[green]✓[/]", False: "[red]✕[/]", None: "·"}[check.ok]
        table.add_row(mark, check.name, check.found, check.advice if check.ok is not True else "")
    Console().print(table)


@click.group()
def keys() -> None:
    """Keys for development and for compose."""


@keys.command("init")
@click.option("--dir", "folder", type=click.Path(path_type=Path), help="Default: keys/ in MONSHIN_HOME.")
@click.option(
    "--tls", "names", multiple=True, metavar="NAME", help="Also a CA and a certificate for this name; repeat."
)
@click.option("--service-token", "token_names", multiple=True, metavar="NAME", help="Also a token for this service.")
@click.option("--token-ttl", default=30 * 24 * 3600, show_default=True, help="How long service tokens last, seconds.")
@click.pass_obj
def keys_init(
    settings: ClientSettings, folder: Path | None, names: tuple[str, ...], token_names: tuple[str, ...], token_ttl: int
) -> None:
    """Make the key pair that signs development tokens, unless it exists."""
    place = folder or settings.home / "keys"
    made = dev.create_keys(place)
    click.echo(f"{place}: {'made a new signing key' if made else 'the signing key exists already'}")
    if names:
        written = certificates.create_certificates(place, names)
        click.echo(f"{place}: wrote {', '.join(written) if written else 'no certificate, all exist'}")
    for name in token_names:
        token = dev.sign_token(place / dev.SIGNING_KEY, "service", token_ttl, subject=f"service-{name}")
        dev.write_secret(place / f"{name}.token", token.encode())


@click.command()
@click.option("--role", required=True, type=click.Choice(Roles.load().names))
@click.option("--ttl", default=3600, show_default=True, help="Seconds until it ends.")
@click.option("--subject", default="", help="Who it names; default dev-{role}.")
@click.pass_obj
def token(settings: ClientSettings, role: str, ttl: int, subject: str) -> None:
    """Print a token of this machine's development key."""
    click.echo(dev.sign_token(settings.home / "keys" / dev.SIGNING_KEY, role, ttl, subject=subject))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def backup(settings: ClientSettings, folder: Path) -> None:
    """Copy all data of this machine into the new FOLDER; the services may run."""
    _report(backups.backup(settings.home / "data", folder), f"backed up to {folder}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.pass_obj
def restore(settings: ClientSettings, folder: Path) -> None:
    """Put the data of a backup in place, once all of it has been verified. The services must not run."""
    if state.read(settings.home) is not None or state.left_behind(settings.home):
        raise click.ClickException("services run on this data: `monshin down` first")
    _report(backups.restore(folder, settings.home / "data"), "verified and restored; what was there is kept beside it")


def _report(made: backups.Backup, what: str) -> None:
    click.echo(f"{len(made.files)} files, {made.size_bytes / 2**20:.1f} MiB {what}")
    if made.damaged:
        raise click.ClickException("damaged, not in the backup: " + ", ".join(made.damaged))


COMMANDS = (doctor, keys, token, backup, restore)
