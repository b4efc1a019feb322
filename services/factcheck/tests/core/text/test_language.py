"""The guess at a text's language."""

import pytest
from monshin_factcheck.core.text.language import Language, guess_language


@pytest.mark.parametrize(
    "text",
    [
        "アスピリンを投与する。",
        "禁忌",
        "妊婦禁忌",
        "WPW症候群",
        "急性心筋梗塞",
        "eGFR 30未満",
        "血圧上昇時即中止",
        "",
        "120/80",
    ],
)
def test_japanese_is_known_even_without_kana(text: str) -> None:
    assert guess_language(text) is Language.JAPANESE


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin 100 mg",
        "Give lorazepam 4 mg IV.",
        "CRP 3.2 mg/dL",
        "The dose is 5 mg.",
        "Metformin 500 mg per day.",
        "Once daily.",
    ],
)
def test_english_is_known_even_in_notes(text: str) -> None:
    assert guess_language(text) is Language.ENGLISH


@pytest.mark.parametrize(
    "text",
    [
        "患者需要每天服用两次药物，不要停药。",
        "糖尿病患者禁用葡萄糖。",
        "孕婦禁用。",
        "每日三次。",
        "Metformina 500 mg due volte al giorno.",
        "Metformina 500 mg dos veces al día.",
        "Metformine 500 mg 2 fois par jour.",
        "Metformin 500 mg zweimal täglich.",
        "高血壓患者應該避免食用過多的鹽分，這是很重要的。",
        "환자에게 투여합니다",
        "Der Patient soll nicht trinken.",
        "La dose est de 5 mg",
        "aspirina es un medicamento para el dolor",
        "Πόνος στο στήθος",
        "Пациенту нельзя",
    ],
)
def test_other_languages_are_not_taken_for_ours(text: str) -> None:
    assert guess_language(text) is Language.OTHER
