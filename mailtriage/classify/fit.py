"""Trains the classifier. The only place that imports scikit-learn, and only inside the function."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mailtriage.classify.classifier import CLASSES, Classifier, Weights, vector
from mailtriage.classify.words import Traits, grams

_MOST_GRAMS = 30_000
_MOST_ITERATIONS = 300


@dataclass(frozen=True, slots=True)
class Sample:
    """One section to learn from."""

    traits: Traits
    label: str  # one of CLASSES
    fold: int  # samples of one host share a fold


@dataclass(frozen=True, slots=True)
class Fitted:
    """A classifier, the parts its files are made of, and what it says of samples it had not seen."""

    classifier: Classifier
    gram_names: tuple[str, ...]
    mark_names: tuple[str, ...]
    weights: Weights
    held_out: dict[Sample, float]  # calibrated probability of drop, by a classifier trained without the sample's fold


def fit(samples: Sequence[Sample]) -> Fitted:
    """Trains on the samples, each class against the rest, calibrated on hosts it was not trained on."""
    counted = sorted(
        Counter(samples).items(), key=lambda entry: (entry[0].label, entry[0].fold, entry[0].traits.marks, entry[0].traits.wordings)
    )
    rows = [sample for sample, _ in counted]
    counts = np.array([count for _, count in counted], dtype=np.float64)
    gram_names, mark_names, rarity = _vocabulary(rows)
    matrix = _matrix(rows, gram_names, mark_names, rarity)
    labels = np.array([CLASSES.index(sample.label) for sample in rows])
    folds = np.array([sample.fold for sample in rows])
    n_columns = len(gram_names) + len(mark_names)
    coefficients = np.zeros((len(CLASSES), n_columns), dtype=np.float32)
    intercepts = np.zeros(len(CLASSES), dtype=np.float32)
    slopes = np.zeros(len(CLASSES), dtype=np.float32)
    offsets = np.full(len(CLASSES), -math.inf, dtype=np.float32)
    unseen = np.zeros((len(CLASSES), len(rows)))
    for at in range(len(CLASSES)):
        is_class = labels == at
        if not is_class.any() or is_class.all():
            continue
        coefficients[at], intercepts[at] = _one_against_rest(matrix, is_class, counts)
        decisions = _held_out(matrix, is_class, counts, folds)
        slopes[at], offsets[at] = _calibration(decisions, is_class, counts)
        unseen[at] = 1 / (1 + np.exp(-np.clip(slopes[at] * decisions + offsets[at], -500, 500)))
    p_drop = unseen[0] / np.maximum(unseen.sum(axis=0), 1e-12)
    weights = Weights(rarity, coefficients, intercepts, slopes, offsets)
    return Fitted(
        Classifier(gram_names, mark_names, weights), gram_names, mark_names, weights, dict(zip(rows, map(float, p_drop), strict=True))
    )


def _vocabulary(rows: Sequence[Sample]) -> tuple[tuple[str, ...], tuple[str, ...], npt.NDArray[np.float32]]:
    """Grams of at least two samples, rarest ones left out when they are too many, and all marks."""
    seen: Counter[str] = Counter()
    marks: set[str] = set()
    for sample in rows:
        seen.update(frozenset().union(*(grams(wording) for wording in sample.traits.wordings)))
        marks.update(sample.traits.marks)
    kept = sorted((name for name, n in seen.items() if n >= 2), key=lambda name: (-seen[name], name))[:_MOST_GRAMS]
    names = tuple(sorted(kept))
    rarity = np.array([math.log((1 + len(rows)) / (1 + seen[name])) + 1 for name in names], dtype=np.float32)
    return names, tuple(sorted(marks)), rarity


def _matrix(rows: Sequence[Sample], gram_names: Sequence[str], mark_names: Sequence[str], rarity: npt.NDArray[np.float32]) -> Any:
    from scipy.sparse import csr_matrix

    gram_columns = {name: at for at, name in enumerate(gram_names)}
    mark_columns = {name: at + len(gram_names) for at, name in enumerate(mark_names)}
    vectors = [vector(sample.traits, gram_columns, mark_columns, rarity) for sample in rows]
    ends = np.cumsum([0, *(len(columns) for columns, _ in vectors)])
    columns = np.concatenate([columns for columns, _ in vectors])
    values = np.concatenate([values for _, values in vectors]).astype(np.float64)
    return csr_matrix((values, columns, ends), shape=(len(rows), len(gram_names) + len(mark_names)))


def _one_against_rest(matrix: Any, is_class: npt.NDArray[np.bool_], counts: npt.NDArray[np.float64]) -> tuple[Any, float]:
    from sklearn.linear_model import LogisticRegression

    # A line that every host sends daily must not weigh a thousand times what a rare one does.
    weight = np.sqrt(counts)
    half = weight.sum() / 2
    for members in (is_class, ~is_class):
        weight[members] *= half / weight[members].sum()
    model = LogisticRegression(C=10, solver="liblinear", random_state=0, max_iter=_MOST_ITERATIONS)
    model.fit(matrix, is_class, sample_weight=weight)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def _held_out(
    matrix: Any, is_class: npt.NDArray[np.bool_], counts: npt.NDArray[np.float64], folds: npt.NDArray[np.int_]
) -> npt.NDArray[np.float64]:
    """Decision values by classifiers that did not see the sample's hosts."""
    decisions = np.zeros(len(is_class))
    for fold in sorted(set(folds.tolist())):
        inside, outside = folds == fold, folds != fold
        if is_class[outside].any() and not is_class[outside].all():
            coefficients, intercept = _one_against_rest(matrix[outside], is_class[outside], counts[outside])
            decisions[inside] = matrix[inside] @ coefficients.astype(np.float64) + intercept
    return decisions


def _calibration(
    decisions: npt.NDArray[np.float64], is_class: npt.NDArray[np.bool_], counts: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Slope and offset of the sigmoid; a slope that would turn the order around means no evidence: the share of the class."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=100.0, solver="liblinear", random_state=0, intercept_scaling=10.0)
    model.fit(decisions.reshape(-1, 1), is_class, sample_weight=np.sqrt(counts))
    slope, offset = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope > 0:
        return slope, offset
    share = min(max(float(counts[is_class].sum() / counts.sum()), 1e-6), 1 - 1e-6)
    return 0.0, math.log(share / (1 - share))
