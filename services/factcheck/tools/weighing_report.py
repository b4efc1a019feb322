"""The page that tells how judges are weighed, and how well."""

from collections.abc import Sequence

COVERAGES = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0)
# By name; None where there is nothing to take it from, as strangers have no supported claim.
Figures = dict[str, float | list[float] | None]

_CAUTION = (
    "The weights behind the figures are cross-validated by item; temperature and least probabilities are chosen on the",
    "same scores that the figures are taken from, which flatters precision, recall and calibration.",
)


def report(
    found: dict[str, object], figures: dict[str, Figures], risks: dict[str, list[float]],
    decisive: Sequence[str],
) -> str:  # fmt: skip
    """found: what serves, as JSON. figures, risks: by group; risks at COVERAGES. decisive: lines of its own."""
    sets = list(figures)
    lines = [
        "# How these judges are weighed",
        f"Made by tools/fit_weighing.py from {found['claims']} labelled claims, all of them development data,",
        f"each of the six groups counts a sixth. SHA-256 of the claims: {found['data_sha256']}.",
        *_CAUTION,
        "",
        f"Temperature {found['temperature']}; SUPPORTED from {found['least_supported']}, CONTRADICTED from "
        f"{found['least_contradicted']}.",
        "",
        f"| figure | {' | '.join(sets)} |",
        f"|---|{'---|' * len(sets)}",
        *(f"| {name} | {' | '.join(_cell(figures[one][name]) for one in sets)} |" for name in figures[sets[0]]),
        "",
        "Wrong among the surest, by the likeliest of the three:",
        "",
        f"| answered | {' | '.join(f'{coverage:.0%}' for coverage in COVERAGES)} |",
        f"|---|{'---|' * len(COVERAGES)}",
        *(f"| {name} | {' | '.join(f'{risk:.3f}' for risk in risks[name])} |" for name in sets),
        "",
        "Settled by the rules alone, without a reader:",
        *decisive,
    ]
    return "\n".join(lines) + "\n"


def _cell(figure: float | list[float] | None) -> str:
    return "–" if figure is None else str(figure)
