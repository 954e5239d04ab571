"""Inventories nobody should have written: each is told with its place and what to do, and none hangs or ends the program."""

from __future__ import annotations

import contextlib
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtriage.errors import InventoryError
from mailtriage.inventory import ansible_hosts
from mailtriage.inventory.ansible import read_ansible
from mailtriage.inventory.file import read_file
from mailtriage.inventory.policy_file import read_policy

ANSIBLE_WRONG: dict[str, tuple[str, str | bytes | None, str]] = {
    "an open quote": ("hosts", "[web]\nweb1 mailtriage_owner='x\n", "FILE:2: web1 mailtriage_owner='x: No closing quotation"),
    "a word that sets nothing": ("hosts", "web1 lonely\n", "FILE:1: lonely sets nothing"),
    "a section of nothing known": ("hosts", "\n[web:hosts_of]\n", "FILE:2: unknown section [web:hosts_of]"),
    "a group with spaces": ("hosts", "[web servers]\n", "FILE:1: [web servers] is no section"),
    "a variable without a value": ("hosts", "[web:vars]\nlonely\n", "FILE:2: lonely sets nothing"),
    "a range the wrong way round": ("hosts", "web[9:1]\n", "FILE:1: web[9:1] holds no range of hosts"),
    "a range of no step": ("hosts", "web[1:9:0]\n", "FILE:1: web[1:9:0] holds no range of hosts"),
    "a range without an end": ("hosts", "web[1:]\n", "FILE:1: web[1:] is no name of a host"),
    "a range of two widths": ("hosts", "web[01:100]\n", "FILE:1: web[01:100] holds no range of hosts"),
    "a range of a billion": ("hosts", "web[1:1000000000]\n", "FILE:1: more than 200000 hosts"),
    "ranges of ranges": ("hosts", "w[1:999]-[1:999]-[1:999]-[1:999]\n", "FILE:1: more than 200000 hosts"),
    "a group in itself": ("hosts", "[a:children]\nb\n[b:children]\nc\n[c:children]\nb\n", "groups that are in themselves: b, c"),
    "YAML that is none": ("x.yml", "all:\n  hosts: [\n", "FILE:3:1: the Ansible inventory is not YAML"),
    "a tab in YAML": ("x.yml", "all:\n\thosts:\n", "FILE:2:1: the Ansible inventory is not YAML"),
    "a list": ("x.yml", "- web1\n", "FILE:1:1: the file is no mapping of groups"),
    "a group that is a text": ("x.yml", "all: web1\n", "FILE:1:1: group all is no mapping"),
    "hosts in a list": ("x.yml", "all:\n  hosts:\n    - web1\n", "FILE:3:5: hosts is no mapping"),
    "two hosts without colons": ("x.yml", "all:\n  hosts:\n    web1\n    web2\n", "FILE:3:5: hosts is no mapping"),
    "an unknown alias": ("x.yml", "all: *gone\n", "FILE:1:6: the Ansible inventory uses *gone, which is not there"),
    "deep brackets": ("x.yml", "[" * 100_000, "the Ansible inventory is"),
    "deep mappings": ("x.yml", "{a: " * 100_000, "is nested too deeply, or too large"),
    "deep lines": ("x.yml", "\n".join(" " * n + "a:" for n in range(2000)), "is nested too deeply, or too large"),
    "bytes that are no text": ("hosts", b"web1\nweb\xff2\n", "FILE:2: the Ansible inventory is not UTF-8 text"),
    "a control character": ("x.yml", "all:\n  hosts:\n    a\x07b:\n", "the Ansible inventory is not YAML"),
    "nothing there": ("gone", None, "FILE: the Ansible inventory is not there"),
    "50 MB": ("hosts", b"web1\n" * 10_000_000, "FILE: the Ansible inventory is too large"),
}


@pytest.mark.parametrize("what", ANSIBLE_WRONG)
def test_a_wrong_ansible_inventory_is_told_with_its_place(tmp_path: Path, what: str) -> None:
    name, text, expected = ANSIBLE_WRONG[what]
    path = tmp_path / name
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InventoryError) as error:
        read_ansible(path)
    assert expected in str(error.value).replace(str(path), "FILE")
    assert error.value.remedy
    assert len(str(error.value)) < 600


