"""What the tests of the web app check against what."""

from small_judge import Document

SOURCE = "みなと記念総合病院 医薬品集（デモ用・架空）"
DOCUMENTS = [
    Document(
        "drug-warfarin",
        "ワルファリン",
        "😀ワルファリンの目標PT-INRは通常2.0〜3.0とする。導入期は2〜3日ごとに測定し、安定後は少なくとも4週ごとに測る。"
        "妊娠中のワルファリンは禁忌である。",
        SOURCE,
        "2025-06-18",
    ),
    Document(
        "drug-acetaminophen",
        "アセトアミノフェン",
        "アセトアミノフェンの成人の1日総量は4,000 mgまでとする。",
        SOURCE,
        "2024-02-09",
    ),
]

# A supported claim with an emoji before it, a contradicted one, an open one and one that is none.
ANSWER = (
    "👨‍👩‍👧 ワルファリンの目標PT-INRは通常2.0〜3.0です。アセトアミノフェンの成人の1日総量は6,000 mgまでです。"
    "漢方薬は冷え症に効きます。主治医に相談してください。"
)
