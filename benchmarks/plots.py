"""The two plots of docs/learning.md as SVG: what labels bring, and how the audit bound falls. The same figures give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailtriage.classify import upper_bound

if TYPE_CHECKING:
    from benchmarks.labels import Point, Setting

_DAYS = range(1, 181)
_A_DAY = (2, 5, 10)  # audited drops


def draw(curves: Mapping[Setting, Sequence[Point]], folder: Path) -> None:
    """Writes learning-curve.svg and audit-bound.svg."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "mailtriage", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    _write(_learning_curve(curves), folder / "learning-curve.svg")
    _write(_audit_bound(), folder / "audit-bound.svg")


def _write(figure: Any, path: Path) -> None:
    figure.savefig(path, format="svg", metadata={"Date": None}, bbox_inches="tight")
    # The library ends lines with blanks.
    path.write_text("\n".join(line.rstrip() for line in path.read_text(encoding="utf-8").splitlines()) + "\n", encoding="utf-8")


def _learning_curve(curves: Mapping[Setting, Sequence[Point]]) -> Any:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(7.6, 3.0), sharey=True)
    for axis, has_rules in zip(axes, (False, True), strict=True):
        for setting, points in curves.items():
            if setting.has_rules is has_rules:
                steps = [str(point.n_labels) for point in points]
                shares = [100 * point.n_dropped / point.n_noise for point in points]
                axis.plot(
                    steps,
                    shares,
                    marker="o",
                    markersize=3,
                    color="tab:blue" if setting.has_base else "tab:gray",
                    linestyle="-" if setting.order == "review" else ":",
                    label=f"{'shipped model' if setting.has_base else 'no model'}, {setting.order}",
                )
        axis.set_title("with the shipped rules" if has_rules else "without rules", fontsize=9)
        axis.set_xlabel("labels")
        axis.set_ylim(0, 100)
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("noise dropped, %")
    axes[1].legend(fontsize=7, loc="lower right")
    return figure


def _audit_bound() -> Any:
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(7.6, 2.6))
    for n, color in zip(_A_DAY, ("tab:gray", "tab:blue", "tab:green"), strict=True):
        axis.plot(_DAYS, [100 * upper_bound(0, n * day) for day in _DAYS], color=color, label=f"{n} a day, none wrong")
    axis.plot(
        _DAYS,
        [100 * upper_bound(1, 5 * day, 0.975) if day >= 60 else 100 * upper_bound(0, 5 * day) for day in _DAYS],
        color="tab:red",
        linestyle=":",
        label="5 a day, one wrong on day 60",
    )
    axis.set_yscale("log")
    axis.set_yticks([0.1, 0.3, 1, 3, 10, 30], ["0.1", "0.3", "1", "3", "10", "30"])
    axis.set_ylim(0.1, 50)
    axis.set_xlabel("days")
    axis.set_ylabel("wrong drops, at most %")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=7)
    return figure
