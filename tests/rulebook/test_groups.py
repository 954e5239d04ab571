"""Rules for the hosts of a group: who is in it is what an inventory says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from mailtriage.rulebook import Rulebook, check
from tests.rulebook.support import TODAY, book, drop, rule_on, section

GROUPS = {"web07.example.org": frozenset({"dmz", "web"}), "db01.example.org": frozenset({"lan"})}
EVENT = "[[rule]]\nid='{id}'\naction='event'\nlines=['^bad$']\n{more}\n"


def in_groups(rulebook: Rulebook) -> Rulebook:
    return rulebook.with_groups(lambda host: GROUPS.get(host, frozenset()))


def fired(rulebook: Rulebook, host: str) -> list[str]:
    return [hit.rule.id.partition("/")[2] for hit in rule_on(rulebook, section("bad"), host=host).events]


def test_a_rule_speaks_only_on_hosts_in_its_group(tmp_path: Path) -> None:
    rules = [EVENT.format(id=id, more=f"group = '{group}'") for id, group in (("dmz", "DMZ"), ("any", "d*|lan"), ("other", "backup"))]
    rulebook = in_groups(book(tmp_path, freebsd_daily="".join(rules)))
    assert fired(rulebook, "WEB07.example.org") == ["dmz", "any"]
    assert fired(rulebook, "db01.example.org") == ["any"]
    assert fired(rulebook, "unknown.example.org") == []


def test_without_an_inventory_no_rule_with_a_group_speaks(tmp_path: Path) -> None:
    rulebook = book(tmp_path, freebsd_daily=EVENT.format(id="dmz", more="group = '*'"))
    assert fired(rulebook, "web07.example.org") == []


def test_a_drop_of_one_group_keeps_the_same_lines_of_others(tmp_path: Path) -> None:
    rulebook = in_groups(book(tmp_path, freebsd_daily=drop("['^bad$']", more="group = 'web'")))
    for _ in range(2):  # the second time from memory
        assert rule_on(rulebook, section("bad")).is_explained
        assert not rule_on(rulebook, section("bad"), host="db01.example.org").is_explained


def test_group_and_host_must_both_fit(tmp_path: Path) -> None:
    rules = EVENT.format(id="a", more="group = 'web'\nhost = 'db*'") + EVENT.format(id="b", more="group = 'web'\nhost = 'web*'")
    assert fired(in_groups(book(tmp_path, freebsd_daily=rules)), "web07.example.org") == ["b"]


def test_rules_with_and_without_a_group_speak_in_the_order_they_are_in_without_it(tmp_path: Path) -> None:
    rules = "".join(EVENT.format(id=id, more=more) for id, more in (("first", ""), ("dmz", "group = 'dmz'"), ("last", "item = 'x'")))
    assert fired(in_groups(book(tmp_path, freebsd_daily=rules)), "web07.example.org")[0] == "first"


def test_nobody_is_asked_for_groups_where_no_rule_wants_one(tmp_path: Path) -> None:
    asked: list[str] = []

    def groups_of(host: str) -> frozenset[str]:
        asked.append(host)
        return frozenset()

    rulebook = book(tmp_path, freebsd_daily=EVENT.format(id="x", more=""), cron=EVENT.format(id="x", more="group = 'dmz'"))
    rulebook = rulebook.with_groups(groups_of)
    assert fired(rulebook, "web07.example.org") == ["x"]
    assert asked == []
    rule_on(rulebook, section("bad"), kind="cron")
    assert asked == ["web07.example.org"]


def test_the_groups_hold_on_every_day(tmp_path: Path) -> None:
    rulebook = in_groups(book(tmp_path, freebsd_daily=EVENT.format(id="dmz", more="group = 'dmz'")))
    rulebook.as_of(TODAY + timedelta(days=1))
    fresh = rulebook.with_groups(lambda host: frozenset())
    assert fired(rulebook.as_of(TODAY + timedelta(days=1)), "web07.example.org") == ["dmz"]
    assert fired(fresh.as_of(TODAY + timedelta(days=1)), "web07.example.org") == []


def test_a_group_no_host_is_in_is_told(tmp_path: Path) -> None:
    rules = EVENT.format(id="a", more="group = 'dmz|dzm'") + EVENT.format(id="b", more="group = 'd*'")
    rulebook = book(tmp_path, freebsd_daily=rules)
    (found,) = check(rulebook, TODAY, groups={"dmz", "lan"})
    assert (found.code, found.remedy) == ("unknown-group", "did you mean dmz?")
    assert "no host is in group dzm" in found.message
    assert check(rulebook, TODAY) == ()


def test_the_same_lines_for_two_groups_are_not_shadowed(tmp_path: Path) -> None:
    rules = EVENT.format(id="a", more="group = 'dmz'") + EVENT.format(id="b", more="group = 'lan'")
    assert check(book(tmp_path, freebsd_daily=rules), TODAY) == ()


def test_a_group_that_is_no_text_is_told(tmp_path: Path) -> None:
    rulebook = book(tmp_path, freebsd_daily=EVENT.format(id="a", more="group = ['dmz']"))
    assert "group must be a text" in str(rulebook.problems[0])
