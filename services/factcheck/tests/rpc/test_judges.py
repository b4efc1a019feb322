"""The real process with judges that read: a small real classifier and a real endpoint that breaks."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from monshin_factcheck.testing import TEXT, ChatServer, said
from monshin_kit.testing import ServiceProcess, eventually
from monshin_protos.factcheck.v1 import explain_pb2, explain_pb2_grpc, factcheck_pb2_grpc, results_pb2, results_pb2_grpc
from monshin_protos.factcheck.v1 import factcheck_pb2 as pb

transformers = pytest.importorskip("transformers", reason="the judge `nli` needs monshin-factcheck[nli]")
tokenizers = pytest.importorskip("tokenizers")

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLAIM = "ワルファリンは納豆で効かなくなるおそれがある。"
KEY = "a-secret-key-of-the-endpoint"
QUOTE = "納豆はワルファリンの作用を弱める"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ChatServer]:
    """Behaves well until told otherwise."""
    one = ChatServer()
    yield one
    one.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory, endpoint: ChatServer) -> AsyncIterator[ServiceProcess]:
    """Judges nli (untrained: only its mechanics are under test), support (a folder that is missing), and llm."""
    home = tmp_path_factory.mktemp("judges")
    vocabulary = {"[PAD]": 0, "[UNK]": 1}
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=words, unk_token="[UNK]", pad_token="[PAD]")
    fast.save_pretrained(home / "nli")
    config = transformers.BertConfig(
        vocab_size=2, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        id2label={0: "entailment", 1: "neutral", 2: "contradiction"},
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(home / "nli")
    (home / "key").write_text(KEY)
    environment = {
        "MONSHIN_FACTCHECK_JUDGES": "nli, support, llm",
        "MONSHIN_FACTCHECK_NLI_MODEL": str(home / "nli"),
        "MONSHIN_FACTCHECK_SUPPORT_MODEL": str(home / "nowhere"),
        "MONSHIN_FACTCHECK_LLM_URL": endpoint.url,
        "MONSHIN_FACTCHECK_LLM_MODEL": "m",
        "MONSHIN_FACTCHECK_LLM_TIMEOUT_S": "1",
        "MONSHIN_FACTCHECK_LLM_KEY_FILE": str(home / "key"),
        "HF_HUB_OFFLINE": "1",
        "MONSHIN_LOG_LEVEL": "debug",
    }
    endpoint.behave = lambda body: (200, said("SUPPORTED", QUOTE))
    async with ServiceProcess("monshin_factcheck", home, environment) as process:
        await eventually(lambda: process.log().count("a judge is") == 3, "judges are ready or missing", limit_s=300)
        yield process


async def check(server: ServiceProcess, claim: str = CLAIM) -> tuple[pb.ClaimResult, dict[str, str]]:
    stub: factcheck_pb2_grpc.FactcheckServiceAsyncStub = factcheck_pb2_grpc.FactcheckServiceStub(server.channel())
    request = pb.CheckClaimsRequest(claims=[pb.ClaimInput(claim=claim, sources=[pb.Source(text=TEXT)])])
    events = [event async for event in stub.CheckClaims(request, timeout=60)]
    return events[0].claim_result, {one.component: one.reason for one in events[-1].summary.not_run}


async def test_each_judge_is_named_with_its_words_and_its_revision(server: ServiceProcess) -> None:
    result, not_run = await check(server)
    assert sorted(result.judges_run) == ["llm", "nli", "rules"]
    assert sorted(opinion.judge for opinion in result.opinions) == ["llm", "nli", "rules"]
    for opinion in result.opinions:
        assert len(opinion.revision) == 64
        assert TEXT[opinion.span.start : opinion.span.end] == opinion.quote
        odds = opinion.probabilities
        assert odds.supported + odds.contradicted + odds.neither == pytest.approx(1)
    assert {opinion.judge: opinion.quote for opinion in result.opinions}["llm"] == QUOTE
    assert not result.calibrated
    assert not_run == {"judge:support": "FAILED_PRECONDITION"}


async def test_a_result_names_the_revisions_of_all_judges_and_an_explanation_their_margin(
    server: ServiceProcess,
) -> None:
    """The local calibration is of exactly these judges."""
    sources = [pb.Source(text=TEXT)]
    checks: factcheck_pb2_grpc.FactcheckServiceAsyncStub = factcheck_pb2_grpc.FactcheckServiceStub(server.channel())
    request = pb.CheckClaimsRequest(claims=[pb.ClaimInput(claim=CLAIM, sources=sources)])
    *_, last = [event async for event in checks.CheckClaims(request, timeout=60)]
    results: results_pb2_grpc.ResultServiceAsyncStub = results_pb2_grpc.ResultServiceStub(server.channel())
    kept = await results.GetResult(results_pb2.GetResultRequest(name=last.summary.result))
    assert [word.partition("@")[0] for word in kept.judge_revision.split()] == ["llm", "nli"]
    local = await results.GetLocalCalibration(results_pb2.GetLocalCalibrationRequest())
    assert local.judge_revision == kept.judge_revision
    explains: explain_pb2_grpc.ExplainServiceAsyncStub = explain_pb2_grpc.ExplainServiceStub(server.channel())
    told = await explains.ExplainClaim(explain_pb2.ExplainClaimRequest(claim=CLAIM, sources=sources))
    margins = {one.measure: one.threshold for one in told.reasons if one.measure.startswith("p_")}
    assert margins
    assert set(margins.values()) == {0.9}  # no map was fitted for these judges: the careful one


async def test_a_claim_that_the_rules_settle_costs_no_reader(server: ServiceProcess, endpoint: ChatServer) -> None:
    asked = len(endpoint.bodies)
    result, _ = await check(server, "ワルファリンの維持量は1日50 mgである。")
    assert (result.verdict, list(result.judges_run)) == (pb.VERDICT_CONTRADICTED, ["rules"])
    assert len(endpoint.bodies) == asked


async def test_a_quick_verdict_comes_first_and_is_refined(server: ServiceProcess) -> None:
    stub: factcheck_pb2_grpc.FactcheckServiceAsyncStub = factcheck_pb2_grpc.FactcheckServiceStub(server.channel())
    request = pb.CheckAnswerRequest(answer=CLAIM, sources=[pb.Source(text=TEXT)])
    results = [event.claim_result async for event in stub.CheckAnswer(request) if event.HasField("claim_result")]
    assert list(results[0].judges_run) == ["rules"]
    assert [result.provisional for result in results] == [*[True] * (len(results) - 1), False]
    assert sorted(results[-1].judges_run) == ["llm", "nli", "rules"]


async def test_an_endpoint_that_answers_nonsense_is_not_heard(server: ServiceProcess, endpoint: ChatServer) -> None:
    endpoint.behave = lambda body: (200, said("SUPPORTED", "どこにもない言葉である"))
    result, not_run = await check(server)
    assert sorted(result.judges_run) == ["nli", "rules"]
    assert not_run["judge:llm"] == "INTERNAL"


async def test_an_endpoint_that_is_slow_or_down_is_named_and_the_others_answer(
    server: ServiceProcess, endpoint: ChatServer
) -> None:
    endpoint.is_slow = True
    result, not_run = await check(server)
    assert (sorted(result.judges_run), not_run["judge:llm"]) == (["nli", "rules"], "DEADLINE_EXCEEDED")
    endpoint.close()
    result, not_run = await check(server)
    assert (sorted(result.judges_run), not_run["judge:llm"]) == (["nli", "rules"], "UNAVAILABLE")


async def test_neither_text_nor_key_is_in_the_log(server: ServiceProcess, endpoint: ChatServer) -> None:
    """Not even where it tells all."""
    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}"
    log = server.log()
    assert '"DEBUG"' in log
    assert not [word for word in ("ワルファリン", "納豆", json.dumps("納豆").strip('"'), KEY) if word in log]
