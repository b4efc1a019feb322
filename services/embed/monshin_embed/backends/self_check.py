"""Does a converted model still say what its original says? Asked at each load, on texts that everybody may read."""

from collections.abc import Sequence

import numpy as np
from monshin_kit.errors import FailedPrecondition

from monshin_embed.core.batch import Encoder, Rows, pad
from monshin_embed.core.request import Kind
from monshin_embed.core.tokenizer import Tokenizer

PROBES: Sequence[str] = (
    "熱",
    "MI",
    "急性心筋梗塞の初期対応について教えてください。",
    "ワルファリン内服中は納豆、クロレラ、青汁を避ける。",
    "アドレナリン0.3mgを大腿前外側に筋肉内注射する。",
    "腎機能が低下した患者では、メトホルミンの用量を減らすか中止する。eGFRが30未満の場合は投与しない。",
    "ペニシリンに対するアレルギーがある場合、セフェム系抗菌薬の投与前に、過去の反応の種類と重さを確かめる。",
    "血清カリウムが6.5mEq/Lを超え、心電図に高く尖ったT波があるときは、直ちにグルコン酸カルシウムを静注する。",
    "妊娠中は服用しないでください。",
    "Give 1 g of tranexamic acid over 10 minutes.",
    "Chest pain that spreads to the left arm and does not stop at rest is an emergency.",
    "Patients with an eGFR below 30 mL/min should not receive metformin; above 45 no change of dose is needed.",
    "The laboratory reports haemoglobin A1c in percent (NGSP) and in mmol/mol (IFCC).",
    "Hand hygiene before and after each contact with a patient prevents most transmissions in the ward.",
    "12345 67.8 % ± 0.9",
    "高血圧の診断は、診察室血圧で140/90mmHg以上とする。家庭血圧では135/85mmHg以上とし、五日以上の平均で判断する。" * 3,
)


def probe(encoder: Encoder, tokenizer: Tokenizer) -> Rows:
    """The rows of the probe texts, computed in two batches so that padding takes part."""
    texts = [text.ids for text in tokenizer.read(PROBES, Kind.RAW)]
    half = len(texts) // 2
    batches = (pad(part, tokenizer.pad_id) for part in (texts[:half], texts[half:]))
    return np.concatenate([encoder.encode(batch) for batch in batches])


def check(encoder: Encoder, tokenizer: Tokenizer, original: Rows, least: float) -> None:
    """Raises FailedPrecondition unless the mean cosine to the original's rows is at least `least`."""
    cosine = float((probe(encoder, tokenizer) * original).sum(axis=1).mean())
    if not cosine >= least:
        raise FailedPrecondition(
            f"the converted model differs from its original: mean cosine {cosine:.5f} over {len(PROBES)} texts, "
            f"at least {least} is needed. Choose another backend, or empty the cache folder to convert again",
            reason="SELF_CHECK_FAILED",
        )
