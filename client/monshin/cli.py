"""The command `monshin`."""

import sys

import click
import grpc
from monshin_kit.errors import MonshinError
from monshin_kit.settings import load

from monshin.commands import ann, audit, corpus, demo, embed, factcheck, index, lifecycle, machine
from monshin.settings import ClientSettings


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="monshin")
@click.pass_context
def cli(context: click.Context) -> None:
    """Monshin (問診): examine a medical language model before trusting it."""
    context.obj = load(ClientSettings)


for command in (
    *lifecycle.COMMANDS,
    *machine.COMMANDS,
    audit.audit,
    embed.embed,
    ann.ann,
    index.index,
    factcheck.factcheck,
    corpus.corpus,
    demo.demo,
):
    cli.add_command(command)


def main() -> None:
    """Runs a command; errors are one line on stderr, and exit status 1 (2 for wrong usage, by click)."""
    try:
        cli()
    except MonshinError as error:
        click.echo(f"monshin: {error.message}", err=True)
        sys.exit(1)
    except grpc.aio.AioRpcError as error:
        click.echo(f"monshin: {_explain(error)}", err=True)
        sys.exit(1)


def _explain(error: grpc.aio.AioRpcError) -> str:
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        return f"a service does not answer ({error.details()}): `monshin status` shows them, `monshin up` starts them"
    return f"{error.code().name}: {error.details()}"
