"""How well labelled mails are judged: wrong drops with their bound, noise reduction, events found."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailtriage.classify.labelled import Example
from mailtriage.text import plural
from mailtriage.types import Verdict

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The counts of one kind, or of all."""

    kind: str
    n_noise: int = 0
    n_noise_dropped: int = 0
    n_must_see: int = 0  # labelled digest, event or human
    n_wrong_drops: int = 0
    n_events: int = 0
    n_events_raised: int = 0
    n_human: int = 0
    n_human_passed: int = 0

    @property
    def wrong_drop_bound(self) -> float:
        """Upper 95 % bound (Clopper-Pearson) of the share of must-see mails that are dropped."""
        return upper_bound(self.n_wrong_drops, self.n_must_see)

    @property
    def noise_reduction(self) -> float | None:
        """The share of the noise that was dropped."""
        return self.n_noise_dropped / self.n_noise if self.n_noise else None

    @property
    def event_recall(self) -> float | None:
        """The share of the events that were raised."""
        return self.n_events_raised / self.n_events if self.n_events else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The score over all mails and by kind, and which mails were wrongly dropped."""

    total: Score
    kinds: tuple[Score, ...]
    wrong_drops: tuple[str, ...]  # names of the mails
    split: str = "none"  # what was held out from the models that judged
    n_folds: int = 0
    notes: tuple[str, ...] = ()  # how it was split, and what was left out

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {
            **_as_dict(self.total),
            "kinds": {score.kind: _as_dict(score) for score in self.kinds},
            "wrong": list(self.wrong_drops),
            "split": self.split,
            "n_folds": self.n_folds,
            "notes": list(self.notes),
        }

    def text(self) -> str:
        """For a terminal."""
        total = self.total
        lines = [
            f"wrong drops: {total.n_wrong_drops} of {total.n_must_see} must-see mails, "
            f"at most {100 * total.wrong_drop_bound:.2f} % with 95 % confidence",
            f"noise dropped: {total.n_noise_dropped} of {total.n_noise}{_share(total.noise_reduction)}",
            f"events raised: {total.n_events_raised} of {total.n_events}{_share(total.event_recall)}",
        ]
        if total.n_human:
            lines.append(f"human mail passed: {total.n_human_passed} of {total.n_human}")
        if len(self.kinds) > 1:
            width = max(len("kind"), *(len(score.kind) for score in self.kinds))
            lines += ["", f"{'kind':{width}}  wrong drops  noise dropped  events raised"]
            lines += [
                f"{score.kind:{width}}  {_of(score.n_wrong_drops, score.n_must_see):>11}  {_of(score.n_noise_dropped, score.n_noise):>13}  "
                f"{_of(score.n_events_raised, score.n_events):>13}"
                for score in self.kinds
            ]
        if self.wrong_drops:
            lines += ["", "wrongly dropped:", *(f"  {name}" for name in self.wrong_drops[:_MOST_NAMED])]
            if len(self.wrong_drops) > _MOST_NAMED:
                lines.append(f"  and {plural(len(self.wrong_drops) - _MOST_NAMED, 'mail')} more")
        if self.notes:
            lines += ["", *self.notes]
        return "\n".join(lines)


def evaluate(
    examples: Iterable[Example], judge_mail: Callable[[Example], Verdict], kind_of: Callable[[Example], str] | None = None
) -> Evaluation:
    """Judges every example and compares with its label; `kind_of` is asked after `judge_mail`."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    wrong: list[str] = []
    for example in examples:
        verdict = judge_mail(example)
        count = counts[kind_of(example) if kind_of else "all"]
        if example.label == "noise":
            count["n_noise"] += 1
            count["n_noise_dropped"] += verdict is Verdict.DROP
            continue
        count["n_must_see"] += 1
        if verdict is Verdict.DROP:
            count["n_wrong_drops"] += 1
            wrong.append(example.name or example.raw.id)
        if example.label == "event":
            count["n_events"] += 1
            count["n_events_raised"] += verdict is Verdict.EVENT
        elif example.label == "human":
            count["n_human"] += 1
            count["n_human_passed"] += verdict is Verdict.PASS
    sums: dict[str, int] = defaultdict(int)
    for count in counts.values():
        for name, number in count.items():
            sums[name] += number
    kinds = tuple(Score(kind=kind, **counts[kind]) for kind in sorted(counts))
    return Evaluation(total=Score(kind="", **sums), kinds=kinds, wrong_drops=tuple(wrong))


def upper_bound(n_wrong: int, n: int, confidence: float = 0.95) -> float:
    """The one-sided Clopper-Pearson bound: the largest share that shows at most `n_wrong` of `n` in 1 of 20 trials."""
    if n_wrong >= n:
        return 1.0
    low, high = n_wrong / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(n_wrong, n, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(k: int, n: int, share: float) -> float:
    """The probability of at most k of n."""
    if share >= 1:
        return 0.0
    log_share, log_rest = math.log(share) if share > 0 else -math.inf, math.log1p(-share)
    total = 0.0
    for i in range(k + 1):
        log_ways = math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
        total += math.exp(log_ways + (i * log_share if i else 0.0) + (n - i) * log_rest)
    return total


def _share(share: float | None) -> str:
    return "" if share is None else f" ({100 * share:.1f} %)"


def _of(part: int, whole: int) -> str:
    return f"{part}/{whole}" if whole else "-"


def _as_dict(score: Score) -> dict[str, object]:
    counts: dict[str, object] = {name: getattr(score, name) for name in Score.__slots__ if name != "kind"}
    bound = score.wrong_drop_bound if score.n_must_see else None
    return {**counts, "wrong_drop_bound": bound, "noise_reduction": score.noise_reduction, "event_recall": score.event_recall}
