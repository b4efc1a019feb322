"""What `monshin factcheck results` prints of kept results."""

import io

from monshin.commands.kept import show_results
from monshin_protos.factcheck.v1 import factcheck_pb2, results_pb2
from rich.console import Console


def test_claims_of_every_verdict_are_counted() -> None:
    summary = factcheck_pb2.Summary(
        supported=1, contradicted=2, not_enough_evidence=4, conflicting=8, not_checkable=16, conditional=32
    )
    out = io.StringIO()
    show_results(Console(file=out, width=200), [results_pb2.Result(name="results/1", summary=summary)])
    assert " 63 " in out.getvalue()