def test_a_document_that_unfolds_to_gigabytes_stays_as_small_as_it_is(tmp_path: Path) -> None:
    names = "abcdefghi"
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in itertools.pairwise(names)
    )
    (tmp_path / "x.yml").write_text("all:\n  hosts:\n    web1:\n      mailtriage_users: 3\n")
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "web1.yml").write_text(bomb + "mailtriage_owner: *i\n")
    source = read_ansible(tmp_path)
    assert source.entries[0].values["users"] == 3
    assert "owner" in source.notes[0]


def test_the_same_hosts_in_ever_more_groups_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ansible_hosts, "_MOST_STEPS", 1000)
    (tmp_path / "hosts").write_text("".join(f"[g{n}]\nw[1:100]\n" for n in range(100)))
    with pytest.raises(InventoryError, match="hosts:22: the inventory unfolds to too much"):
        read_ansible(tmp_path / "hosts")


def test_groups_that_point_at_each_other_end(tmp_path: Path) -> None:
    levels = "".join(f"  l{n}: &l{n}\n    children: {{a{n}: *l{n - 1}, b{n}: *l{n - 1}, c{n}: *l{n - 1}}}\n" for n in range(1, 40))
    (tmp_path / "x.yml").write_text("all:\n children:\n  l0: &l0\n    hosts: {web1: }\n" + levels)
    assert [entry.name for entry in read_ansible(tmp_path / "x.yml").entries] == ["web1"]


def test_mappings_that_take_each_other_in_end(tmp_path: Path) -> None:
    text = "all:\n  hosts:\n    web1: &a\n      <<: *a\n      mailtriage_users: 4\n"
    (tmp_path / "x.yml").write_text(text)
    assert read_ansible(tmp_path / "x.yml").entries[0].values["users"] == 4


def test_a_long_chain_of_mappings_in_each_other_ends(tmp_path: Path) -> None:
    chain = "".join(f"    h{n}: &h{n}\n      <<: *h{n - 1}\n      mailtriage_users: {n}\n" for n in range(1, 1200))
    (tmp_path / "x.yml").write_text("all:\n  hosts:\n    h0: &h0\n      mailtriage_users: 0\n" + chain)
    assert {entry.name: entry.values["users"] for entry in read_ansible(tmp_path / "x.yml").entries}["h1199"] == 1199


def test_only_files_are_read() -> None:
    with pytest.raises(InventoryError, match="is not a file"):  # as a pipe is none, but ends when it is read after all
        read_ansible(Path("/dev/null"))


def test_a_host_that_is_named_like_a_path_reads_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.yml").write_text("mailtriage_owner: stolen\n")
    (tmp_path / "inv" / "host_vars").mkdir(parents=True)
    (tmp_path / "inv" / "hosts").write_text("../../secret\n")
    assert "owner" not in read_ansible(tmp_path / "inv").entries[0].values


OWN_WRONG = {
    "no TOML": ("[[host]\n", "FILE:1:7: the inventory is not TOML"),
    "an unknown table": ("[[hosts]]\nname = 'a'\n", "FILE:1:3: unknown table [hosts]"),
    "a key outside": ("name = 'a'\n", "FILE:1: unknown table [name]"),
    "a table that is no list": ("[host]\nname = 'a'\n", "FILE:1:2: host is a list of tables"),
    "deep brackets": ("host = " + "[" * 100_000, "FILE: the inventory is nested too deeply"),
}


@pytest.mark.parametrize("what", OWN_WRONG)
def test_a_wrong_own_inventory_is_told_with_its_place(tmp_path: Path, what: str) -> None:
    text, expected = OWN_WRONG[what]
    path = tmp_path / "inventory.toml"
    path.write_text(text)
    with pytest.raises(InventoryError) as error:
        read_file(path)
    assert expected in str(error.value).replace(str(path), "FILE")
    assert error.value.remedy


@settings(max_examples=150, deadline=None)
@given(text=st.one_of(st.text(alphabet="[]:{}&*<>!|-, \n\"'=#ahostvrwb1childen_mailtriage", max_size=200), st.text(max_size=100)))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name, read in (("hosts", read_ansible), ("hosts.yml", read_ansible), ("own.toml", read_file), ("policy.toml", read_policy)):
        (folder / name).write_text(text, encoding="utf-8", errors="replace", newline="")
        with contextlib.suppress(InventoryError):
            read(folder / name)
