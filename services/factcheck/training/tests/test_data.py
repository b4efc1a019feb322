"""Nothing that is measured has been trained on, and made labels are right."""

import json
from pathlib import Path

import pytest
from training.data import Label, easy_claims, load_items


def written(folder: Path, names: list[str]) -> Path:
    """Items with these ids, 30 a file."""
    for number in range(0, len(names), 30):
        rows = [
            {
                "id": name,
                "style": "guideline",
                "passage": f"薬{name}は1日2回飲む。",
                "mirror": f"薬{name}は1日3回飲む。",
                "claims": [
                    {"claim": f"{name}は毎日三回飲む。", "label": "C", "mirror_label": "S", "kind": "freq"},
                    {"claim": f"{name}は食後に飲む。", "label": "N", "mirror_label": "N", "kind": "unsaid"},
                ],
            }
            for name in names[number : number + 30]
        ]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"part-{number:03}.jsonl").write_text(text)
    return folder


NAMES = [f"long-1-{number}" for number in range(90)]


def test_no_item_is_on_both_sides_and_none_is_lost(tmp_path: Path) -> None:
    """About a tenth is held out."""
    split = load_items(written(tmp_path, NAMES))
    train, held_out = ({item.id for item in side} for side in (split.train, split.held_out))
    assert not train & held_out
    assert train | held_out == set(NAMES)
    assert 3 <= len(held_out) <= 18


def test_no_text_of_a_held_out_item_reaches_training(tmp_path: Path) -> None:
    """Not even as the foreign claim of another item."""
    split = load_items(written(tmp_path, NAMES))
    held = {text for item in split.held_out for text in (item.passage, item.mirror, *(one.text for one in item.claims))}
    seen = {
        text
        for item in split.train
        for text in (item.passage, item.mirror, *(one.text for one in (*item.claims, *item.easy)))
    }
    assert not held & seen
    assert all(item.easy[-1].kind == "foreign" for item in split.train)


def test_items_keep_their_side_when_others_are_added(tmp_path: Path) -> None:
    """Or a later run would train on what an earlier one was measured on."""
    (tmp_path / "few").mkdir()
    (tmp_path / "many").mkdir()
    few = {item.id for item in load_items(written(tmp_path / "few", NAMES[:40])).held_out}
    many = {item.id for item in load_items(written(tmp_path / "many", NAMES)).held_out}
    assert few == many & set(NAMES[:40])


def test_the_hash_names_the_content(tmp_path: Path) -> None:
    """One changed letter is other data."""
    before = load_items(written(tmp_path, NAMES)).sha256
    file = tmp_path / "part-000.jsonl"
    file.write_text(file.read_text().replace("食後", "食前", 1))
    assert load_items(tmp_path).sha256 != before


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    """The split could put its two items on either side."""
    with pytest.raises(ValueError, match="long-1-3"):
        load_items(written(tmp_path, [*NAMES, "long-1-3"]))


def test_a_sentence_is_contradicted_by_its_counterpart_only() -> None:
    """A turned sentence is C, a shared one S on both sides, and one without a counterpart is not asked."""
    easy = easy_claims(
        "酸素は火気から2m以上離す。器具は毎日洗う。", "酸素は火気から50cm離せばよい。器具は毎日洗う。鼻血の報告はない。"
    )
    labels = {(claim.text, claim.kind): (claim.label, claim.mirror_label) for claim in easy}
    assert labels["酸素は火気から2m以上離す。", "sentence"] == (Label.SUPPORTED, Label.CONTRADICTED)
    assert labels["酸素は火気から50cm離せばよい。", "mirror-sentence"] == (Label.CONTRADICTED, Label.SUPPORTED)
    assert labels["器具は毎日洗う。", "sentence"] == (Label.SUPPORTED, Label.SUPPORTED)
    assert labels["鼻血の報告はない。", "mirror-sentence"] == (None, Label.SUPPORTED)
