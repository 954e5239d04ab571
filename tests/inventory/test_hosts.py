"""Which host of the inventory a mail's host name means, and what all sources together say of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mailtriage.inventory import Entry, Inventory, Source
from mailtriage.inventory.attributes import duration, in_words
from mailtriage.inventory.file import read_file

FILE = """
[[host]]
name = "web07.example.org"
exposure = "internet"
users = 250
aliases = ["www.example.org"]
groups = ["DMZ"]

[[host]]
name = "web*|www*"
owner = "web team"
maturity = "production"
exposure = "internal"
groups = ["web"]

[[host]]
name = "db01"
users = "many"

[[group]]
name = "web"
time_to_recover = "1d12h"
owner = "nobody"
"""


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    (tmp_path / "inventory.toml").write_text(FILE)
    return Inventory([read_file(tmp_path / "inventory.toml")])


def test_an_exact_name_is_stronger_than_a_glob_and_a_host_than_its_groups(inventory: Inventory) -> None:
    of = inventory.attributes_of("web07.example.org")
    assert (of.exposure, of.users, of.owner, of.maturity) == ("internet", 250, "web team", "production")
    assert of.time_to_recover == timedelta(hours=36)
    assert of.groups == {"dmz", "web"}
    assert inventory.attributes_of("web08.example.org").exposure == "internal"


@pytest.mark.parametrize("name", ["WEB07.Example.ORG", "web07.example.org.", "web07", "Web07", "www.example.org", "www"])
def test_a_host_is_known_by_every_name_that_can_only_be_its_own(inventory: Inventory, name: str) -> None:
    assert inventory.attributes_of(name).users == 250


def test_a_full_name_is_what_is_listed_by_its_short_name(inventory: Inventory) -> None:
    assert inventory.attributes_of("db01.example.org").users == 1000
    assert inventory.attributes_of("db02.example.org").users is None


def test_another_full_name_is_another_host(inventory: Inventory) -> None:
    assert inventory.attributes_of("web07.example.net").users is None


def test_a_short_name_that_two_hosts_have_is_neither() -> None:
    entries = (Entry(name="web07.a.example", values={"users": 1}), Entry(name="web07.b.example", values={"users": 2}))
    inventory = Inventory([Source(path="x", entries=entries)])
    assert inventory.candidates("web07") == ("web07.a.example", "web07.b.example")
    assert inventory.attributes_of("web07").users is None
    assert inventory.attributes_of("web07.b.example").users == 2
    listed = Inventory([Source(path="x", entries=(*entries, Entry(name="web07", values={"users": 3})))])
    assert listed.attributes_of("web07.c.example").users is None


def test_a_short_name_listed_beside_a_full_one_is_a_host_of_its_own() -> None:
    entries = (Entry(name="web07.a.example", values={"users": 1}), Entry(name="web07", values={"users": 2}))
    inventory = Inventory([Source(path="x", entries=entries)])
    assert [inventory.attributes_of(name).users for name in ("web07.a.example", "web07", "web07.b.example")] == [1, 2, None]


def test_an_address_has_no_short_name() -> None:
    inventory = Inventory([Source(path="x", entries=(Entry(name="10.0.0.7", values={"users": 1}), Entry(name="10", values={})))])
    assert inventory.attributes_of("10.0.0.7").users == 1
    assert inventory.candidates("10.0.0.8") == ()


def test_what_two_hosts_claim_as_a_name_is_nobodys() -> None:
    entries = tuple(Entry(name=name, values={"users": 1, "aliases": ("gate.example",)}) for name in ("a.example", "b.example"))
    assert Inventory([Source(path="x", entries=entries)]).attributes_of("gate.example").users is None


def test_a_later_source_overrides_key_by_key_and_adds_groups() -> None:
    first = Source(path="1", entries=(Entry(name="a.example", values={"users": 1, "owner": "x", "groups": {"one"}}),))
    second = Source(path="2", entries=(Entry(name="a", values={"users": 2, "groups": ("two",)}),))
    of = Inventory([first, second]).attributes_of("a.example")
    assert (of.users, of.owner, of.groups) == (2, "x", frozenset({"one", "two"}))


def test_a_group_of_one_source_gets_the_defaults_of_another() -> None:
    first = Source(path="1", entries=(Entry(name="a", values={"groups": {"web"}}), Entry(name="b", values={})))
    inventory = Inventory([first, Source(path="2", groups={"web": {"exposure": "internet"}})])
    assert inventory.attributes_of("a").exposure == "internet"
    assert inventory.attributes_of("b").exposure == ""
    assert inventory.groups == {"web"}


@pytest.mark.parametrize("name", ["", ".", "10.0.0.1", "10", "-", "x" * 10_000, "web07.example.org\n", "*"])
def test_a_name_like_none_is_nobody(inventory: Inventory, name: str) -> None:
    assert inventory.attributes_of(name).users is None


def test_a_mistake_in_one_value_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "inventory.toml"
    path.write_text(
        '[[host]]\nname = "a"\nexposure = "intrenet"\nusers = 3\nexpsure = "none"\n[[host]]\nusers = 3\n'
        '[[group]]\nname = "g"\naliases = ["x"]\nmaturity = "test"\n[[host]]\nname = "b"\ntime_to_recover = 4\ngroups = ["a b"]\n'
    )
    source = read_file(path)
    assert [entry.values for entry in source.entries] == [{"users": 3}, {}]
    assert source.groups == {"g": {"maturity": "test"}}
    assert {note.replace(str(path), "FILE") for note in source.notes} == {
        "FILE:3:1: exposure is one of none, internal, internet, not 'intrenet'; it is left out",
        "FILE:5:1: expsure is no attribute; did you mean exposure?; it is left out",
        'FILE:14:1: time_to_recover takes a time such as "30m", "4h" or "2d", not 4; it is left out',
        "FILE:15:1: groups holds 'a b', which is no name; it is left out",
        'FILE:6:3: a [[host]] needs name = "..."; it is left out',
        "FILE:10:1: aliases is a key of [[host]] tables; it is left out",
    }


@pytest.mark.parametrize("text", ["30m", "4h", "1d12h", "2w", "0s", "90s"])
def test_a_time_is_written_as_it_is_read(text: str) -> None:
    assert duration(in_words(duration(text))) == duration(text)
