"""embed: texts to vectors."""

import asyncio
import json
import sys

import click
import numpy as np
from monshin_protos.embed.v1 import embed_pb2 as pb

from monshin.client import Client
from monshin.formats import argument_text, text_lines
from monshin.settings import ClientSettings

KINDS = {"query": pb.KIND_QUERY, "passage": pb.KIND_PASSAGE, "raw": pb.KIND_RAW}


@click.command()
@click.argument("texts", nargs=-1)
@click.option("--kind", type=click.Choice(tuple(KINDS)), default="query", show_default=True)
@click.option("--model", default="", help="Default: the server's first model.")
@click.option("--truncate", is_flag=True, help="Drop the end of a text that is too long, instead of failing.")
@click.option("--models", "show_models", is_flag=True, help="List the loaded models and end.")
@click.pass_obj
def embed(
    settings: ClientSettings, texts: tuple[str, ...], kind: str, model: str, truncate: bool, show_models: bool
) -> None:
    """Embed TEXTS, or the lines of stdin; one JSON line each."""
    if show_models:
        asyncio.run(_show_models(settings))
        return
    lines = [argument_text(text, "a text") for text in texts] or text_lines(sys.stdin.buffer.read())
    if not lines:
        raise click.UsageError("no text was given")
    truncation = pb.TRUNCATION_END if truncate else pb.TRUNCATION_ERROR
    asyncio.run(_embed(settings, lines, pb.EmbedRequest(model=model, kind=KINDS[kind], truncation=truncation)))


async def _embed(settings: ClientSettings, lines: list[str], template: pb.EmbedRequest) -> None:
    async with Client(settings) as client:
        for start in range(0, len(lines), 64):
            request = pb.EmbedRequest()
            request.CopyFrom(template)
            request.texts.extend(lines[start : start + 64])
            answer = await client.embed.Embed(request)
            rows = np.frombuffer(answer.vectors.data, dtype="<f4").reshape(-1, answer.vectors.dim)
            for row, report in zip(rows, answer.reports, strict=True):
                line = {
                    "vector": [round(float(x), 7) for x in row],
                    "tokens": report.token_count,
                    "tokens_dropped": report.tokens_dropped,
                    "fingerprint": answer.fingerprint.digest,
                }
                click.echo(json.dumps(line))


async def _show_models(settings: ClientSettings) -> None:
    async with Client(settings) as client:
        for model in (await client.embed.ListModels(pb.ListModelsRequest())).models:
            line = {
                "name": model.name, "model": model.fingerprint.model, "revision": model.fingerprint.revision,
                "dim": model.fingerprint.dim, "backend": model.backend, "device": model.device,
                "max_tokens": model.max_tokens, "fingerprint": model.fingerprint.digest, "licence": model.licence,
            }  # fmt: skip
            click.echo(json.dumps(line, ensure_ascii=False))
