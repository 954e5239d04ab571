"""Ansible inventories as its own documents describe them: INI and YAML, ranges, groups of groups, variables and their order."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from mailtriage.inventory import attributes
from mailtriage.inventory.ansible import read_ansible
from tests.inventory.support import ansible, written

INI = """\
# a comment
mail.example.com
; another

[webservers]
foo.example.com
bar.example.com ansible_port=5309
www[01:50:7].example.com   # behind a host

[dbservers]
one.example.com:2222 mailtriage_owner='the "db" team' mailtriage_users=12
db-[a:f].example.com mailtriage_time_to_recover="4h"
rack[1:2]-[a:b]

[atlanta]
host1
host2

[raleigh]
host2
host3

[southeast:children]
atlanta
raleigh

[southeast:vars]
some_server=foo.southeast.example.com
mailtriage_exposure=internal
mailtriage_owner = "south # east"

[usa:children]
southeast
northeast

[northeast]
jumper ansible_port=5555 ansible_host=192.0.2.50
named ansible_host=Real.Example.com

[usa:vars]
mailtriage_exposure=internet
mailtriage_maturity=production

[all:vars]
mailtriage_maturity=test

[raleigh:vars]
mailtriage_owner=raleigh

[listed]
host9 mailtriage_groups="['extra','More']" mailtriage_aliases=h9.example.org,h9b
[2001:db8::1]:22 mailtriage_users=few
"""

YAML = """\
all:  # keys must be unique
  hosts:
    test1:
    test2:
      mailtriage_owner: value
  vars:
    mailtriage_maturity: test
  children:
    other_group:
      children:
        group_x:
          hosts:
            test5
        group_y:
          hosts:
            test6:
      vars:
        mailtriage_exposure: internal
        mailtriage_users: 250
      hosts:
        test4:
          ansible_host: 127.0.0.1
    last_group:
      hosts:
        test1
      vars:
        mailtriage_owner: last
    prod:
      children:
        east:
    east:
      hosts:
        www[01:50:10].example.com:
          mailtriage_users: 5000
        db-[a:c].example.com: {mailtriage_users: many}
        merged:
          <<: &big
            mailtriage_users: 7
            mailtriage_time_to_recover: 30m
          mailtriage_groups: [a, B]
        merged2:
          <<: *big
          mailtriage_users: 8
"""


def test_a_ranges_hosts_are_all_there(tmp_path: Path) -> None:
    hosts = ansible(tmp_path, {"hosts": INI}).hosts
    assert [host for host in hosts if host.startswith("www")] == [f"www{n:02d}.example.com" for n in range(1, 51, 7)]
    assert [host for host in hosts if host.startswith("db-")] == [f"db-{letter}.example.com" for letter in "abcdef"]
    assert [host for host in hosts if host.startswith("rack")] == ["rack1-a", "rack1-b", "rack2-a", "rack2-b"]
    assert {"one.example.com", "2001:db8::1"} <= set(hosts)


def test_quotes_and_comments_are_read_as_ansible_reads_them(tmp_path: Path) -> None:
    inventory = ansible(tmp_path, {"hosts": INI})
    assert inventory.attributes_of("one.example.com").owner == 'the "db" team'
    assert inventory.attributes_of("db-c").time_to_recover == timedelta(hours=4)
    assert inventory.attributes_of("host1").owner == "south # east"
    assert inventory.attributes_of("2001:db8::1").users == 10


def test_groups_of_groups_all_and_ungrouped_come_as_they_are(tmp_path: Path) -> None:
    inventory = ansible(tmp_path, {"hosts": INI})
    assert inventory.groups_of("host2") == {"all", "atlanta", "raleigh", "southeast", "usa"}
    assert inventory.groups_of("mail.example.com") == {"all", "ungrouped"}
    assert inventory.groups_of("host9") == {"all", "listed", "extra", "more"}
    assert inventory.groups_of("nobody.example.com") == frozenset()


def test_a_nearer_group_overrides_one_further_off(tmp_path: Path) -> None:
    inventory = ansible(tmp_path, {"hosts": INI})
    of = inventory.attributes_of("host3")
    assert (of.exposure, of.maturity, of.owner) == ("internal", "production", "raleigh")
    assert inventory.attributes_of("jumper").exposure == "internet"


def test_a_host_is_known_by_the_name_ansible_reaches_it_by(tmp_path: Path) -> None:
    inventory = ansible(tmp_path, {"hosts": INI})
    assert inventory.candidates("real.example.com") == ("named",)
    assert inventory.candidates("192.0.2.50") == ()
    assert inventory.candidates("h9.example.org") == ("host9",)


def test_yaml_says_the_same_things(tmp_path: Path) -> None:
    inventory = ansible(tmp_path, {"hosts.yml": YAML})
    assert inventory.groups_of("test5") == {"all", "other_group", "group_x"}
    assert inventory.groups_of("www11.example.com") == {"all", "prod", "east"}
    assert inventory.attributes_of("test6").exposure == "internal"
    assert inventory.attributes_of("test1").owner == "last"
    assert inventory.attributes_of("db-b.example.com").users == 1000
    merged = inventory.attributes_of("merged")
    assert (merged.users, merged.time_to_recover) == (7, timedelta(minutes=30))
    assert merged.groups == {"all", "prod", "east", "a", "b"}
    assert inventory.attributes_of("merged2").users == 8
    assert not inventory.sources[0].notes


FOLDER = {
    "one": INI,
    "two.yml": YAML,
    "old.ini": "nobody[\n",
    "README.md": "not read",
    "sub/three": "---\nzone_b:\n  vars: {ansible_group_priority: 10, mailtriage_users: 3}\n  hosts: {both: , hostb: }\n"
    "zone_c:\n  vars: {mailtriage_owner: ccc, mailtriage_users: 4}\n  hosts: {both: }\n",
    "group_vars/all.yml": "mailtriage_owner: everybody\nmailtriage_exposure: none\n",
    "group_vars/raleigh/a.yml": "mailtriage_exposure: internal\n",
    "group_vars/raleigh/b": "mailtriage_exposure: internet\n",
    "host_vars/host3.yaml": "mailtriage_owner: host three\n",
    "host_vars/host2.json": '{"mailtriage_owner": "json"}',
}


def test_a_folder_is_one_inventory_with_its_variables(tmp_path: Path) -> None:
    inventory = ansible(tmp_path, FOLDER)
    assert inventory.attributes_of("host3").owner == "host three"
    assert inventory.attributes_of("host2").owner == "json"
    assert inventory.attributes_of("host2").exposure == "internet"
    assert inventory.attributes_of("test1").exposure == "none"
    assert inventory.attributes_of("both").users == 3  # the priority of its group
    assert inventory.candidates("nobody[") == ()


def test_a_file_has_its_variables_beside_it(tmp_path: Path) -> None:
    files = {"hosts": "[web]\nweb1\n", "group_vars/web.yml": "mailtriage_users: 9\n", "host_vars/web1.yml": "mailtriage_owner: me\n"}
    written(tmp_path, files)
    values = dict(read_ansible(tmp_path / "hosts").entries[0].values)
    assert (values["users"], values["owner"]) == (9, "me")


def test_programs_plugins_and_secrets_are_left_out_with_a_note(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    secrets = """\
web:
  hosts:
    h1:
      mailtriage_owner: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        6231
      mailtriage_users: '{{ n }}'
      mailtriage_exposure: !unsafe internal
      secret: !vault |
        6231
