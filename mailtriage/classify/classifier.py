"""Probabilities for drop, digest and event, in plain numpy: scikit-learn is only needed to train (fit.py).

The same arithmetic vectorises in training and here: words and pairs of words weighted by rarity, set to length one,
plus marks of fixed weight; one linear function and one calibration a class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mailtriage.classify.words import Traits, grams

CLASSES = ("drop", "digest", "event")
MARK_WEIGHT = 0.3
_CACHE_SIZE = 50_000
_N_FEATURES = 5  # named in an opinion
_WHERE = ("kind ", "section ", "program ", "state ")  # marks that tell an admin nothing new

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """What training leaves behind; rows of `coefficients` are CLASSES, columns grams and then marks."""

    rarity: Floats  # by gram
    coefficients: Floats
    intercepts: Floats
    slopes: Floats  # calibration: probability = 1 / (1 + exp(-(slope * decision + offset)))
    offsets: Floats  # a class that was never labelled has slope 0 and offset -inf


@dataclass(frozen=True, slots=True)
class Probabilities:
    """What the classifier says of one section, strongest features first, in words."""

    drop: float
    digest: float
    event: float
    features: tuple[str, ...]


class Classifier:
    """Trained weights with their vocabulary, and a cache by traits."""

    def __init__(self, gram_names: Sequence[str], mark_names: Sequence[str], weights: Weights) -> None:
        self._grams = {name: at for at, name in enumerate(gram_names)}
        self._marks = {name: at + len(gram_names) for at, name in enumerate(mark_names)}
        self._names = (*gram_names, *mark_names)
        self._n_grams = len(gram_names)
        self._weights = weights
        self._cache: dict[Traits, Probabilities] = {}

    def predict(self, traits: Traits) -> Probabilities:
        """The probabilities for a section with these traits."""
        known = self._cache.get(traits)
        if known is None:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            known = self._cache[traits] = self._predict(traits)
        return known

    def vector(self, traits: Traits) -> tuple[npt.NDArray[np.intp], Floats]:
        """Columns and values of the features that these traits have."""
        return vector(traits, self._grams, self._marks, self._weights.rarity)

    def _predict(self, traits: Traits) -> Probabilities:
        columns, values = self.vector(traits)
        weights = self._weights
        parts = weights.coefficients[:, columns] * values
        decisions = parts.sum(axis=1, dtype=np.float64) + weights.intercepts
        logits = weights.slopes * decisions + weights.offsets
        raw = [1 / (1 + math.exp(-min(max(float(logit), -500.0), 500.0))) if math.isfinite(logit) else 0.0 for logit in logits]
        total = sum(raw)
        drop, digest, event = (value / total for value in raw) if total > 0 else (0.0, 1.0, 0.0)
        return Probabilities(drop, digest, event, self._features(columns, parts))

    def _features(self, columns: npt.NDArray[np.intp], parts: Floats) -> tuple[str, ...]:
        trouble = parts[1:].sum(axis=0) - parts[0]
        telling = [at for at, column in enumerate(columns.tolist()) if not self._names[column].startswith(_WHERE) or column < self._n_grams]
        order = sorted(telling, key=lambda at: (-abs(float(trouble[at])), int(columns[at])))[:_N_FEATURES]
        return tuple(self._in_words(int(columns[at]), float(trouble[at])) for at in order if trouble[at] != 0)

    def _in_words(self, column: int, trouble: float) -> str:
        name = self._names[column]
        what = f'"{name}"' if column < self._n_grams else name
        return f"{what} ({'trouble' if trouble > 0 else 'quiet'})"


def vector(
    traits: Traits, gram_columns: dict[str, int], mark_columns: dict[str, int], rarity: Floats
) -> tuple[npt.NDArray[np.intp], Floats]:
    """Columns, ascending, and values of the features that these traits have."""
    present = {column for wording in traits.wordings for gram in grams(wording) if (column := gram_columns.get(gram)) is not None}
    text = np.array(sorted(present), dtype=np.intp)
    values = rarity[text]
    length = float(np.sqrt(np.square(values, dtype=np.float64).sum()))
    if length:
        values = (values / length).astype(np.float32)
    marks = np.array(sorted(mark_columns[mark] for mark in traits.marks if mark in mark_columns), dtype=np.intp)
    return np.concatenate([text, marks]), np.concatenate([values, np.full(len(marks), MARK_WEIGHT, dtype=np.float32)])
