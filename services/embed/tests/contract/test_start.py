"""How the service starts, and what it says when it cannot."""

import asyncio
from pathlib import Path

import pytest
from monshin_embed.testing import EmbedServer, rows
from monshin_protos.embed.v1 import embed_pb2 as pb


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"MONSHIN_EMBED_MODEL": "kasys/jmed-me5-v0.1", "HF_ENDPOINT": "http://127.0.0.1:9"}, "hub does not answer"),
        ({"MONSHIN_EMBED_MODEL": "/no/such/folder"}, "there is no folder"),
        ({"MONSHIN_EMBED_BACKEND": "abacus"}, "MONSHIN_EMBED_BACKEND is 'abacus'"),
        ({"MONSHIN_EMBED_QUEUE_TOKENS": "many"}, "MONSHIN_EMBED_QUEUE_TOKENS"),
    ],
)
async def test_a_start_that_cannot_work_ends_with_the_reason(
    tmp_path: Path, cache_dir: Path, env: dict[str, str], words: str
) -> None:
    server = EmbedServer(tmp_path, cache_dir, {**env, "HF_HOME": str(tmp_path)})
    with pytest.raises(AssertionError, match="ended"):
        await asyncio.wait_for(server.__aenter__(), 120)
    assert words in server.process.log()


async def test_any_folder_is_served_by_one_line_of_settings(tmp_path: Path, cache_dir: Path, tiny_bert: Path) -> None:
    env = {"MONSHIN_EMBED_MODEL": str(tiny_bert), "MONSHIN_EMBED_BACKEND": "torch"}
    async with EmbedServer(tmp_path, cache_dir, env) as server:
        response = await server.stub().Embed(pb.EmbedRequest(kind=pb.KIND_QUERY, texts=["胸痛"]))
        assert rows(response).shape == (1, 32)
        assert response.fingerprint.model == "tiny-bert"
        assert await server.process.stop() == 0
