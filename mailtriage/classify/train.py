"""Labelled mails become a model folder: the gate from approvals, the classifier from all labels.

The order of the mails does not matter: they are sorted by their digest, so the same mails give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from mailtriage import __version__
from mailtriage.classify import folder as model_folder
from mailtriage.classify.approvals import forget_hosts, learn
from mailtriage.classify.card import card
from mailtriage.classify.disputes import settled
from mailtriage.classify.evaluate import upper_bound
from mailtriage.classify.gate import Finding, Gate, stored_table
from mailtriage.classify.labelled import Example
from mailtriage.classify.manifest import Manifest, Quality, as_dict, seal
from mailtriage.classify.merge import merged
from mailtriage.classify.reading import HUMAN, Reader, Reading
from mailtriage.classify.words import traits
from mailtriage.types import Message, RawMail, Report

VETO_THRESHOLD = 0.5
RAISE_THRESHOLD = 0.98
MIN_MUST_SEE = 20  # labels, below which a classifier would only guess
MIN_MUST_SEE_OF_OWN = 100  # below which the base's classifier, if there is one, knows better
N_FOLDS = 3
_CLASS_OF = {"noise": "drop", "digest": "digest", "event": "event", "human": "digest"}

Read = Callable[[RawMail], tuple[Message, Report]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One labelled mail, masked."""

    label: str
    kind: str
    host: str
    section_labels: tuple[str, ...]  # beside `readings`; "" where only the mail is labelled
    readings: tuple[Reading, ...]
    fold: int
    is_complete: bool

    def label_of(self, at: int) -> str:
        return self.section_labels[at] or self.label


@dataclass(frozen=True, slots=True)
class _Judged:
    """A case with what a gate says of it that was made from other hosts."""

    case: _Case
    findings: tuple[Finding, ...]


def train(examples: Iterable[Example], read: Read, out: Path, *, base: Path | None = None, forgets_hosts: bool = False) -> Manifest:
    """Trains gate and classifier and writes them to the folder `out`; `read` parses and recognises one mail.

    What the model in the folder `base` knows as quiet is known here too; its classifier serves until there are labels enough for
    an own one. With `forgets_hosts` nothing of single hosts is kept: for a model to ship to other fleets, whose hosts may have
    the same names. ModelError when the base cannot be read.
    """
    known = model_folder.read(base) if base is not None else None
    cases, training_digest = _cases(examples, read)
    split, judged = _cross_judged(cases, known)
    gate, n_contradictions = _gate(cases, known, forgets_hosts=forgets_hosts)
    note = _why_no_classifier(cases, known)
    files = {model_folder.GATE: model_folder.packed_gate({key: stored_table(table) for key, table in gate.tables()})}
    vetoed: frozenset[int] = frozenset()
    scikit_learn = ""
    if not note:
        parts, vetoed, scikit_learn = _classifier(judged)
        files |= parts
    elif known is not None and known.arrays:
        files |= _classifier_files(known.grams, known.marks, known.arrays)
        scikit_learn = known.manifest.scikit_learn
    quality = _quality(split, judged, vetoed)
    manifest = _manifest(cases, training_digest, n_contradictions, note, scikit_learn, quality)
    manifest = replace(manifest, base=known.manifest.version if known else "")
    files[model_folder.CARD] = card(manifest).encode()
    content = as_dict(manifest) | {"files": model_folder.digests(files)}
    manifest = replace(manifest, files=content["files"], version=seal(content))
    model_folder.write(out, manifest, files)
    return manifest


def _cases(examples: Iterable[Example], read: Read) -> tuple[list[_Case], str]:
    """The mails, masked, in the order of their digests; the same bytes with the same label count once."""
    found: dict[tuple[str, ...], _Case] = {}
    reader = Reader()
    for example in examples:
        digest = hashlib.sha256(example.raw.data).hexdigest()
        sections = "\n".join(f"{name}={label}" for name, label in sorted((example.section_labels or {}).items()))
        identity = (digest, example.label, sections, example.source, *(("weak",) if example.weak else ()))
        if identity not in found:
            found[identity] = _case(example, digest, reader, *read(example.raw))
    ordered = sorted(found)
    training_digest = hashlib.sha256("\n".join("\t".join(identity) for identity in ordered).encode()).hexdigest()
    return [found[identity] for identity in ordered], training_digest


