"""What is said of the answer itself, against a medical statement with the same words."""

import pytest
from monshin_factcheck.core.claims.split import whole_claim


@pytest.mark.parametrize(
    "text",
    [
        "私はAIです。",
        "AIなので、診断はできません。",
        "AIアシスタントとして、情報を提供します。",
        "この回答は診断の代わりにはなりません。",
        "医師の診断に代わるものではありません。",
        "診断や治療を代替するものではありません。",
        "この情報は診断を目的としたものではありません。",
        "この説明は医学的助言を目的としたものではありません。",
        "これは一般的な情報です。",
        "参考までに。",
        "ご不明な点がございましたら、お気軽にご質問ください。",
        "何かあれば、遠慮なくお尋ねください。",
        "お役に立てば幸いです。",
        "了解しました。",
        "以下にワルファリンの注意点をまとめます。",
        "用法は以下のとおりです。",
        "This information is not a substitute for professional medical advice.",
        "This is general information only and not medical advice.",
        "I hope this helps!",
        "Feel free to ask if you have any questions.",
        "If you have more questions, feel free to ask!",
        "Let me know if you have any other questions.",
        "Certainly! Here is an overview.",
        "In summary:",
        "The following are contraindicated:",
        "Hello!",
    ],
)
def test_a_disclaimer_or_a_polite_phrase_is_no_claim(text: str) -> None:
    assert not whole_claim(text).checkable


@pytest.mark.parametrize(
    "text",
    [
        # Words that end in AI, and AI for aromatase inhibitor.
        "妊婦にもRAIの投与が可能である。",
        "LAIの投与は妊婦にも安全である。",
        "AIの投与は閉経前でも有効である。",
        "AIとして使うレトロゾールは妊婦に安全である。",
        "Letrozole as an AI is safe in pregnancy.",
        # A purpose or a substitute of something else than the answer.
        "診断を目的とした妊婦への造影は安全である。",
        "治療の代わりに妊婦へ放射線を用いる。",
        "この薬は治療の代わりにはなりません。",
        "造影は診断を目的としたものではありません。",
        "Aspirin is not a substitute for warfarin.",
        "Warfarin is not intended as monotherapy.",
        # A statement beside the phrase.
        "私は医師ですが、ワルファリンは妊婦に安全です。",
        "一般的な情報ですが、ワルファリンは妊婦に安全です。",
        "一般的な説明として、ワルファリンは妊婦に安全である。",
        "患者への情報提供で転倒が減る。",
        "目安として1日10 mgです。",
        "ワルファリンは妊婦にも安全なので、お気軽にご相談ください。",
        "ワルファリンは妊婦にも安全ですが、心配なら医師に相談してください。",
        "了解不能な妄想は統合失調症にみられる。",
        "以下の患者には投与できると説明します。",
        "次に、ワルファリンは妊婦に安全であることを示した研究がある。",
        "Hi, warfarin is safe in pregnancy.",
        "Feel free to take warfarin in pregnancy.",
        "Warfarin is safe in pregnancy, but let me know about bleeding.",
        "Warfarin is safe in pregnancy, but consult your doctor.",
        "Sure, I can confirm that warfarin is safe in pregnancy.",
        "Here is the answer: warfarin is safe in pregnancy.",
        "In summary, warfarin is safe in pregnancy.",
        "The following drugs are safe in pregnancy: warfarin.",
        "Note that the above dose is safe in pregnancy.",
    ],
)
def test_a_medical_statement_with_the_words_of_one_is_a_claim(text: str) -> None:
    """Hazard: what is not judged looks harmless."""
    assert whole_claim(text).checkable
