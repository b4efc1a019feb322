"""Units by their spelling: case tells milli from mega where both are in use."""

from fractions import Fraction

import pytest
from monshin_factcheck.core.quantities.scan import quantities


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("6 MU", "unit", "6000000"), ("6 mU", "unit", "6/1000"), ("6 MIU", "unit", "6000000"),
        ("6 mIU", "unit", "6/1000"),
        ("6 million units", "unit", "6000000"), ("6 MV", "voltage", "6000000"), ("6 mV", "voltage", "6/1000"),
        ("6 MPa", "pressure", "6000000000/133322"), ("6 mPa", "pressure", "6/133322"),
        ("6 kPa", "pressure", "6000000/133322"),
        ("6 MHz", "frequency_wave", "6000000"), ("6 mHz", "frequency_wave", "6/1000"),
        ("6 mg", "mass", "6/1000"), ("6 MG", "mass", "6/1000"), ("6 KG", "mass", "6000"), ("6 mL", "volume", "6/1000"),
        ("6 ml", "volume", "6/1000"), ("6 ML", "volume", "6/1000"), ("6 MM", "length", "6/1000"),
        ("6 MEQ", "charge", "6/1000"),
        ("6 MMOL", "amount", "6/1000"), ("6 MMHG", "pressure", "6"), ("6 cal", "energy", "6/1000"),
        ("6 Cal", "energy", "6"),
        ("6 IU", "unit", "6"), ("6 iu", "unit", "6"),
    ],
)  # fmt: skip
def test_case_tells_units_apart_where_both_are_in_use(text: str, dimension: str, value: str) -> None:
    """Hazard: 6 MU, six million units, were 6 mU."""
    (found,) = quantities(text)
    assert (found.dimension, found.interval.low) == (dimension, Fraction(value))


@pytest.mark.parametrize("text", ["5 Mg", "5 Ml", "5 Mm"])
def test_a_large_prefix_that_nobody_means_is_no_small_one(text: str) -> None:
    assert [found.unit for found in quantities(text)] == [""]