def _case(example: Example, digest: str, reader: Reader, message: Message, report: Report) -> _Case:
    labels = example.section_labels or {}
    readings = tuple(
        replace(reader.read(report.kind, report.host, section, message), source=example.source, is_weak=example.weak)
        for section in report.sections
    )
    return _Case(
        label=example.label,
        kind=report.kind,
        host=report.host,
        section_labels=tuple(labels.get(section.name, "") for section in report.sections),
        readings=readings,
        fold=int(digest[:8], 16),
        is_complete=report.is_complete,
    )


def _gate(cases: Sequence[_Case], known: model_folder.Contents | None, *, forgets_hosts: bool = False) -> tuple[Gate, int]:
    """What the approvals teach beside what the base knows, and how many mails to be seen contradict it."""

    def learnt(approved: Sequence[Reading]) -> Gate:
        gate = learn(approved)
        if forgets_hosts:
            forget_hosts(gate)
        return gate if known is None else merged(known.gate, gate)

    return settled(_approved(cases), _must_see(cases), learnt)


def _approved(cases: Iterable[_Case]) -> list[Reading]:
    """Sections of mails labelled noise, and sections labelled noise themselves. A cut-off mail teaches nothing."""
    return [reading for case in cases if case.is_complete for at, reading in enumerate(case.readings) if case.label_of(at) == "noise"]


def _must_see(cases: Iterable[_Case]) -> list[tuple[Reading, ...]]:
    """What the gate must hold: of each mail the sections with a label of their own, or one of all its sections."""
    found: list[tuple[Reading, ...]] = []
    for case in cases:
        own = [at for at, label in enumerate(case.section_labels) if label and label != "noise"]
        found += [(case.readings[at],) for at in own]
        if not own and case.label != "noise":
            found.append(case.readings)
    return found


def _is_must_see(case: _Case) -> bool:
    return case.label != "noise" or any(label not in ("", "noise") for label in case.section_labels)


def _folds(cases: Sequence[_Case]) -> tuple[str, list[int]]:
    """The fold of each case: whole hosts together, unless there are too few of them."""
    hosts = sorted({case.host for case in cases})
    if len(hosts) < N_FOLDS:
        return "mail", [case.fold % N_FOLDS for case in cases]
    ranked = sorted(hosts, key=lambda host: hashlib.sha256(host.encode("utf-8", "surrogatepass")).hexdigest())
    fold_of = {host: at % N_FOLDS for at, host in enumerate(ranked)}
    return "host", [fold_of[case.host] for case in cases]


def _cross_judged(cases: Sequence[_Case], known: model_folder.Contents | None) -> tuple[str, list[_Judged]]:
    """Every case judged by a gate that was made without its host."""
    split, folds = _folds(cases)
    judged: list[_Judged] = []
    for fold in range(N_FOLDS):
        others = [case for case, its in zip(cases, folds, strict=True) if its != fold]
        gate, _ = _gate(others, known)
        for case, its in zip(cases, folds, strict=True):
            if its == fold:
                findings = tuple(gate.judge(reading) for reading in case.readings)
                judged.append(_Judged(replace(case, fold=fold), findings))
    return split, judged


def _why_no_classifier(cases: Sequence[_Case], known: model_folder.Contents | None) -> str:
    n_must_see = sum(_is_must_see(case) and case.kind != HUMAN for case in cases)
    if known is not None and known.arrays and n_must_see < MIN_MUST_SEE_OF_OWN:
        needed = f"{MIN_MUST_SEE_OF_OWN} needed for an own classifier"
        return f"{n_must_see} mails labelled as to be seen, {needed}: that of model {known.manifest.version} serves"
    if not cases:
        return "no labels: no classifier, and the gate lets nothing through"
    if n_must_see == len(cases):
        return "no mail is labelled noise: no classifier, and the gate lets nothing through"
    if n_must_see < MIN_MUST_SEE:
        return f"{n_must_see} mails labelled as to be seen, {MIN_MUST_SEE} needed: the gate works alone"
    if not any(case.label == "noise" for case in cases):
        return "no mail is labelled noise: no classifier"
    return ""


