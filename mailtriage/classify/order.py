"""In which order to ask: what makes most of the undecided mail known comes first, given what is asked before it."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Doubt = tuple[str, str, str]  # the section's key, what is unknown (`line`, `value`, `missing`, `kind`, `held`, `apart`), and of what

_LEAST_WORTH = 0.05  # of a mail that has a line of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question: what its approval would tell, each by how many mails."""

    told: Mapping[Doubt, int]
    chance: float  # that it is approved
    tie: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A question in its place: what it brings after those before it."""

    at: int
    gain: float  # mails; one of whose four needs one is met counts a quarter
    settles: int  # mails with no need left


def in_order(asked: Sequence[Asked], mails: Sequence[frozenset[Doubt]], needs: Mapping[Doubt, int], n: int | None) -> list[Ranked]:
    """The best `n` questions (None: all), each the one that brings most when those before it are approved.

    `mails` are the doubts of each undecided mail, `needs` the approved mails that each doubt still needs.
    """
    left = dict(needs)
    weights = _weights(mails, needs)
    open_in: dict[Doubt, list[int]] = defaultdict(list)
    n_open = [len(doubts) for doubts in mails]
    for at, doubts in enumerate(mails):
        for doubt in doubts:
            open_in[doubt].append(at)

    def gain(question: Asked) -> float:
        # The next number lies within n seen ones with a chance of about n in n + 1.
        return question.chance * sum(n / (n + 1) * min(n, left[doubt]) * weights[doubt] for doubt, n in question.told.items())

    # What a question brings only shrinks as others are asked, so an old figure is an upper bound.
    heap = [(-gain(question), question.tie, at) for at, question in enumerate(asked)]
    heapq.heapify(heap)
    found: list[Ranked] = []
    while heap and (n is None or len(found) < n):
        _, tie, at = heapq.heappop(heap)
        now = gain(asked[at])
        if heap and (-now, tie) > heap[0][:2]:
            heapq.heappush(heap, (-now, tie, at))
            continue
        settles = 0
        for doubt, n_approved in sorted(asked[at].told.items()):
            left[doubt] -= min(n_approved, left[doubt])
            if left[doubt] == 0:
                for mail in open_in.pop(doubt, ()):
                    n_open[mail] -= 1
                    settles += n_open[mail] == 0
        found.append(Ranked(at, abs(now), settles))
    return found


def _weights(mails: Sequence[frozenset[Doubt]], needs: Mapping[Doubt, int]) -> Mapping[Doubt, float]:
    """What one approved mail for a doubt is worth: its share of the needs of each mail that has it.

    A mail with a line that no other mail has is worth little: tomorrow's will have yet another one.
    """
    counts = Counter(mails)
    n_mails: Counter[Doubt] = Counter()
    for doubts, n in counts.items():
        n_mails.update(dict.fromkeys(doubts, n))
    weights: dict[Doubt, float] = defaultdict(float)
    for doubts, n in counts.items():
        total = sum(needs[doubt] for doubt in doubts)
        rarest = min((n_mails[doubt] for doubt in doubts if doubt[1] == "line"), default=n)
        worth = max(_LEAST_WORTH, 1 - 1 / rarest) * n / total
        for doubt in doubts:
            weights[doubt] += worth
    return weights
