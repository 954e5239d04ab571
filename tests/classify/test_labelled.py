"""Labelled folders, good and wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailtriage.classify import labelled
from mailtriage.errors import InputError

MAIL = b"From: root@example.org\nDate: Sun, 22 Nov 2026 03:01:00 +0100\nSubject: x\n\nall is well\n"


def put(folder: Path, name: str, label: object, mail: bytes = MAIL) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(mail)
    path.with_suffix(".json").write_text(label if isinstance(label, str) else json.dumps(label))


def test_mails_come_in_the_order_of_their_names_with_their_labels(tmp_path: Path) -> None:
    put(tmp_path, "b.eml", {"label": "event", "sections": {"zfs_pools": "event", "uptime": "noise"}})
    put(tmp_path, "a/z.txt", {"label": "noise", "why": "quiet"}, b"all is well\n")
    (tmp_path / "truth.json").write_text('{"seed": 1}')
    first, second = labelled(tmp_path)
    assert (first.label, first.section_labels, first.raw.data) == ("noise", None, b"\nall is well\n")
    assert (second.label, second.section_labels) == ("event", {"zfs_pools": "event", "uptime": "noise"})
    assert second.raw.received_at.isoformat() == "2026-11-22T02:01:00+00:00"


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ({"label": "spam"}, "unknown label 'spam'"),
        ({}, "unknown label None"),
        ("{", "not JSON"),
        ([], "no label"),
        ({"label": ["noise"]}, "unknown label"),
        ({"label": "noise", "sections": ["uptime"]}, "no table"),
        ({"label": "noise", "sections": {"uptime": "fine"}}, "unknown label 'fine'"),
    ],
)
def test_a_wrong_label_is_named_with_its_file(tmp_path: Path, label: object, why: str) -> None:
    put(tmp_path, "a.eml", label)
    with pytest.raises(InputError, match=why) as caught:
        list(labelled(tmp_path))
    assert "a.json" in str(caught.value)


def test_what_lacks_its_other_half_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        list(labelled(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=r"no \.eml or \.txt"):
        list(labelled(tmp_path))
    put(tmp_path, "a.eml", {"label": "noise"})
    (tmp_path / "b.json").write_text('{"label": "noise"}')
    with pytest.raises(InputError, match=r"b\.json: has a label but no mail"):
        list(labelled(tmp_path))
    (tmp_path / "b.json").unlink()
    (tmp_path / "c.eml").write_bytes(MAIL)
    with pytest.raises(InputError, match=r"c\.eml: has no label"):
        list(labelled(tmp_path))
