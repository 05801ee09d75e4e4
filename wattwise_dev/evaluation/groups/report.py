"""The figures as tables, beside the goals."""

from collections.abc import Mapping, Sequence
from typing import Final

from .contest import OURS, Results
from .said import Scores

_LEGEND: Final = """
R2: share of the variance of ln kWh that is explained. Pinball: mean loss of P10, P50 and
P90 of ln kWh. MdAPE: median absolute error of P50. Cover: share of homes from P10 to P90;
width: P90 through P10. Fair: correlation of the percentile with what our model expects of
the home; 0 is fair. Means over the splits; after +- the standard deviation over them.
Stability: mean adjusted Rand index of groups of bootstrap samples."""


def as_text(title: str, results: Results) -> str:
    """Return the tables for people."""
    return "\n".join(
        [
            title,
            "",
            *_aligned(_scores(results.scores)),
            "",
            *_aligned(_groups(results)),
            "",
            *_aligned(_goals(results)),
            _LEGEND,
        ]
    )


def _scores(scores: Mapping[str, Scores]) -> list[list[str]]:
    return [
        ["", "R2", "pinball", "MdAPE", "cover", "width", "fair"],
        *(
            [
                name,
                f"{one.r2:.3f}",
                f"{one.pinball:.3f}",
                f"{one.mdape:.1%}",
                f"{one.coverage:.1%}",
                f"{one.width:.2f}",
                _or_nothing(one.fairness, "+.3f"),
            ]
            for name, one in scores.items()
        ),
    ]


def _groups(results: Results) -> list[list[str]]:
    return [
        ["groups", "k", "R2", "silhouette", "Davies-Bouldin", "stability", "smallest"],
        *(
            [
                name,
                f"{one.groups:.0f}",
                f"{one.r2:.3f}",
                f"{one.silhouette:.2f}",
                f"{one.davies_bouldin:.2f}",
                _or_nothing(one.stability, ".2f"),
                f"{one.smallest:.1%}",
            ]
            for name, one in results.groups.items()
        ),
    ]


def _goals(results: Results) -> list[list[str]]:
    ours, spread = results.scores[OURS], results.spreads[OURS]
    groups, inertia = results.groups["ours"], results.inertia
    rows = [
        (
            "R2 >= 0.56",
            f"{ours.r2:.3f} +- {spread.r2:.3f}",
            ours.r2 >= 0.56,
        ),
        ("pinball <= 0.110", f"{ours.pinball:.4f}", ours.pinball <= 0.110),
        (
            "MdAPE <= 26 %",
            f"{ours.mdape:.1%} +- {spread.mdape:.1%}",
            ours.mdape <= 0.26,
        ),
        (
            "cover 78-82 %",
            f"{ours.coverage:.1%} +- {spread.coverage:.1%}",
            0.78 <= ours.coverage <= 0.82,
        ),
        ("width <= 2.95", f"{ours.width:.2f}", ours.width <= 2.95),
        ("groups alone: R2 >= 0.52", f"{groups.r2:.3f}", groups.r2 >= 0.52),
        (
            "groups: stability >= 0.85",
            f"{groups.stability:.2f}",
            groups.stability >= 0.85,
        ),
        (
            "|fair| <= 0.03",
            f"{ours.fairness:+.3f} +- {spread.fairness:.3f}",
            abs(ours.fairness) <= 0.03,
        ),
        (
            "inertia within 0.1 % of scikit-learn's",
            f"{inertia.mean - 1:+.3%}, worst {inertia.worst - 1:+.3%}",
            inertia.worst <= 1.001,
        ),
    ]
    return [
        ["goal", "reached", ""],
        *([goal, value, "yes" if met else "no"] for goal, value, met in rows),
        [
            "(groups of models learned anew agree)",
            f"{results.learned_anew:.2f}",
            "",
        ],
    ]


def _or_nothing(value: float, shape: str) -> str:
    return "" if value != value else f"{value:{shape}}"  # noqa: PLR0124  (NaN)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return [lines[0], "-" * len(lines[0]), *lines[1:]]
