"""The figures of load shapes as tables."""

from typing import Final

from .shape_figures import ShapeFigures

_GOAL_KEPT: Final = 0.85
_GOAL_SMALLEST: Final = 0.05

_LEGEND: Final = """
Kept: homes in the same group in the first and the second half of their days, each put into
the nearest group; as shown: when a home stays until another group is nearer by a fifth.
Other homes: the same, by kinds that were learned without an eighth of the homes, which are
asked; five times. Dealt: the silhouette that 95 of 100 sets stay below in which each
feature was dealt out anew among the homes. Stability: the mean adjusted Rand index of
groups of homes drawn anew."""


def as_text(title: str, figures: ShapeFigures) -> str:
    """Return the tables for people."""
    lines = [title, "", "kinds that are shipped"]
    lines += [
        f"  {kind:<10}{count:>4}{count / figures.homes:>6.0%}"
        for kind, count in figures.sizes.items()
    ]
    lines.append(f"  hardly less like another kind {figures.between:.0%}")
    lines += ["", *_goals(figures), "", "stretches of the kind of all days"]
    lines += [
        f"  {days:>4} days{share:>6.0%}"
        for days, share in figures.same_as_whole.items()
    ]
    if figures.features:
        lines += ["", "correlation of features between the halves"]
        lines += [f"  {name:<16}{r:>6.2f}" for name, r in figures.features.items()]
    if figures.numbers:
        lines += ["", *_numbers(figures)]
    if figures.own_groups is not None or figures.kept_numbers is not None:
        groups = figures.own_groups or "the shipped"
        lines += ["", f"as several households: {groups} groups, "]
        lines[-1] += f"{figures.kept_numbers:.0%} keep their number"
    return "\n".join([*lines, _LEGEND])


def _goals(figures: ShapeFigures) -> list[str]:
    smallest = min(figures.sizes.values()) / figures.homes
    rows = [
        ("kept", f"{figures.kept.nearest:.0%}", f">= {_GOAL_KEPT:.0%}"),
        ("kept, as shown", f"{figures.kept.shown:.0%}", ""),
        ("smallest group", f"{smallest:.1%}", f">= {_GOAL_SMALLEST:.0%}"),
    ]
    if figures.others:
        rows[2:2] = [
            (
                "kept, other homes",
                f"{figures.others.nearest:.0%}",
                f">= {_GOAL_KEPT:.0%}",
            ),
            ("kept, other homes, as shown", f"{figures.others.shown:.0%}", ""),
        ]
    if figures.silhouette is not None and figures.dealt is not None:
        rows.append(
            (
                "silhouette",
                f"{figures.silhouette:.3f}",
                f"> {figures.dealt:.3f} (dealt)",
            )
        )
    return [f"{'':<30}{'':>8}  goal"] + [
        f"{name:<30}{value:>8}  {goal}".rstrip() for name, value, goal in rows
    ]


def _numbers(figures: ShapeFigures) -> list[str]:
    head = f"{'groups found anew':<30}{'kept':>7}{'smallest':>10}{'stability':>11}"
    lines = [f"{head}{'silhouette':>12}{'dealt':>8}"]
    lines += [
        f"{f'{one.groups}, other homes':<30}{one.kept:>7.0%}{one.smallest:>10.1%}"
        f"{one.stability:>11.2f}{one.silhouette:>12.3f}{one.dealt:>8.3f}"
        for one in figures.numbers
    ]
    lines += [
        f"{one.name:<30}{one.kept:>7.0%}{one.smallest:>10.1%}{'':>11}"
        f"{one.silhouette:>12.3f}{one.dealt:>8.3f}"
        for one in figures.other_ways
    ]
    return lines
