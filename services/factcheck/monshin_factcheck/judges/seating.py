"""The judges that the settings ask for, each at a seat of its own, and the reranker."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import FailedPrecondition, InvalidInput, MonshinError

from monshin_factcheck.checking.posts import InThread, Worker
from monshin_factcheck.checking.reranking import RerankerPost, Reranking
from monshin_factcheck.checking.seats import Seat
from monshin_factcheck.core.alignment.judge import AlignmentJudge
from monshin_factcheck.core.retrieval.reranker import Reranker
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.semantic import Answer, Reading, SemanticJudge
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.settings import FactcheckSettings

_NOBODY = "none"
# The rules always judge: to name them is not wrong.
_ALWAYS = "rules"

JudgeWorker = Worker[Reading, Answer | MonshinError]


def names_of(judges: str) -> tuple[str, ...]:
    """The judges beside the rules that a setting names, each once, in its order.

    >>> names_of("rules, local alignment,local"), names_of("none")
    (('local', 'alignment'), ())
    """
    return tuple(dict.fromkeys(name for name in re.split(r"[\s,]+", judges) if name not in ("", _NOBODY, _ALWAYS)))


def seats(settings: FactcheckSettings, cache: Path) -> list[Seat]:
    """In the order of the settings. cache: where models that have to be prepared are kept.

    Raises InvalidInput for a judge that nobody knows. One that cannot work here is found out when its seat opens.
    """
    known: dict[str, Callable[[FactcheckSettings, Path], JudgeWorker]] = {
        "alignment": _alignment, "local": _local, "nli": _nli, "support": _support, "llm": _llm,
    }  # fmt: skip
    names = names_of(settings.judges)
    for name in names:
        if name not in known:
            raise InvalidInput(
                f"MONSHIN_FACTCHECK_JUDGES names {name!r}: there are {', '.join(known)}, and `none`",
                field="MONSHIN_FACTCHECK_JUDGES",
            )
    return [Seat(name, known[name](settings, cache), timeout_s=_timeout_s(name, settings)) for name in names]


def reranking(settings: FactcheckSettings) -> Reranking:
    """With the reranker of the settings, if there is one; what is wrong with its folder is found out when it opens."""
    folder = settings.reranker
    if not folder:
        return Reranking()
    worker = InThread(partial(_load_reranker, folder, settings.judge_threads))
    return Reranking(RerankerPost(Path(folder).name, worker, timeout_s=settings.reranker_timeout_s))


def _timeout_s(name: str, settings: FactcheckSettings) -> float:
    # The endpoint keeps the time of each request itself, so that the answers that came in time count.
    return settings.llm_timeout_s + 1 if name == "llm" else settings.judge_timeout_s


def _alignment(settings: FactcheckSettings, cache: Path) -> JudgeWorker:
    return InThread(lambda: AlignmentJudge(Reader(Analyser())))


def _local(settings: FactcheckSettings, cache: Path) -> JudgeWorker:
    return InThread(partial(_load_local, Artefacts(cache), settings.judge_threads))


def _load_local(artefacts: Artefacts, threads: int) -> SemanticJudge:
    try:
        from monshin_factcheck.judges.local.judge import ADAPTER, LocalJudge  # torch: seconds, and not in every image
    except ImportError as error:
        raise FailedPrecondition("the judge `local` needs monshin-factcheck[local]") from error
    return LocalJudge(artefacts, ADAPTER, threads=threads)


def _nli(settings: FactcheckSettings, cache: Path) -> JudgeWorker:
    return InThread(partial(_load_classifier, "nli", settings.nli_model, settings.judge_threads))


def _support(settings: FactcheckSettings, cache: Path) -> JudgeWorker:
    return InThread(partial(_load_classifier, "support", settings.support_model, settings.judge_threads))


def _load_classifier(name: str, model: str, threads: int) -> SemanticJudge:
    if not model:
        raise FailedPrecondition(f"the judge `{name}` needs MONSHIN_FACTCHECK_{name.upper()}_MODEL")
    try:
        from monshin_factcheck.judges.classifier import nli, support
    except ImportError as error:
        raise FailedPrecondition(f"the judge `{name}` needs monshin-factcheck[nli]") from error
    judge = nli.NliJudge if name == nli.NliJudge.NAME else support.SupportJudge
    return judge.load(model, threads=threads)


def _load_reranker(folder: str, threads: int) -> Reranker:
    try:
        from monshin_factcheck.judges.classifier.cross_encoder import CrossEncoder
    except ImportError as error:
        raise FailedPrecondition("a reranker needs monshin-factcheck[nli]") from error
    return CrossEncoder.load(folder, threads=threads)


def _llm(settings: FactcheckSettings, cache: Path) -> JudgeWorker:
    try:
        from monshin_factcheck.judges.llm.endpoint import Endpoint
        from monshin_factcheck.judges.llm.judge import LlmJudge
    except ImportError:
        return InThread(_without_llm)

    endpoint = Endpoint(
        url=settings.llm_url,
        model=settings.llm_model,
        key_file=settings.llm_key_file,
        ca_file=settings.llm_ca_file,
        may_be_plaintext=settings.llm_plaintext,
        timeout_s=settings.llm_timeout_s,
        concurrency=settings.llm_concurrency,
    )
    return LlmJudge(endpoint)


def _without_llm() -> SemanticJudge:
    raise FailedPrecondition("the judge `llm` needs monshin-factcheck[llm]")
