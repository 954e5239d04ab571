"""A loaded model: the gate says what may be dropped, the classifier what it thinks of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mailtriage.classify import folder as model_folder
from mailtriage.classify.classifier import Classifier, Weights
from mailtriage.classify.gate import Finding, Gate
from mailtriage.classify.manifest import Manifest
from mailtriage.classify.reading import Reader, Reading, hashed
from mailtriage.classify.words import traits
from mailtriage.types import Message, Opinion, Section


class Model:
    """Gate and classifier of one model folder. Not for several threads at once: it keeps what the sections of a mail share."""

    def __init__(self, manifest: Manifest, gate: Gate, classifier: Classifier | None) -> None:
        self.manifest = manifest
        self.version = manifest.version
        self.veto_threshold = manifest.veto_threshold
        self.raise_threshold = manifest.raise_threshold
        self.gate = gate
        self._classifier = classifier
        self._reader = Reader()

    def opinion(self, kind: str, host: str, section: Section, message: Message) -> Opinion:
        """What learning says of one section."""
        reading = self._reader.read(kind, host, section, message)
        return opinion_of(reading, self.gate.judge(reading), self._classifier)

    def contradicts(self, kind: str, host: str, section: Section, message: Message) -> str:
        """Why the section is not what this very host has sent so far, though rules explain its lines; "" if nothing says so."""
        if hashed(host) not in self.gate.hosts:
            return ""
        return self.gate.contradicts(self._reader.read(kind, host, section, message))

    def opinions(self, kind: str, host: str, sections: Sequence[Section], message: Message) -> tuple[Opinion, ...]:
        """What learning says of each section of one mail."""
        return tuple(self.opinion(kind, host, section, message) for section in sections)

    def vetoes(self, opinion: Opinion) -> bool:
        """Whether the classifier sees trouble in what the gate would let through."""
        return opinion.p_drop < self.veto_threshold

    def raises(self, opinion: Opinion) -> bool:
        """Whether the classifier is sure enough of trouble to raise an event."""
        return opinion.p_event >= self.raise_threshold


def opinion_of(reading: Reading, finding: Finding, classifier: Classifier | None) -> Opinion:
    """Gate and classifier in one opinion; only the gate decides whether the section is quiet."""
    is_quiet = not finding.held_by
    if classifier is None:
        return Opinion(is_quiet=is_quiet, held_by=finding.held_by, p_drop=float(is_quiet), p_digest=float(not is_quiet), p_event=0.0)
    says = classifier.predict(traits(reading, finding))
    return Opinion(
        is_quiet=is_quiet,
        held_by=finding.held_by,
        p_drop=says.drop,
        p_digest=says.digest,
        p_event=says.event,
        features=says.features,
    )


def load(folder: Path) -> Model:
    """The model of a folder; ModelError says why it cannot be used and what to do."""
    contents = model_folder.read(folder)
    classifier = Classifier(contents.grams, contents.marks, Weights(**contents.arrays)) if contents.manifest.has_classifier else None
    return Model(contents.manifest, Gate(contents.gate), classifier)
