"""Validate the blind test sets in `testsets/release/` and count their claims by kind and label.

    python testsets/count.py            # validate, print the tables
    python testsets/count.py --sums     # the same, then write SHA256SUMS

The second table of each set tells how far a label can be guessed from the claim alone. The line below it is a naive
Bayes classifier over character pairs that sees claims, never texts; it is tested on claims of texts that it was not
trained on. At the share of the most frequent label it has learnt nothing.
"""

import hashlib
import json
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

RELEASE = Path(__file__).parent / "release"
LABELS = ("SUPPORTED", "CONTRADICTED", "NOT_ENOUGH_EVIDENCE")
KINDS = frozenset(
    {
        "antonym", "comparator", "condition_dropped", "condition_kept", "dose", "double_negation", "english",
        "entailed_number", "exact", "free_contradiction", "frequency_duration", "laterality", "mixed", "negation",
        "number", "paraphrase_free", "population", "route", "swap", "synonym", "temporal_order", "unit",
        "unit_conversion", "unsaid",
    }
)  # fmt: skip
CHART_KINDS = frozenset(
    {
        "allergy", "date", "diagnosis", "dose", "laboratory", "laterality", "medication", "procedure", "social",
        "unsaid",
    }
)  # fmt: skip
FOLDS = 10


@dataclass(frozen=True, slots=True)
class Document:
    """A source text; `date` is ISO 8601."""

    id: str
    topic: str
    title: str
    text: str
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence whose `label` is decided by the text of its `document` alone."""

    id: str
    document: str
    claim: str
    label: str
    kind: str
    note: str


FEATURES: dict[str, Callable[[str], bool]] = {
    "negation": lambda text: bool(re.search(r"ない|なく|ません|ず[、にく]|不要|\bnot?\b|n't|without", text)),
    "digit": lambda text: bool(re.search(r"[0-90-9]", text)),
    "です・ます": lambda text: bool(re.search(r"(です|ます|ません|ました|でしょう|ください)[。、が]?", text)),
    "hedge": lambda text: bool(
        re.search(r"一般に|通常|基本的|原則|とされ|ことが多い|場合があ|おおむね|ようです|と考え", text)
    ),
    "absolute": lambda text: bool(
        re.search(r"必ず|すべて|全て|一切|常に|いつでも|絶対|だけ|のみ|always|never|only", text)
    ),
}


def main() -> None:
    """Write the tables to standard output; leave with a message at the first set that breaks a rule."""
    for name, stem, kinds in (("Documents", "", KINDS), ("Charts", "chart_", CHART_KINDS)):
        documents = [Document(**row) for row in rows(RELEASE / f"{stem}documents.jsonl")]
        claims = [Claim(**row) for row in rows(RELEASE / f"{stem}claims.jsonl")]
        validate(documents, claims, kinds)
        head = f"{name}: {len(documents)} texts, {len(claims)} claims."
        sys.stdout.write("\n".join([head, "", *kind_table(claims), "", *balance_table(claims), "", ""]))
    if "--sums" in sys.argv[1:]:
        files = sorted(RELEASE.glob("*.jsonl"))
        sums = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
        (RELEASE / "SHA256SUMS").write_text(sums, encoding="utf-8")


def rows(path: Path) -> Iterable[dict[str, str]]:
    """The objects of a JSONL file."""
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def validate(documents: list[Document], claims: list[Claim], kinds: frozenset[str]) -> None:
    """Leave with a message unless ids and claims are unique, and documents, labels and kinds are known."""
    known = {document.id for document in documents}
    problems = [f"document {id_} is there twice" for id_ in repeated(document.id for document in documents)]
    problems += [f"claim id {id_} is there twice" for id_ in repeated(claim.id for claim in claims)]
    problems += [f"claim is there twice: {text}" for text in repeated(claim.claim for claim in claims)]
    for claim in claims:
        problems += [f"{claim.id}: no document {claim.document}"] * (claim.document not in known)
        problems += [f"{claim.id}: unknown label {claim.label}"] * (claim.label not in LABELS)
        problems += [f"{claim.id}: unknown kind {claim.kind}"] * (claim.kind not in kinds)
        problems += [f"{claim.id}: empty claim or note"] * (not claim.claim or not claim.note)
    per_document = Counter(claim.document for claim in claims)
    problems += [f"{id_}: only {per_document[id_]} claims, at least 5 wanted" for id_ in known if per_document[id_] < 5]
    if problems:
        sys.exit("\n".join(problems))


def repeated(values: Iterable[str]) -> list[str]:
    """The values that come more than once."""
    return [value for value, times in Counter(values).items() if times > 1]


def kind_table(claims: list[Claim]) -> list[str]:
    """Lines of a Markdown table: kinds by label."""
    times = Counter((claim.kind, claim.label) for claim in claims)
    lines = ["| kind | " + " | ".join(LABELS) + " | all |", "|---|--:|--:|--:|--:|"]
    for kind in sorted({claim.kind for claim in claims}):
        counts = [times[kind, label] for label in LABELS]
        lines.append(f"| `{kind}` | " + " | ".join(map(str, counts)) + f" | {sum(counts)} |")
    totals = [sum(claim.label == label for claim in claims) for label in LABELS]
    lines.append("| all | " + " | ".join(map(str, totals)) + f" | {len(claims)} |")
    lines.append("| share | " + " | ".join(f"{total / len(claims):.0%}" for total in totals) + " | |")
    return lines


def balance_table(claims: list[Claim]) -> list[str]:
    """Lines of a Markdown table: what can be seen in a claim, by label; then the guess from the claim alone."""
    by_label = {label: [claim.claim for claim in claims if claim.label == label] for label in LABELS}
    lines = ["| of the claims | " + " | ".join(LABELS) + " |", "|---|--:|--:|--:|"]
    for name, seen in FEATURES.items():
        shares = [sum(map(seen, texts)) / len(texts) for texts in by_label.values()]
        lines.append(f"| {name} | " + " | ".join(f"{share:.0%}" for share in shares) + " |")
    lengths = [sum(map(len, texts)) / len(texts) for texts in by_label.values()]
    lines.append("| mean length, characters | " + " | ".join(f"{length:.1f}" for length in lengths) + " |")
    most = max(map(len, by_label.values())) / len(claims)
    guess = f"Most frequent label {most:.0%}; guessed from the claim alone {claim_only_accuracy(claims):.0%}."
    return [*lines, "", guess]


def claim_only_accuracy(claims: list[Claim]) -> float:
    """Share of labels that naive Bayes over character pairs guesses, folds by document, in [0, 1]."""
    documents = sorted({claim.document for claim in claims})
    fold = {document: number % FOLDS for number, document in enumerate(documents)}
    right = 0
    for held in range(FOLDS):
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        priors: Counter[str] = Counter()
        for claim in claims:
            if fold[claim.document] != held:
                seen[claim.label].update(pairs(claim.claim))
                priors[claim.label] += 1
        size = len(set().union(*seen.values()))
        totals = {label: sum(counts.values()) for label, counts in seen.items()}
        for claim in claims:
            if fold[claim.document] == held:
                scores = {
                    label: math.log(priors[label])
                    + sum(math.log((seen[label][pair] + 1) / (totals[label] + size)) for pair in pairs(claim.claim))
                    for label in seen
                }
                right += max(scores, key=lambda label: scores[label]) == claim.label
    return right / len(claims)


def pairs(text: str) -> set[str]:
    """The character pairs of a text, with its ends marked."""
    marked = f"^{text}$"
    return {marked[i : i + 2] for i in range(len(marked) - 1)}


if __name__ == "__main__":
    main()
