"""The text as `local` reads it."""

import pytest
from monshin_factcheck.judges.local.canonical import canonical


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("１½錠を", "1.5錠を"), (".5 mgを", "0.5 mgを"), ("10³/μL", "1000/μL"), ("2×10⁻³ gを", "0.002 gを"),
        ("⅓錠を", "1⁄3錠を"), ("0,5 mgを", "0,5 mgを"), ("1.000 mgを", "1.000 mgを"),
    ],
)  # fmt: skip
def test_numbers_are_told_in_digits_where_they_have_one_reading_that_ends(text: str, made: str) -> None:
    """Hazard: a third has no last digit, and 1.000 is one to some and a thousand to others."""
    assert canonical(text) == made