"""
    files = {
        "a.yml": secrets,
        "b.yml": "plugin: constructed\n",
        "c": f"#!/bin/sh\ntouch {ran}\necho '{{}}'\n",
        "host_vars/h1.yml": "$ANSIBLE_VAULT;1.1;AES256\n3132\n",
    }
    folder = written(tmp_path / "inv", files)
    (folder / "c").chmod(0o755)
    source = read_ansible(folder)
    assert source.entries[0].values["exposure"] == "internal"
    assert not {"owner", "users"} & set(source.entries[0].values)
    told = "\n".join(source.notes).replace(str(folder), "INV")
    assert "INV/a.yml:4:25: mailtriage_owner is encrypted" in told
    assert "INV/a.yml:7:25: mailtriage_users is filled in by Ansible only" in told
    assert "INV/b.yml: the file configures a plugin" in told
    assert "INV/c: the file is a program, and nothing is run" in told
    assert "INV/host_vars/h1.yml: the file is encrypted" in told
    assert len(source.notes) == 5
    assert not ran.exists()


def test_a_tag_of_python_makes_nothing(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    text = f"web:\n  hosts:\n    h1:\n      mailtriage_owner: !!python/object/apply:os.system ['touch {ran}']\n"
    (tmp_path / "x.yml").write_text(text)
    read_ansible(tmp_path / "x.yml")
    assert not ran.exists()


@pytest.mark.real
@pytest.mark.parametrize("files", [{"hosts": INI}, {"hosts.yml": YAML}, FOLDER], ids=["INI", "YAML", "folder"])
def test_ansible_itself_says_the_same(tmp_path: Path, files: dict[str, str]) -> None:
    program = shutil.which("ansible-inventory")
    if program is None:
        pytest.skip("ansible-inventory is not installed")
    folder = written(tmp_path / "inv", files)
    env = {**os.environ, "ANSIBLE_LOCAL_TEMP": str(tmp_path / "tmp"), "HOME": str(tmp_path)}
    ended = subprocess.run([program, "-i", str(folder), "--list"], capture_output=True, text=True, env=env, cwd=tmp_path, check=True)
    listed = json.loads(ended.stdout)
    variables = listed.pop("_meta")["hostvars"]

    def members(group: str) -> set[str]:
        of = listed.get(group, {})
        return set(of.get("hosts", ())).union(*(members(child) for child in of.get("children", ())))

    named = set(listed).union(*(of.get("children", ()) for of in listed.values()))
    ours = {entry.name: dict(entry.values) for entry in read_ansible(folder).entries}
    assert set(ours) == members("all")
    for host, values in ours.items():
        said = {key.removeprefix("mailtriage_"): value for key, value in variables.get(host, {}).items() if key.startswith("mailtriage_")}
        expected = {key: attributes.read(key, value) for key, value in said.items() if key not in ("groups", "aliases")}
        assert {key: value for key, value in values.items() if key not in ("groups", "aliases")} == expected, host
        more = set(attributes.names(said.get("groups", [])))
        assert set(values["groups"]) == {group for group in named if host in members(group)} | more, host
