"""Maps that were fitted, as files."""

import json
import sys
from pathlib import Path

import pytest
from monshin_factcheck.core.rules.revision import rules_revision
from monshin_factcheck.core.weighing import RULES, Weighings
from monshin_factcheck.judges.fitted import BUILT_IN, load_weighings
from monshin_factcheck.judges.seating import names_of, seats
from monshin_factcheck.settings import FactcheckSettings
from monshin_kit.errors import FailedPrecondition, InvalidInput

MAP = {
    "revisions": {"nli": "1", "rules": "0"}, "temperature": 1.5, "least_supported": 0.9, "least_contradicted": 0.8,
    "weights": {"nli:supported": [1, 0, 0]},
}  # fmt: skip


def test_the_built_in_maps_are_sound() -> None:
    found = load_weighings([BUILT_IN])
    assert [sorted(weighing.judges) for weighing in found] == [["alignment", "local"], ["local"]]
    assert all(0.5 <= weighing.supported <= 1 for weighing in found)
    assert all(weighing.revisions[RULES] == rules_revision() for weighing in found), "fit anew: README, Weighing"


def test_the_default_judges_have_a_map_together_and_one_for_where_local_alone_answers() -> None:
    """Hazard: another judge sits by default, and its answers count for nothing; `local` is asked where it failed."""
    mapped = [set(weighing.judges) for weighing in load_weighings([BUILT_IN])]
    default = set(names_of(FactcheckSettings().judges))
    assert [judges for judges in (default, {"local"}) if judges not in mapped] == [], "fit anew: README, Weighing"


def test_a_hospitals_own_map_comes_before_the_built_in_one(tmp_path: Path) -> None:
    for folder, least in (("ours", 0.9), ("theirs", 0.7)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "nli.json").write_text(json.dumps({**MAP, "least_supported": least}))
    found = Weighings(load_weighings([tmp_path / "ours", tmp_path / "theirs"]), "0").of({"nli": "1"})
    assert (found.supported, found.temperature, found.is_calibrated) == (0.7, 1.5, True)


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({**MAP, "weights": {"nli:supported": [1]}})])
def test_a_file_that_is_no_map_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.json").write_text(content)
    with pytest.raises(FailedPrecondition, match=r"bad\.json"):
        load_weighings([tmp_path])


@pytest.mark.parametrize(
    ("judges", "names"),
    [
        ("", []),
        ("none", []),
        ("rules", []),
        ("local", ["local"]),
        ("alignment", ["alignment"]),
        ("nli, llm", ["nli", "llm"]),
        ("nli nli", ["nli"]),
        ("rules,local alignment", ["local", "alignment"]),
    ],
)
def test_the_settings_say_who_judges(judges: str, names: list[str], tmp_path: Path) -> None:
    assert [seat.name for seat in seats(FactcheckSettings(judges=judges), tmp_path)] == names


def test_a_judge_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="oracle"):
        seats(FactcheckSettings(judges="nli,oracle"), tmp_path)


@pytest.mark.parametrize("name", ["nli", "support", "llm"])
async def test_a_judge_whose_settings_are_missing_stays_away_with_the_reason(name: str, tmp_path: Path) -> None:
    (seat,) = seats(FactcheckSettings(judges=name), tmp_path)
    await seat.open()
    assert seat.absence == "FAILED_PRECONDITION"
    await seat.close()


async def test_without_its_packages_the_judge_llm_stays_away_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: it stopped the start of the service."""
    for name in [name for name in sys.modules if name.startswith("monshin_factcheck.judges.llm")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "httpx", None)
    alignment, llm = seats(FactcheckSettings(judges="alignment,llm"), tmp_path)
    for seat in (alignment, llm):
        await seat.open()
    assert (alignment.absence, llm.absence) == ("", "FAILED_PRECONDITION")
    for seat in (alignment, llm):
        await seat.close()
