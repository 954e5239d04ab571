"""The manifest of a model folder: what it was made from, what it is worth, and the hash of every other file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FORMAT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Measured on mails of hosts (or on mails) that training had not seen."""

    split: str  # host, mail, or none
    n_noise: int
    n_noise_dropped: int
    n_must_see: int
    n_wrong_drops: int
    wrong_drop_bound: float  # upper 95 % bound of the share of must-see mails dropped
    n_vetoes: int  # noise mails the gate let through and the classifier held


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What `manifest.json` says."""

    version: str  # names the model in every verdict; follows from everything else
    product: str
    base: str  # version of the model whose knowledge is in it too, "" if it stands alone
    numpy: str
    scikit_learn: str  # "" without a classifier
    training_digest: str  # over the mails and their labels
    newest_mail: str  # its day, "" if no mail has a date
    labels: Mapping[str, int]
    kinds: Mapping[str, Mapping[str, int]]  # label counts by kind
    n_contradictions: int  # mails to be seen that look like approved ones: the gate forgot lines until it held them
    has_classifier: bool
    note: str  # why there is no classifier, "" if there is
    veto_threshold: float
    raise_threshold: float
    quality: Quality
    files: Mapping[str, str]  # SHA-256 by file name


def manifest_json(manifest: Manifest) -> bytes:
    """The file's bytes."""
    return (json.dumps(as_dict(manifest), indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def as_dict(manifest: Manifest) -> dict[str, Any]:
    """The manifest as JSON keeps it."""
    quality = {name: getattr(manifest.quality, name) for name in Quality.__slots__}
    known = {name: getattr(manifest, name) for name in Manifest.__slots__ if name != "quality"}
    return {"format": FORMAT, **known, "quality": quality}


def seal(content: Mapping[str, Any]) -> str:
    """The version that follows from a manifest's content: any change in any file gives another one."""
    rest = {key: value for key, value in content.items() if key != "version"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def manifest_of(content: Mapping[str, Any]) -> Manifest:
    """The manifest that a parsed file holds; KeyError or TypeError if it is none."""
    known = {name: content[name] for name in Manifest.__slots__ if name != "quality"}
    quality = Quality(**{name: content["quality"][name] for name in Quality.__slots__})
    return Manifest(**known, quality=quality)
