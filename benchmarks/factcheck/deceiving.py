"""Sources written to deceive (services/factcheck/tests/data/deceiving) through the whole check: `python -m
benchmarks.factcheck.deceiving`, some minutes.

The tests ask the rules, and a reader that believes everything; here the default judges read.
"""

import asyncio
import json
from collections import Counter
from pathlib import Path

from monshin_factcheck.checking.checker import Run
from monshin_factcheck.core.claims.split import split_claims
from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.weighing import RULES

from benchmarks.factcheck.served_checker import served_checker

_DATA = Path(__file__).parents[2] / "services" / "factcheck" / "tests" / "data" / "deceiving"
# Documents here hold on any day.
_TODAY = "2026-01-01"


async def main() -> None:
    """Prints a line for each file: claims, how many a judge read, and their verdicts."""
    async with served_checker(keeps=False) as (checker, evidence_of):
        for file in sorted(_DATA.glob("*.jsonl")):
            verdicts: Counter[Verdict] = Counter()
            read = 0
            for case in map(json.loads, file.read_text("utf-8").splitlines()):
                claims = [claim for claim in split_claims(case["answer"], case["question"]) if claim.checkable]
                sources = [SourceText(one) if isinstance(one, str) else SourceText(**one) for one in case["sources"]]
                async for checked in checker.check(Run(evidence_of(sources), _TODAY), claims):
                    verdicts[checked.decision.verdict] += 1
                    read += any(judge != RULES for judge in checked.decision.judges_run)
            told = ", ".join(f"{verdict.name} {count}" for verdict, count in sorted(verdicts.items(), key=str))
            print(f"{file.name}: {verdicts.total()} claims, {read} read by a judge; {told or 'nothing is checked'}")


if __name__ == "__main__":
    asyncio.run(main())
