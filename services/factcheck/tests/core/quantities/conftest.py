"""Two texts with one quantity each, compared."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.quantities.compare import Agreement, compare
from monshin_factcheck.core.quantities.quantity import Quantity
from monshin_factcheck.core.quantities.scan import quantities
from monshin_factcheck.core.text.normalise import normalise


def only(text: str) -> Quantity:
    """The single quantity of a text."""
    found = quantities(normalise(text).text)
    assert len(found) == 1, [quantity.key for quantity in found]
    return found[0]


@pytest.fixture(scope="session")
def agreement() -> Callable[[str, str], Agreement]:
    """How the quantity of a claim stands to that of its evidence."""
    return lambda claim, evidence: compare(only(claim), only(evidence))
