"""The settings of factcheck, read once from the environment."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from monshin_kit.settings import setting


@dataclass(frozen=True, slots=True)
class FactcheckSettings:
    """Read by `__main__`."""

    prefix: ClassVar[str] = "MONSHIN_FACTCHECK_"

    embed_target: str = setting("127.0.0.1:50051", "where embed is, host:port or dns:///name:port")
    ann_target: str = setting("127.0.0.1:50052", "where ann is")
    passages_judged: int = setting(
        8, "passages that judges see of each claim, besides superseded ones, which are only shown", unit="passages"
    )
    passages_found: int = setting(32, "passages that each kind of search brings before they are fused", unit="passages")
    judges: str = setting(
        "alignment,local",
        "judges beside the rules, by commas: `alignment`, `local`, `nli`, `support`, `llm`; `none`: no one",
    )
    judge_threads: int = setting(1, "CPU threads of the judges that compute here", unit="threads")
    judge_timeout_s: float = setting(
        60.0,
        "how long a judge that computes here may take for 8 claims, waiting behind other checks included",
        unit="s",
    )
    documents_read: int = setting(
        2, "documents of each claim that these judges read, or stretches where there are fewer", unit="documents"
    )
    weighings_dir: Path = setting(Path(), "a folder with your own maps of tools/fit_weighing.py; they go first")
    nli_model: str = setting("", "the model of `nli`: a folder, or a hub's name with an optional `@revision`")
    support_model: str = setting("", "the model of `support`, in the same way")
    second_query: bool = setting(False, "whether a corpus is also searched for each claim without its yes or no")
    reranker: str = setting("", "a folder with the model that orders passages anew before they are judged; empty: none")
    reranker_timeout_s: float = setting(10.0, "how long it may take for the passages of a claim", unit="s")
    llm_url: str = setting("", "the endpoint of `llm`, up to and with `/v1`; CLAIMS AND EVIDENCE ARE SENT THERE")
    llm_model: str = setting("", "the model's name at the endpoint of `llm`")
    llm_key_file: Path = setting(Path(), "a file with the endpoint's API key")
    llm_ca_file: Path = setting(Path(), "certificates that the endpoint is verified with; default: the system's")
    llm_plaintext: bool = setting(False, "whether `http://` may leave this machine")
    llm_timeout_s: float = setting(20.0, "how long `llm` may take for 8 claims, retries included", unit="s")
    llm_concurrency: int = setting(4, "requests to the endpoint at the same time", unit="requests")
    publish_patience_s: float = setting(
        600.0, "how long a publication waits for embed and ann before it FAILED", unit="s"
    )
    vector_grace_s: float = setting(60.0, "how long vectors of the version before are kept after a switch", unit="s")
    time_zone: str = setting(
        "Asia/Tokyo",
        "where times of FHIR sources are brought to before their day is told, and whose day ends a document's last one",
    )
    checks_limit: int = setting(32, "checks at the same time, explanations among them; more are refused", unit="checks")
    retention_days: float = setting(
        30.0, "how long results, and texts where a check stored them, are kept; 0: nothing", unit="days"
    )
