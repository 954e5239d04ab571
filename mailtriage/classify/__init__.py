"""Learning: the gate that says what may be dropped, the classifier that ranks, explains, vetoes and raises."""

from mailtriage.classify.evaluate import Evaluation, Score, evaluate, upper_bound
from mailtriage.classify.labelled import LABELS, Example, labelled
from mailtriage.classify.manifest import Manifest, Quality
from mailtriage.classify.model import Model, load
from mailtriage.classify.train import train

__all__ = [
    "LABELS",
    "Evaluation",
    "Example",
    "Manifest",
    "Model",
    "Quality",
    "Score",
    "evaluate",
    "labelled",
    "load",
    "train",
    "upper_bound",
]
