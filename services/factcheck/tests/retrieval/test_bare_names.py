"""Which documents are nothing but a name."""

import pytest
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.bare_names import is_bare_name
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    return Analyser()


def alone(text: str, title: str = "", after: str = "") -> Passage:
    return Passage("corpora/c/documents/d", Span(0, len(text)), text, after=after, title=title)


@pytest.mark.parametrize(
    "text",
    ["慢性腎不全", "妊娠経過中の子宮頚管の裂傷", "膵石を伴う慢性膵炎", "２型糖尿病・腎合併症あり",
     "Displaced fracture of base of neck of right femur", "Type 2 diabetes mellitus, unspecified"],
)  # fmt: skip
def test_names_of_diseases_are(text: str, analyser: Analyser) -> None:
    assert is_bare_name(alone(text), analyser)


@pytest.mark.parametrize(
    "text",
    ["慢性腎不全では減量する", "副作用：出血", "メトホルミンは禁忌", "腎機能障害は軽度", "収縮期血圧 140 mmHg ≤ 目標",
     "Metformin is contraindicated", "Avoid grapefruit", "Fever.", ""],
)  # fmt: skip
def test_what_says_something_is_not(text: str, analyser: Analyser) -> None:
    assert not is_bare_name(alone(text), analyser)


def test_a_name_under_a_title_or_in_a_list_says_something(analyser: Analyser) -> None:
    """重度の腎機能障害 under 「メトホルミンの禁忌」 is evidence."""
    assert not is_bare_name(alone("重度の腎機能障害", title="メトホルミンの禁忌"), analyser)
    assert not is_bare_name(alone("重度の腎機能障害", after="透析"), analyser)