def _bad_sections(judged: _Judged) -> set[int]:
    """Which sections of a mail to be seen carry its label: those a gate that knows the quiet ones stops at."""
    case = judged.case
    held = {at for at, finding in enumerate(judged.findings) if finding.new or finding.n_values or finding.n_missing}
    return held or (set(range(len(case.readings))) if len(case.readings) == 1 else set())


def _classifier(judged: Sequence[_Judged]) -> tuple[dict[str, bytes], frozenset[int], str]:
    """The classifier's files, the positions of the cases it would hold, and the version that trained it."""
    import sklearn

    from mailtriage.classify.fit import Sample, fit

    samples: list[Sample] = []
    of_case: list[list[Sample]] = []
    for entry in judged:
        case = entry.case
        bad = _bad_sections(entry) if case.label != "noise" else set()
        mine: list[Sample] = []
        if case.kind != HUMAN:
            for at, reading in enumerate(case.readings):
                label = case.section_labels[at] or (case.label if case.label == "noise" or at in bad else "noise")
                mine.append(Sample(traits(reading, entry.findings[at]), _CLASS_OF[label], case.fold))
        of_case.append(mine)
        samples += mine
    fitted = fit(samples)
    vetoed = frozenset(at for at, mine in enumerate(of_case) if any(fitted.held_out[sample] < VETO_THRESHOLD for sample in mine))
    arrays = {name: getattr(fitted.weights, name) for name in fitted.weights.__slots__}
    files = _classifier_files(fitted.gram_names, fitted.mark_names, arrays)
    return files, vetoed, str(sklearn.__version__)


def _classifier_files(grams: tuple[str, ...], marks: tuple[str, ...], arrays: Mapping[str, Any]) -> dict[str, bytes]:
    return {
        model_folder.VOCABULARY: model_folder.packed_vocabulary(grams, marks),
        model_folder.WEIGHTS: model_folder.packed_arrays(arrays),
    }


def _quality(split: str, judged: Sequence[_Judged], vetoed: frozenset[int]) -> Quality:
    counts: Counter[str] = Counter()
    for at, entry in enumerate(judged):
        passes = bool(entry.findings) and entry.case.is_complete and all(not finding.held_by for finding in entry.findings)
        is_dropped = passes and at not in vetoed
        if _is_must_see(entry.case):
            counts["must_see"] += 1
            counts["wrong"] += is_dropped
        else:
            counts["noise"] += 1
            counts["dropped"] += is_dropped
            counts["vetoes"] += passes and not is_dropped
    return Quality(
        split=split if judged else "none",
        n_noise=counts["noise"],
        n_noise_dropped=counts["dropped"],
        n_must_see=counts["must_see"],
        n_wrong_drops=counts["wrong"],
        wrong_drop_bound=round(upper_bound(counts["wrong"], counts["must_see"]), 6),
        n_vetoes=counts["vetoes"],
    )


def _manifest(
    cases: Sequence[_Case], training_digest: str, n_contradictions: int, note: str, scikit_learn: str, quality: Quality
) -> Manifest:
    import numpy as np

    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        kinds[case.kind][case.label] += 1
    days: list[date] = [reading.day for case in cases for reading in case.readings[:1] if reading.day]
    return Manifest(
        version="",
        product=__version__,
        base="",
        numpy=str(np.__version__),
        scikit_learn=scikit_learn,
        training_digest=training_digest,
        newest_mail=max(days).isoformat() if days else "",
        labels=dict(sorted(Counter(case.label for case in cases).items())),
        kinds={kind: dict(sorted(counts.items())) for kind, counts in sorted(kinds.items())},
        n_contradictions=n_contradictions,
        has_classifier=bool(scikit_learn),
        note=note,
        veto_threshold=VETO_THRESHOLD,
        raise_threshold=RAISE_THRESHOLD,
        quality=quality,
        files={},
    )
