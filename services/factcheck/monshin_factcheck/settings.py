"""The settings of factcheck, read once from the environment."""

from dataclasses import dataclass
from typing import ClassVar

from monshin_kit.settings import setting


@dataclass(frozen=True, slots=True)
class FactcheckSettings:
    """Read by `__main__`."""

    prefix: ClassVar[str] = "MONSHIN_FACTCHECK_"

    embed_target: str = setting("127.0.0.1:50051", "where embed is, host:port or dns:///name:port")
    ann_target: str = setting("127.0.0.1:50052", "where ann is")
    passages_judged: int = setting(8, "passages that judges see of each claim", unit="passages")
    passages_found: int = setting(32, "passages that each kind of search brings before they are fused", unit="passages")
    judge: str = setting("none", "the judge that reads beside the rules: `local` (on trial), or `none`")
    judge_threads: int = setting(1, "CPU threads of the judge `local`", unit="threads")
    documents_read: int = setting(2, "documents of each claim that the judge reads", unit="documents")
    publish_patience_s: float = setting(
        600.0, "how long a publication waits for embed and ann before it FAILED", unit="s"
    )
    vector_grace_s: float = setting(60.0, "how long vectors of the version before are kept after a switch", unit="s")
    time_zone: str = setting("Asia/Tokyo", "where times of FHIR sources are brought to before their day is told")
    checks_limit: int = setting(32, "checks at the same time; more are refused", unit="checks")
    retention_days: float = setting(
        30.0, "how long results, and texts where a check stored them, are kept; 0: nothing", unit="days"
    )
