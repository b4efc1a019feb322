"""Which claims tell a dose."""

import pytest
from monshin_factcheck.core.rules.doses import tells_dose
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.words import Analyser


@pytest.fixture(scope="module")
def reader() -> Reader:
    """With the built-in names."""
    return Reader(Analyser())


@pytest.mark.parametrize(
    "claim",
    [
        "ワルファリンは1回5 mgを経口投与する。", "ヘパリン40単位/kgを静注する。", "一日三回服用する。",
        "隔日で投与する。", "半錠を飲む。", "6時間ごとに吸入する。", "酸素を2 L/分で投与する。",
        "点滴速度は20 mL/時とする。", "用量を3分の1に減らす。", "半量にする。", "用量は2割減らす。",
        "7日間投与する。", "30分かけて点滴する。", "座薬を使うときは6時間以上あける。", "朝夕の食後に服用する。",
        "就寝前に飲む。", "1筒を静注する。", "水を1日1.5 L飲む。", "Take two tablets.", "It is given twice a day.",
        "The dose is reduced to one third.", "The dose is halved.", "Infuse over 30 minutes.", "Treat for 7 days.",
        "Take it at bedtime.", "Ten milligrams daily.", "Lasix 40 IV.", "Slow IV push.", "Take it at 8 am.",
        "Use one suppository.", "半分から始める。",
        "ノルアドレナリンは3γで開始する。", "セフトリアキソンを1V点滴する。", "フェニトインは1分で静注する。",
        "ロキソニン1Tを頓服する。", "ワルファリンは3割減とする。", "8時と20時に飲む。", "月水金に服用する。",
        "カルボプラチンはAUC5とする。", "除菌は1週間である。", "セレコキシブは生涯続ける。", "緩徐に静注する。",
    ],
)  # fmt: skip
def test_told(reader: Reader, claim: str) -> None:
    assert tells_dose(reader.read(claim))


@pytest.mark.parametrize(
    "claim",
    [
        "ワルファリンは抗凝固薬である。", "新生児の呼吸数は毎分40〜60回である。", "脈拍は1分間に80回である。",
        "HbA1cは6.5％以上である。", "eGFRが30 mL/分/1.73m2未満では禁忌である。", "食前血糖は110 mg/dL未満である。",
        "潜伏期は10〜12日である。", "腫瘍は5 cmである。", "ワルファリン投与中は納豆を避ける。",
        "体重60 kgの患者である。", "The heart rate is 60 beats per minute.", "Warfarin is an anticoagulant.",
        "Aspirin must not be given to children.", "HbA1cが6.5％以上なら糖尿病型である。",
        "ワルファリンの作用は納豆で弱まる。", "75歳以上では慎重に投与する。",
    ],
)  # fmt: skip
def test_not_told(reader: Reader, claim: str) -> None:
    assert not tells_dose(reader.read(claim))
